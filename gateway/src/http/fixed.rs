//! Answers that are the same for everybody until the next release: compressed when they are first asked for, once per encoding, and kept.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::error::GatewayError;

/// One such answer.
#[derive(Clone)]
pub(crate) struct Fixed {
    /// Tells it from the others.
    pub(crate) name: String,
    /// Content-Type.
    pub(crate) kind: String,
    /// Cache-Control.
    pub(crate) keep: &'static str,
    /// Changes with the content.
    pub(crate) tag: String,
    /// Whether it is worth compressing.
    pub(crate) is_text: bool,
    pub(crate) plain: Bytes,
}

impl Fixed {
    /// A JSON answer that may be kept for `keep`.
    pub(crate) fn json(name: &str, keep: &'static str, plain: impl Into<Bytes>) -> Self {
        Self { is_text: true, ..Self::bytes(name, "application/json".to_owned(), keep, plain.into()) }
    }

    /// An answer that is compressed already, such as a picture.
    pub(crate) fn bytes(name: &str, kind: String, keep: &'static str, plain: Bytes) -> Self {
        Self { name: name.to_owned(), kind, keep, tag: fingerprint(&plain), is_text: false, plain }
    }
}

/// The same in every replica of one build; nobody gains by finding another content for it.
fn fingerprint(content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    /// The best that the browser takes. Weights other than 0 are not compared: every browser that names br prefers it.
    fn best(headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let takes = |wanted: &str| {
            accepted.split(',').any(|entry| {
                let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
                let refused =
                    matches!(weight.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
                name.trim().eq_ignore_ascii_case(wanted) && !refused
            })
        };
        match (takes("br"), takes("gzip")) {
            (true, _) => Self::Brotli,
            (false, true) => Self::Gzip,
            (false, false) => Self::Plain,
        }
    }

    fn name(self) -> Option<HeaderValue> {
        match self {
            Self::Brotli => Some(HeaderValue::from_static("br")),
            Self::Gzip => Some(HeaderValue::from_static("gzip")),
            Self::Plain => None,
        }
    }

    fn encode(self, plain: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Brotli => {
                let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, 9, 22);
                writer.write_all(plain)?;
                writer.flush()?;
                Ok(writer.into_inner())
            }
            Self::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(8));
                writer.write_all(plain)?;
                writer.finish()
            }
            Self::Plain => Ok(plain.to_vec()),
        }
    }
}

/// Compressed contents by name and encoding.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compressed(Arc<Mutex<HashMap<(String, Encoding), Bytes>>>);

impl Compressed {
    /// The answer, as small as the browser can take it, or 304 when it holds this very one.
    pub(crate) async fn send(&self, fixed: Fixed, asked: &HeaderMap) -> Response {
        let encoding = if fixed.is_text { Encoding::best(asked) } else { Encoding::Plain };
        let tag = etag(&fixed.tag, encoding);
        if asked.get(IF_NONE_MATCH).is_some_and(|known| *known == tag) {
            return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
        }
        let headers = [(CONTENT_TYPE, fixed.kind.clone()), (CACHE_CONTROL, fixed.keep.to_owned())];
        let is_text = fixed.is_text;
        let Some(body) = self.encoded(fixed, encoding).await else {
            return GatewayError::Internal("a content could not be compressed").into_response();
        };
        let mut response = (headers, [(ETAG, tag)], body).into_response();
        if is_text {
            response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        if let Some(name) = encoding.name() {
            response.headers_mut().insert(CONTENT_ENCODING, name);
        }
        response
    }

    async fn encoded(&self, fixed: Fixed, encoding: Encoding) -> Option<Bytes> {
        if encoding == Encoding::Plain {
            return Some(fixed.plain);
        }
        let key = (fixed.name, encoding);
        if let Some(known) = self.held().get(&key) {
            return Some(known.clone());
        }
        // Outside the lock and off the async threads: at worst two requests compress the same content.
        let made = tokio::task::spawn_blocking(move || encoding.encode(&fixed.plain));
        let made: Bytes = made.await.ok()?.ok()?.into();
        self.held().insert(key, made.clone());
        Some(made)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<(String, Encoding), Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Differs per encoding, as a strong tag must.
fn etag(tag: &str, encoding: Encoding) -> HeaderValue {
    let suffix = match encoding {
        Encoding::Brotli => "-br",
        Encoding::Gzip => "-gz",
        Encoding::Plain => "",
    };
    HeaderValue::try_from(format!("\"{tag}{suffix}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn best(accepted: &str) -> Encoding {
        Encoding::best(&HeaderMap::from_iter([(ACCEPT_ENCODING, accepted.parse().unwrap())]))
    }

    #[test]
    fn the_browser_says_what_it_takes() {
        assert_eq!(best("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(best("GZIP;q=0.5"), Encoding::Gzip);
        assert_eq!(best("br; q=0, gzip"), Encoding::Gzip);
        assert_eq!(best("identity"), Encoding::Plain);
        assert_eq!(Encoding::best(&HeaderMap::new()), Encoding::Plain);
    }

    #[test]
    fn what_is_compressed_can_be_read_again() {
        let plain = "实名办税".repeat(5000).into_bytes();
        let mut read = Vec::new();
        let small = Encoding::Brotli.encode(&plain).unwrap();
        brotli::Decompressor::new(small.as_slice(), 4096).read_to_end(&mut read).unwrap();
        assert!(read == plain && small.len() < 200, "{}", small.len());
        let small = Encoding::Gzip.encode(&plain).unwrap();
        read.clear();
        flate2::read::GzDecoder::new(small.as_slice()).read_to_end(&mut read).unwrap();
        assert!(read == plain && small.len() < 2000, "{}", small.len());
    }
}
