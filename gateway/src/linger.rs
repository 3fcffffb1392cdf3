//! Reading a refused body to its end, within bounds.
//!
//! A server that answers in the middle of an upload and closes the connection makes the browser report a broken connection
//! instead of the answer. So what was announced is read and thrown away while the answer is on its way, but never more than
//! [`MOST`] and never longer than [`PATIENCE`].

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt as _;

use crate::SharedEdge;

const MOST: usize = 64 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads `body` in the background.
pub(crate) fn linger(edge: &SharedEdge, mut body: Body) {
    edge.shutdown.spawn("gateway.linger", async move {
        let mut left = MOST;
        let drain = async {
            while let Some(Ok(frame)) = body.frame().await {
                let length = frame.data_ref().map_or(0, bytes::Bytes::len);
                left = left.saturating_sub(length);
                if left == 0 {
                    break;
                }
            }
        };
        // Too slow is as good as done: dropping the body closes the connection.
        drop(tokio::time::timeout(PATIENCE, drain).await);
    });
}
