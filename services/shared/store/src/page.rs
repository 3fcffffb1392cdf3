//! Pages: a size, a place to continue at, and the opaque token that carries it.
//!
//! A token is the sealed cursor: clients can neither read nor make one, and it opens only for the list and filter it was made
//! for. It names a place (the last row's sort key), not an offset, so that new rows neither repeat nor hide old ones.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shiming_crypto::Sealer;
use shiming_kernel::AskedPage;

use crate::error::StoreError;
use crate::idempotency::fingerprint;

/// Which rows a page holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    size: u32,
    /// The last row of the page before; `None` for the first page.
    pub after: Option<Cursor>,
}

/// A row's place in its list: its sort key, for instance `(create_time, id)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// The place of the row with this sort key.
    pub fn at(key: &impl Serialize) -> Result<Self, StoreError> {
        Ok(Self(serde_json::to_string(key)?))
    }

    /// The sort key it was made of.
    pub fn key<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_str(&self.0).map_err(|_shape| StoreError::PageTokenInvalid)
    }
}

/// Some items of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many as asked for.
    pub items: Vec<T>,
    /// Empty on the last page.
    pub next_page_token: String,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next_page_token: self.next_page_token }
    }
}

/// Makes and reads page tokens.
#[derive(Clone)]
pub struct PageTokens(Sealer);

impl PageTokens {
    /// Tokens sealed by `sealer`. Any replica with the same keys reads them.
    pub fn new(sealer: Sealer) -> Self {
        Self(sealer)
    }

    /// Which rows the page asked for holds. `list` names the list (`messaging.messages`), `filter` is
    /// everything that selects or sorts it, the person included.
    pub fn request(
        &self,
        list: &str,
        filter: &impl Serialize,
        asked: &AskedPage,
    ) -> Result<PageRequest, StoreError> {
        let token = Some(asked.token()).filter(|token| !token.is_empty());
        let after = token.map(|token| self.decode(list, filter, token)).transpose()?;
        Ok(PageRequest { size: asked.size(), after })
    }

    /// The token that continues after `cursor`.
    pub fn encode(&self, list: &str, filter: &impl Serialize, cursor: &Cursor) -> Result<String, StoreError> {
        let sealed = self.0.seal(&context(list, filter), cursor.0.as_bytes())?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The place a token names; [`StoreError::PageTokenInvalid`] when it was altered or is of another list or filter.
    pub fn decode(&self, list: &str, filter: &impl Serialize, token: &str) -> Result<Cursor, StoreError> {
        let invalid = StoreError::PageTokenInvalid;
        let Ok(sealed) = URL_SAFE_NO_PAD.decode(token) else { return Err(invalid) };
        let Ok(plain) = self.0.open(&context(list, filter), &sealed) else { return Err(invalid) };
        String::from_utf8(plain).map(Cursor).map_err(|_text| StoreError::PageTokenInvalid)
    }

    /// Makes a page of `items`, which were read with [`limit`](PageRequest::limit); `key` gives a row's sort key.
    pub fn page<T, K: Serialize>(
        &self,
        list: &str,
        filter: &impl Serialize,
        asked: &PageRequest,
        mut items: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> Result<Page<T>, StoreError> {
        let size = asked.size as usize;
        let has_next = items.len() > size;
        items.truncate(size);
        let next_page_token = match items.last() {
            Some(end) if has_next => self.encode(list, filter, &Cursor::at(&key(end))?)?,
            _ => String::new(),
        };
        Ok(Page { items, next_page_token })
    }
}

impl PageRequest {
    /// How many rows to read: one more than the page holds, to see whether there is a next one.
    pub fn limit(&self) -> u64 {
        u64::from(self.size) + 1
    }
}

impl std::fmt::Debug for PageTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageTokens")
    }
}

fn context(list: &str, filter: &impl Serialize) -> Vec<u8> {
    let mut context = format!("page:{list}:").into_bytes();
    context.extend_from_slice(&fingerprint(filter));
    context
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shiming_crypto::Keyring;

    use super::*;

    fn tokens() -> PageTokens {
        PageTokens::new(Sealer::new(&Keyring::generate(), "test").unwrap())
    }

    #[test]
    fn a_page_ends_with_a_token_only_when_there_is_more() {
        let tokens = tokens();
        let request = tokens.request("list", &"f", &AskedPage::new(2, "")).unwrap();
        let page = tokens.page("list", &"f", &request, vec![1, 2, 3], |row| *row).unwrap();
        assert_eq!(page.items, [1, 2]);
        let next = tokens.request("list", &"f", &AskedPage::new(2, &*page.next_page_token)).unwrap();
        assert_eq!(next.after.unwrap().key::<i32>().unwrap(), 2);
        let last = tokens.page("list", &"f", &request, vec![3], |row| *row).unwrap();
        assert_eq!(last.next_page_token, "");
    }

    #[test]
    fn another_list_filter_or_key_refuses_the_token() {
        let tokens = tokens();
        let token = tokens.encode("list", &"person 1", &Cursor::at(&5).unwrap()).unwrap();
        for (list, filter) in [("list", "person 2"), ("other", "person 1")] {
            assert!(matches!(tokens.decode(list, &filter, &token), Err(StoreError::PageTokenInvalid)));
        }
        assert!(matches!(
            self::tokens().decode("list", &"person 1", &token),
            Err(StoreError::PageTokenInvalid)
        ));
    }

    proptest! {
        #[test]
        fn cursors_survive_the_trip(key: (i64, String)) {
            let tokens = tokens();
            let token = tokens.encode("list", &1, &Cursor::at(&key).unwrap()).unwrap();
            prop_assert_eq!(tokens.decode("list", &1, &token).unwrap().key::<(i64, String)>().unwrap(), key);
        }

        #[test]
        fn an_altered_token_is_refused(at: prop::sample::Index, with: char) {
            let tokens = tokens();
            let token = tokens.encode("list", &1, &Cursor::at(&5).unwrap()).unwrap();
            let mut altered: Vec<char> = token.chars().collect();
            let at = at.index(altered.len());
            prop_assume!(altered[at] != with);
            altered[at] = with;
            let altered: String = altered.into_iter().collect();
            prop_assert!(matches!(tokens.decode("list", &1, &altered), Err(StoreError::PageTokenInvalid)));
        }

        #[test]
        fn strangers_never_panic_it(token: String) {
            prop_assert!(tokens().decode("list", &1, &token).is_err());
        }
    }
}
