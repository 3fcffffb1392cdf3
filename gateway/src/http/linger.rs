//! Reading what a handler left of a body, within bounds.
//!
//! A server that answers before it has read a body and closes the connection makes the caller report a broken connection instead of the
//! answer: a browser in the middle of an upload, a program that sends head and body apart. So the rest is read and thrown away while the
//! answer is on its way, but never more than [`MOST`] and never longer than [`PATIENCE`].

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use shiming_runtime::Shutdown;

const MOST: usize = 64 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// Has whatever is left of a request's body read when the handler or a layer drops it.
pub(crate) fn read_the_rest(body: Body, shutdown: &Shutdown) -> Body {
    Body::new(Lingering { body: Some(body), shutdown: shutdown.clone() })
}

/// A body that is read to its end.
struct Lingering {
    body: Option<Body>,
    shutdown: Shutdown,
}

impl HttpBody for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = self.body.as_mut() else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(context);
        if let Poll::Ready(None | Some(Err(_))) = polled {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            self.shutdown.spawn("gateway.linger", drain(body));
        }
    }
}

async fn drain(mut body: Body) {
    let mut left = MOST;
    let drain = async {
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            left = left.saturating_sub(length);
            if left == 0 {
                break;
            }
        }
    };
    // Too slow is as good as done: dropping the body closes the connection.
    drop(tokio::time::timeout(PATIENCE, drain).await);
}
