//! Face checks on a provider's own page, between the contract's messages and the use cases.

use shiming_kernel::Redacted;
use shiming_proto::face::v1 as proto;
use shiming_rpc::convert::{InvalidField, parse_id, required_text, timestamp};
use shiming_rpc::{Coded as _, enum_table};

use crate::app::{CheckHostedFace, HostedPassed};
use crate::domain::{Provider, Ticket};
use crate::error::FaceAuthError;

/// WeChat's are 28 characters.
const MAX_OPENID: usize = 64;

/// An openid as WeChat forms them; none is an empty text.
pub(super) fn openid(text: &str) -> Result<Option<Redacted<String>>, InvalidField> {
    let is_openid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match text.len() {
        0 => Ok(None),
        1..=MAX_OPENID if text.bytes().all(is_openid) => Ok(Some(text.into())),
        _ => Err(InvalidField::malformed("wechat_openid")),
    }
}

pub(super) fn check_hosted_face(
    request: &proto::CheckHostedFaceRequest,
) -> Result<CheckHostedFace, FaceAuthError> {
    required_text("capture_token", &request.capture_token)?;
    Ok(CheckHostedFace {
        face_session_id: parse_id("face_session_id", &request.face_session_id)?,
        capture_token: request.capture_token.clone().into(),
        client_code: request.client_code.into(),
    })
}

pub(super) fn passed(passed: HostedPassed) -> proto::CheckHostedFaceResponse {
    proto::CheckHostedFaceResponse {
        face_session_id: passed.face_session_id.to_string(),
        result_expire_time: Some(timestamp(passed.expire_time)),
    }
}

enum_table!(Provider => proto::FaceProvider { BuiltIn, External, WeChat = Wechat, Tencent });

/// What the browser is given of a ticket.
pub(super) fn check(ticket: Ticket) -> proto::HostedCheck {
    let provider = ticket.provider().to_wire().into();
    let (url, verify_id) = match ticket {
        Ticket::WeChat { verify_id, .. } => (String::new(), verify_id),
        Ticket::Tencent { url, .. } => (url, String::new()),
    };
    proto::HostedCheck { provider, url, verify_id }
}
