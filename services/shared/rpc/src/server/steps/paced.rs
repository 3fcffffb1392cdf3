//! Request streams that must go on: who holds one open without sending is cut off.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use shiming_kernel::Reason;
use shiming_runtime::Pace;
use tonic::Status;
use tonic::body::Body;

use crate::status::refusal;

/// A stream brings at least as much, time after time.
const LEAST: usize = 256;
const STRETCH: Duration = Duration::from_secs(15);

/// Ends `body` when it comes too slowly.
pub(super) fn paced(body: Body) -> Body {
    Body::new(Paced { body, pace: Pace::new(LEAST, STRETCH), cut: false })
}

struct Paced {
    body: Body,
    pace: Pace,
    cut: bool,
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.cut {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(came) => {
                let data = came.as_ref().and_then(|came| came.as_ref().ok()).and_then(Frame::data_ref);
                self.pace.came(data.map_or(0, Bytes::len));
                Poll::Ready(came)
            }
            Poll::Pending if self.pace.poll_too_slow(context).is_ready() => {
                self.cut = true;
                Poll::Ready(Some(Err(refusal(&Reason::DeadlineExceeded))))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.cut || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
