//! The pages, embedded into the binary: any path that is no file serves `index.html`, whose router knows the rest.
//!
//! Files under `assets/` carry a hash in their name and are kept for ever; everything else is asked for again.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::http::fixed::{Compressed, Fixed};

const INDEX: &str = "index.html";
const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>实名办税</title>\
     <p>页面尚未构建。请在项目目录运行 make pages 后重新启动。</p></html>";

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Dist;

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
        Found::File(path, file) => send(&edge.compressed, &path, &file, request.headers()).await,
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
    let fixed = Fixed {
        name: path.to_owned(),
        kind: if is_text { format!("{kind}; charset=utf-8") } else { kind.to_string() },
        keep: if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" },
        tag: URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash()),
        is_text,
        plain: match &file.data {
            Cow::Borrowed(embedded) => Bytes::from_static(embedded),
            Cow::Owned(read) => Bytes::copy_from_slice(read),
        },
    };
    compressed.send(fixed, asked).await
}
