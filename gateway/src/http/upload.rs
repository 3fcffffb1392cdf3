//! Multipart bodies, read part by part and never beyond their limits.

use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use multer::{Field, Multipart};

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::http::input::{announced_length, has_type};

/// Bytes of a text part.
const TEXT_LIMIT: usize = 4096;
/// More parts than any form of ours has.
const MOST_PARTS: usize = 64;

/// A multipart body that is being read.
pub(crate) struct Upload {
    parts: Multipart<'static>,
    taken: usize,
    left: usize,
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
        let body = request.into_body().into_data_stream();
        Ok(Self {
            parts: Multipart::new(body, boundary),
            taken: 0,
            left: http.capture_limit,
            part_limit: http.frame_limit,
        })
    }
}

impl Upload {
    /// The next part, once the one before is read or dropped.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, GatewayError> {
        let Some(field) = self.parts.next_field().await.map_err(|error| wrong_body(&error))? else {
            return Ok(None);
        };
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
            self.left = self.left.checked_sub(chunk.len()).ok_or(GatewayError::TooLarge)?;
            if read.len() + chunk.len() > limit {
                return Err(GatewayError::TooLarge);
            }
            read.extend_from_slice(&chunk);
        }
        Ok(read.freeze())
    }
}

/// Every way a stranger's body can be wrong; none is our fault.
fn wrong_body(error: &multer::Error) -> GatewayError {
    tracing::debug!(%error, "multipart refused");
    GatewayError::field("body", "MALFORMED", "提交的内容不完整，请重试")
}
