//! Reads a capture's stream: the header, then frames, none of which is kept longer than the capture is within its limits.

use std::time::Duration;

use shiming_crypto::TokenHash;
use shiming_proto::face::v1::submit_capture_request::Part;
use shiming_proto::face::v1::{CaptureFrame, SubmitCaptureRequest};
use shiming_rpc::convert::{InvalidField, parse_id, required_text};
use tonic::{Code, Status, Streaming};

use crate::app::{Admission, CaptureHeader};
use crate::domain::{CaptureLimits, Frame, Frames, NotAFrame};
use crate::error::FaceAuthError;

type Parts = Streaming<SubmitCaptureRequest>;

/// The session, its token and the nonce of its challenge, of the first message.
pub(super) async fn header(parts: &mut Parts, limits: CaptureLimits) -> Result<CaptureHeader, Status> {
    match next(parts, limits).await? {
        Some(Part::Header(header)) => read_header(&header).map_err(|fault| FaceAuthError::from(fault).into()),
        Some(Part::Frame(_)) | None => Err(FaceAuthError::from(InvalidField::missing("header")).into()),
    }
}

fn read_header(header: &shiming_proto::face::v1::CaptureHeader) -> Result<CaptureHeader, InvalidField> {
    let face_session_id = parse_id("header.face_session_id", &header.face_session_id)?;
    required_text("header.capture_token", &header.capture_token)?;
    required_text("header.nonce", &header.nonce)?;
    let (token, nonce) = (TokenHash::of(&header.capture_token), TokenHash::of(&header.nonce));
    Ok(CaptureHeader { face_session_id, token, nonce })
}

/// The frames of all other messages.
pub(super) async fn frames(
    parts: &mut Parts,
    admission: &mut Admission,
    limits: CaptureLimits,
) -> Result<Vec<Frame>, Status> {
    let mut frames = Frames::new(limits);
    while let Some(part) = next(parts, limits).await? {
        let Part::Frame(frame) = part else {
            return Err(invalid("header", "REPEATED", "采集信息只能提交一次"));
        };
        let frame = read_frame(frame).map_err(FaceAuthError::from)?;
        let bytes = frame.image.len();
        frames.push(frame).map_err(|fault| match fault {
            NotAFrame::Empty => FaceAuthError::from(InvalidField::missing("frame.image")).into(),
            NotAFrame::TooMany => {
                invalid("frame", "TOO_MANY", &format!("一次最多提交{}张照片", limits.frames))
            }
            NotAFrame::TooLarge => FaceAuthError::from(limits.too_large()).into(),
            NotAFrame::OutOfStep => invalid("frame.step", "OUT_OF_STEP", "照片的顺序与动作步骤不符"),
        })?;
        admission.keep(bytes)?;
    }
    if frames.is_empty() {
        return Err(FaceAuthError::from(InvalidField::missing("frame")).into());
    }
    Ok(frames.into_frames())
}

fn read_frame(frame: CaptureFrame) -> Result<Frame, InvalidField> {
    let malformed = |field| InvalidField::malformed(field);
    let offset = match frame.capture_offset {
        None => Duration::ZERO,
        Some(offset) => Duration::try_from(offset).map_err(|_| malformed("frame.capture_offset"))?,
    };
    let step = usize::try_from(frame.step).map_err(|_| malformed("frame.step"))?;
    Ok(Frame { step, offset, image: frame.image })
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
