//! `POST /api/face/{faceSessionId}/capture`: the frames of one capture, handed on one by one.
//!
//! Parts: `captureToken` and `nonce` first, then `offsetsMs` (milliseconds since the first frame) and `steps` (of the challenge), JSON
//! arrays with one number per frame, then one to forty `frame`. What comes after the frames is too late to go with them and is left
//! out. Whether times and steps make sense is the engine's to judge; here only the form is.

use std::future::ready;
use std::pin::pin;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use prost_types::Duration;
use shiming_kernel::Reason;
use shiming_proto::face::v1::face_session_service_client::FaceSessionServiceClient;
use shiming_proto::face::v1::submit_capture_request::Part as WirePart;
use shiming_proto::face::v1::{CaptureFrame, CaptureHeader, SubmitCaptureRequest, SubmitCaptureResponse};
use shiming_rpc::deadline;
use shiming_runtime::telemetry::trace::in_this_trace;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;

use crate::SharedEdge;
use crate::browser::limits::{Captures, Within};
use crate::browser::mutation::Mutation;
use crate::browser::visitor::Visitor;
use crate::error::GatewayError;
use crate::http::upload::Upload;

const MOST_FRAMES: usize = 40;
/// A capture lasts seconds; an hour is beyond any.
const LONGEST_MS: f64 = 3_600_000.0;

/// Submits a capture.
pub(crate) async fn capture(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    Path(face_session_id): Path<String>,
    _: Within<Captures>,
    mutation: Mutation,
    mut upload: Upload,
) -> Result<Response, GatewayError> {
    if mutation.validate_only {
        return Err(GatewayError::field("validateOnly", "UNKNOWN", "不支持这一项内容"));
    }
    let capture_token = read_text(&mut upload, "captureToken", "缺少人脸识别凭证，请重新开始").await?;
    let nonce = read_text(&mut upload, "nonce", "缺少本次识别的编号，请重新开始").await?;
    let header = CaptureHeader { face_session_id, capture_token, nonce };
    let answer = to_the_end(&edge, visitor, header, upload).await?;
    edge.exposed.answer(&answer)
}

/// Streams in a task of its own, which goes on when the browser breaks off and this request is dropped: a cancelled stream looks like a
/// finished one at the other end (tonic makes `None` of it), so a capture that is cut short must be called off in words.
async fn to_the_end(
    edge: &SharedEdge,
    visitor: Visitor,
    header: CaptureHeader,
    upload: Upload,
) -> Result<SubmitCaptureResponse, GatewayError> {
    let (told, answer) = oneshot::channel();
    let (task_edge, end) = (edge.clone(), deadline::current());
    let work = async move {
        let streamed = stream(&task_edge, &visitor, header, upload);
        let streamed = match end {
            Some(end) => deadline::scope(end, streamed).await,
            None => streamed.await,
        };
        // Nobody listens when the browser has gone.
        drop(told.send(streamed));
    };
    edge.shutdown.spawn("gateway.capture", in_this_trace(work));
    // Broken off by the end of the process: whether face-auth has judged is unknown.
    answer.await.map_err(|_| GatewayError::Peer(Reason::Unavailable.into()))?
}

/// The first parts name the session and the challenge; without them nothing is sent to anybody.
async fn read_text(upload: &mut Upload, name: &str, missing: &str) -> Result<String, GatewayError> {
    match upload.next().await? {
        Some(part) if part.name == name => upload.text(part).await,
        _ => Err(GatewayError::field(name, "REQUIRED", missing)),
    }
}

/// Sends the frames while they arrive: at most two are held at a time.
async fn stream(
    edge: &SharedEdge,
    visitor: &Visitor,
    header: CaptureHeader,
    mut upload: Upload,
) -> Result<SubmitCaptureResponse, GatewayError> {
    let (frames, messages) = mpsc::channel(1);
    let first = SubmitCaptureRequest { part: Some(WirePart::Header(header)) };
    let messages = stream::once(ready(first)).chain(ReceiverStream::new(messages));
    let mut client = FaceSessionServiceClient::new(edge.clients.face_auth.clone());
    let call = client.submit_capture(visitor.request(messages));
    let pump = async {
        let pumped = pump(&mut upload, &frames).await;
        if pumped.is_err() {
            // No part at all: refused by the contract, whatever came before.
            drop(frames.send(SubmitCaptureRequest { part: None }).await);
        }
        drop(frames);
        pumped
    };
    let (mut call, mut pump) = (pin!(call), pin!(pump));
    // What is refused in the middle of an upload is answered at once; what is called off is heard out.
    tokio::select! {
        answer = &mut call => {
            let answer = answer?;
            pump.await?;
            Ok(answer.into_inner())
        }
        pumped = &mut pump => {
            let answer = call.await;
            pumped?;
            Ok(answer?.into_inner())
        }
    }
}

/// Reads the upload to its end. What nobody wants any more is read and dropped.
async fn pump(upload: &mut Upload, frames: &mpsc::Sender<SubmitCaptureRequest>) -> Result<(), GatewayError> {
    let (mut offsets, mut steps) = (Vec::new(), Vec::new());
    let mut count = 0;
    while let Some(part) = upload.next().await? {
        match part.name.as_str() {
            "frame" if count == MOST_FRAMES => {
                return Err(GatewayError::field("frame", "TOO_MANY", "一次最多提交 40 张照片"));
            }
            "frame" => {
                let image = upload.bytes(part).await?;
                let message = frame(image, offsets.get(count).copied(), steps.get(count).copied());
                count += 1;
                // Fails only when the call has ended already; its answer says why.
                drop(frames.send(message).await);
            }
            "offsetsMs" => offsets = read_offsets(&upload.text(part).await?)?,
            "steps" => steps = read_steps(&upload.text(part).await?)?,
            _ => drop(upload.bytes(part).await?),
        }
    }
    if count == 0 {
        return Err(GatewayError::field("frame", "REQUIRED", "请先拍摄照片"));
    }
    Ok(())
}

fn read_offsets(text: &str) -> Result<Vec<u32>, GatewayError> {
    let read: Result<Vec<f64>, _> = serde_json::from_str(text);
    let wrong = || GatewayError::field("offsetsMs", "MALFORMED", "拍摄时间有误，请重新拍摄");
    let offsets = read.map_err(|_| wrong())?;
    let whole = |offset: f64| (0.0..=LONGEST_MS).contains(&offset).then(|| whole_milliseconds(offset));
    offsets.into_iter().map(|offset| whole(offset).ok_or_else(wrong)).collect()
}

fn read_steps(text: &str) -> Result<Vec<i32>, GatewayError> {
    serde_json::from_str(text)
        .map_err(|_| GatewayError::field("steps", "MALFORMED", "拍摄步骤有误，请重新拍摄"))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to lie within an hour")]
fn whole_milliseconds(offset: f64) -> u32 {
    offset as u32
}

fn frame(image: Bytes, offset: Option<u32>, step: Option<i32>) -> SubmitCaptureRequest {
    let capture_offset = offset.map(|offset| Duration {
        seconds: i64::from(offset / 1000),
        nanos: i32::try_from(offset % 1000 * 1_000_000).unwrap_or(0),
    });
    let step = step.unwrap_or_default();
    SubmitCaptureRequest { part: Some(WirePart::Frame(CaptureFrame { image, capture_offset, step })) }
}
