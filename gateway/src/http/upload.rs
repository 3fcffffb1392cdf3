//! Multipart bodies, read part by part and never beyond their limits.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::BodyDataStream;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use futures::stream::{Stream, StreamExt as _};
use http::header::CONTENT_TYPE;
use multer::{Constraints, Field, Multipart, SizeLimit};
use shiming_runtime::Pace;

use crate::SharedEdge;
use crate::browser::visitor::Visitor;
use crate::error::GatewayError;
use crate::http::doors::{Place, UploadPlaces};
use crate::http::input::{announced_length, has_type};

/// Bytes of a text part.
const TEXT_LIMIT: usize = 4096;
/// More parts than any form of ours has.
const MOST_PARTS: usize = 64;
/// Bytes in which the parser must find something: heads and boundaries are short. It keeps, and searches again, what it can't read yet.
const MOST_UNREAD: usize = 128 * 1024;

/// A multipart body that is being read.
pub(crate) struct Upload {
    parts: Multipart<'static>,
    taken: usize,
    unread: Arc<AtomicUsize>,
    places: UploadPlaces,
    /// Bytes of this part, and of the one before, which may still be on its way out.
    held: [usize; 2],
    part_limit: usize,
}

/// One part.
pub(crate) struct Part {
    /// Name of the form's field.
    pub(crate) name: String,
    field: Field<'static>,
}

impl FromRequest<SharedEdge> for Upload {
    type Rejection = GatewayError;

    async fn from_request(request: Request, edge: &SharedEdge) -> Result<Self, Self::Rejection> {
        let headers = request.headers();
        let wrong = || GatewayError::field("Content-Type", "MALFORMED", "提交的内容格式不正确");
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = has_type(headers, "multipart/form-data")
            .then(|| kind.and_then(|kind| multer::parse_boundary(kind).ok()))
            .flatten()
            .ok_or_else(wrong)?;
        let http = &edge.config.http;
        if announced_length(headers).is_some_and(|length| length > http.capture_limit as u64) {
            return Err(GatewayError::TooLarge);
        }
        let visitor = request.extensions().get::<Visitor>();
        let visitor = visitor.ok_or(GatewayError::Internal("the visitor was not recognised"))?;
        let places = edge.doors.upload(visitor)?;
        if let Some(place) = request.extensions().get::<Place>() {
            place.leave();
        }
        let unread = Arc::new(AtomicUsize::new(0));
        let body = Arriving {
            body: request.into_body().into_data_stream(),
            pace: Pace::new(http.least_bytes, http.patience.get()),
            unread: Arc::clone(&unread),
            gave: false,
        };
        let whole = SizeLimit::new().whole_stream(http.capture_limit as u64);
        let parts = Multipart::with_constraints(body, boundary, Constraints::new().size_limit(whole));
        Ok(Self { parts, taken: 0, unread, places, held: [0; 2], part_limit: http.frame_limit })
    }
}

impl Upload {
    /// The next part, once the one before is read or dropped. The one before that is nobody's any more.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, GatewayError> {
        self.places.memory.shrink(self.held[1]);
        self.held = [0, self.held[0]];
        let Some(field) = self.parts.next_field().await.map_err(|error| wrong_body(&error))? else {
            return Ok(None);
        };
        self.unread.store(0, Ordering::Relaxed);
        self.taken += 1;
        if self.taken > MOST_PARTS {
            return Err(GatewayError::TooLarge);
        }
        let name = field.name().unwrap_or_default().to_owned();
        Ok(Some(Part { name, field }))
    }

    /// A file's bytes.
    pub(crate) async fn bytes(&mut self, part: Part) -> Result<Bytes, GatewayError> {
        self.read(part, self.part_limit).await
    }

    /// A text field.
    pub(crate) async fn text(&mut self, part: Part) -> Result<String, GatewayError> {
        let name = part.name.clone();
        let bytes = self.read(part, TEXT_LIMIT).await?;
        String::from_utf8(bytes.into()).map_err(|_| GatewayError::field(&name, "MALFORMED", "格式不正确"))
    }

    async fn read(&mut self, mut part: Part, limit: usize) -> Result<Bytes, GatewayError> {
        let mut read = BytesMut::new();
        while let Some(chunk) = part.field.chunk().await.map_err(|error| wrong_body(&error))? {
            self.unread.store(0, Ordering::Relaxed);
            if read.len() + chunk.len() > limit {
                return Err(GatewayError::TooLarge);
            }
            self.places.memory.grow(chunk.len()).map_err(|_| GatewayError::Overloaded)?;
            self.held[0] += chunk.len();
            read.extend_from_slice(&chunk);
        }
        Ok(read.freeze())
    }
}

/// Why no more of a body is read.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error("too slow")]
    TooSlow,
    #[error("too much that is no part")]
    TooLarge,
    #[error(transparent)]
    Broken(#[from] axum::Error),
}

/// A body on its way to the parser, which reads as much as it is given before it looks for parts: so it is given a piece at a time.
struct Arriving {
    body: BodyDataStream,
    pace: Pace,
    /// What the parser was given since it last found something.
    unread: Arc<AtomicUsize>,
    gave: bool,
}

impl Stream for Arriving {
    type Item = Result<Bytes, Cut>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.gave) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.unread.load(Ordering::Relaxed) > MOST_UNREAD {
            return Poll::Ready(Some(Err(Cut::TooLarge)));
        }
        let Poll::Ready(came) = self.body.poll_next_unpin(context) else {
            return self.pace.poll_too_slow(context).map(|()| Some(Err(Cut::TooSlow)));
        };
        if let Some(Ok(bytes)) = &came {
            self.pace.came(bytes.len());
            self.unread.fetch_add(bytes.len(), Ordering::Relaxed);
            self.gave = true;
        }
        Poll::Ready(came.map(|came| came.map_err(Cut::from)))
    }
}

/// Every way a stranger's body can be wrong; none is our fault.
fn wrong_body(error: &multer::Error) -> GatewayError {
    tracing::debug!(%error, "multipart refused");
    match error {
        multer::Error::StreamSizeExceeded { .. } => GatewayError::TooLarge,
        multer::Error::StreamReadFailed(cause) => match cause.downcast_ref::<Cut>() {
            Some(Cut::TooSlow) => GatewayError::TooSlow,
            Some(Cut::TooLarge) => GatewayError::TooLarge,
            Some(Cut::Broken(_)) | None => broken_off(),
        },
        _ => broken_off(),
    }
}

fn broken_off() -> GatewayError {
    GatewayError::field("body", "MALFORMED", "提交的内容不完整，请重试")
}
