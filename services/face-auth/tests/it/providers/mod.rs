//! Stand-ins for those who compare faces outside the house. Each checks what it is sent as the real one would, and can be told to fail.

pub(crate) mod tencent;
pub(crate) mod wechat;

use std::sync::Mutex;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use tokio::net::TcpListener;
use url::Url;

/// How a stand-in is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Health {
    /// It answers.
    #[default]
    Well,
    /// It takes calls and never answers.
    Silent,
    /// It answers 502.
    Broken,
}

impl Health {
    /// What comes instead of an answer, if it isn't well.
    pub(crate) async fn instead(self) -> Option<Response> {
        match self {
            Self::Well => None,
            Self::Silent => std::future::pending().await,
            Self::Broken => Some((StatusCode::BAD_GATEWAY, "<html>502</html>").into_response()),
        }
    }
}

/// Serves until the test's runtime ends.
pub(crate) async fn serve(app: Router) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// A lock nobody poisons.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap()
}
