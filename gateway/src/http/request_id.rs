//! What the log, a problem and the header `X-Request-Id` call the request of this task: the trace's id where there is one.

use std::future::Future;
use std::sync::Arc;

tokio::task_local! {
    static REQUEST_ID: Arc<str>;
}

/// The id, empty outside a request.
pub(crate) fn current() -> Arc<str> {
    REQUEST_ID.try_with(Arc::clone).unwrap_or_else(|_| Arc::from(""))
}

/// Runs the work of one request.
pub(crate) async fn scope<F: Future>(id: Arc<str>, work: F) -> F::Output {
    REQUEST_ID.scope(id, work).await
}
