//! Bearer secrets: the client keeps the token, the system keeps its hash.

use std::fmt;
use std::hash::{Hash, Hasher};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::mac::same;
use crate::random::random_bytes;

/// A random token on its way to the client: 43 characters, safe in cookies and headers. Prints as `[redacted]`.
#[derive(Clone)]
pub struct SecretToken(Zeroizing<String>);

impl SecretToken {
    /// A token of 32 random bytes, with the hash to store.
    pub fn generate() -> (Self, TokenHash) {
        let token = URL_SAFE_NO_PAD.encode(Zeroizing::new(random_bytes::<32>()).as_slice());
        let hash = TokenHash::of(&token);
        (Self(Zeroizing::new(token)), hash)
    }

    /// The token itself, for the reply that hands it out.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// SHA-256 of a token: what is stored and looked up. No salt is needed, the token has 256 random bits.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash of a token as a client sent it.
    pub fn of(token: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
        Self(hash)
    }

    /// A hash read back from where it was stored.
    pub const fn from_bytes(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// The hash for a column.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash for a cache key: 43 characters of URL-safe base64.
    pub fn to_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl PartialEq for TokenHash {
    /// Takes the same time wherever they differ.
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for TokenHash {}

impl Hash for TokenHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_hash() {
        let (token, hash) = SecretToken::generate();
        assert_eq!(TokenHash::of(token.expose()), hash);
        assert_eq!(TokenHash::from_bytes(*hash.as_bytes()), hash);
        assert_eq!(token.expose().len(), 43);
        assert_eq!(hash.to_key().len(), 43);
        assert_ne!(SecretToken::generate().1, hash);
    }

    #[test]
    fn the_hash_is_plain_sha_256() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(TokenHash::of("abc").as_bytes()), abc);
    }

    #[test]
    fn neither_token_nor_hash_prints() {
        let (token, hash) = SecretToken::generate();
        assert_eq!(format!("{token:?} {hash:?}"), "[redacted] TokenHash([redacted])");
    }
}
