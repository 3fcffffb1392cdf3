//! The pages, embedded into the binary: any path that is no file serves `index.html`, whose router knows the rest.
//!
//! Files under `assets/` carry a hash in their name and are kept for ever; everything else is asked for again. A file is compressed when it is
//! first asked for, once per encoding, and kept.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::SharedEdge;
use crate::error::GatewayError;

const INDEX: &str = "index.html";
const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>实名办税</title>\
     <p>页面尚未构建。请在项目目录运行 make pages 后重新启动。</p></html>";

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Dist;

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

/// Compressed files by path and encoding.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compressed(Arc<Mutex<HashMap<(String, Encoding), Bytes>>>);

impl Compressed {
    fn get(&self, path: &str, encoding: Encoding, file: &EmbeddedFile) -> Option<Bytes> {
        let key = (path.to_owned(), encoding);
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Some(known.clone());
        }
        // Outside the lock: at worst two requests compress the same file.
        let made: Bytes = encoding.encode(&file.data).ok()?.into();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, made.clone());
        Some(made)
    }
}

/// Everything that is no route of the API.
pub(crate) async fn serve(State(edge): State<SharedEdge>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api" || path.starts_with("/api/") {
        return GatewayError::NoSuchPath.into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return GatewayError::NoSuchMethod.into_response();
    }
    match find(path) {
        Found::File(path, file) => send(&edge.pages, &path, &file, request.headers()).await,
        Found::Nothing => GatewayError::NoSuchPath.into_response(),
        Found::NotBuilt => ([(CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response(),
    }
}

enum Found {
    File(String, EmbeddedFile),
    Nothing,
    NotBuilt,
}

/// Paths are looked up among the embedded names as they are: nothing is decoded, nothing is read from a disk.
fn find(path: &str) -> Found {
    let name = path.trim_start_matches('/');
    if let Some(file) = Dist::get(name) {
        return Found::File(name.to_owned(), file);
    }
    let last = name.rsplit('/').next().unwrap_or_default();
    if last.contains('.') || name.starts_with("assets/") {
        return Found::Nothing;
    }
    Dist::get(INDEX).map_or(Found::NotBuilt, |file| Found::File(INDEX.to_owned(), file))
}

async fn send(compressed: &Compressed, path: &str, file: &EmbeddedFile, asked: &HeaderMap) -> Response {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let is_text = kind.type_() == mime_guess::mime::TEXT
        || matches!(kind.subtype().as_str(), "javascript" | "json" | "svg" | "manifest")
        || kind.suffix().is_some_and(|suffix| suffix == "xml" || suffix == "json");
    let encoding = if is_text { Encoding::best(asked) } else { Encoding::Plain };
    let tag = etag(file, encoding);
    if asked.get(IF_NONE_MATCH).is_some_and(|known| *known == tag) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
    }
    let body = if encoding == Encoding::Plain {
        Some(Bytes::from(file.data.clone().into_owned()))
    } else {
        let (compressed, path, file) = (compressed.clone(), path.to_owned(), file.clone());
        let made = tokio::task::spawn_blocking(move || compressed.get(&path, encoding, &file));
        made.await.ok().flatten()
    };
    let Some(body) = body else {
        return GatewayError::Internal("a page could not be compressed").into_response();
    };
    let kind = if is_text { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = ([(CONTENT_TYPE, kind)], [(CACHE_CONTROL, keep)], [(ETAG, tag)], body).into_response();
    if is_text {
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
    if let Some(name) = encoding.name() {
        response.headers_mut().insert(CONTENT_ENCODING, name);
    }
    response
}

/// Differs per encoding, as a strong tag must.
fn etag(file: &EmbeddedFile, encoding: Encoding) -> HeaderValue {
    let hash = URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash());
    let suffix = match encoding {
        Encoding::Brotli => "-br",
        Encoding::Gzip => "-gz",
        Encoding::Plain => "",
    };
    HeaderValue::try_from(format!("\"{hash}{suffix}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}
