//! Reads a capture's stream: the header, then frames, none of which is kept longer than the capture is within its limits.

use bytes::Bytes;
use shiming_kernel::FaceSessionId;
use shiming_proto::face::v1::SubmitCaptureRequest;
use shiming_proto::face::v1::submit_capture_request::Part;
use shiming_rpc::convert::{InvalidField, parse_id, required_text};
use tonic::{Code, Status, Streaming};

use crate::domain::{CaptureLimits, Frames, NotAFrame};
use crate::error::FaceAuthError;

type Parts = Streaming<SubmitCaptureRequest>;

/// The session and the token of the first message.
pub(super) async fn header(
    parts: &mut Parts,
    limits: CaptureLimits,
) -> Result<(FaceSessionId, String), Status> {
    match next(parts, limits).await? {
        Some(Part::Header(header)) => {
            let face_session_id = parse_id("header.face_session_id", &header.face_session_id);
            let face_session_id = face_session_id.map_err(FaceAuthError::from)?;
            required_text("header.capture_token", &header.capture_token).map_err(FaceAuthError::from)?;
            Ok((face_session_id, header.capture_token))
        }
        Some(Part::Frame(_)) | None => Err(FaceAuthError::from(InvalidField::missing("header")).into()),
    }
}

/// The pictures of all others.
pub(super) async fn images(parts: &mut Parts, limits: CaptureLimits) -> Result<Vec<Bytes>, Status> {
    let mut frames = Frames::new(limits);
    while let Some(part) = next(parts, limits).await? {
        let Part::Frame(frame) = part else {
            return Err(invalid("header", "REPEATED", "采集信息只能提交一次"));
        };
        frames.push(frame.image).map_err(|fault| match fault {
            NotAFrame::Empty => FaceAuthError::from(InvalidField::missing("frame.image")).into(),
            NotAFrame::TooMany => {
                invalid("frame", "TOO_MANY", &format!("一次最多提交{}张照片", limits.frames))
            }
            NotAFrame::TooLarge => FaceAuthError::from(limits.too_large()).into(),
        })?;
    }
    if frames.is_empty() {
        return Err(FaceAuthError::from(InvalidField::missing("frame")).into());
    }
    Ok(frames.into_images())
}

async fn next(parts: &mut Parts, limits: CaptureLimits) -> Result<Option<Part>, Status> {
    match parts.message().await {
        Ok(Some(SubmitCaptureRequest { part: Some(part) })) => Ok(Some(part)),
        Ok(Some(SubmitCaptureRequest { part: None })) => {
            Err(FaceAuthError::from(InvalidField::missing("part")).into())
        }
        Ok(None) => Ok(None),
        // The transport refuses a message that is longer than any frame may be, before it is read.
        Err(status) if status.code() == Code::OutOfRange => {
            Err(FaceAuthError::from(limits.too_large()).into())
        }
        Err(status) => Err(status),
    }
}

fn invalid(field: &str, reason: &'static str, description: &str) -> Status {
    FaceAuthError::from(InvalidField::new(field, reason, description)).into()
}
