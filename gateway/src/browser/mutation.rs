//! What every request that changes something brings: its name, and whether it is a dry run.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use shiming_exposed::dry_run;
use shiming_kernel::RequestId;

use crate::SharedEdge;
use crate::error::GatewayError;

/// Names the intent; a repeat with the same key does it once.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The name of the intent, for `request_id`, and the dry-run switch, for `validate_only`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mutation {
    pub(crate) request_id: String,
    pub(crate) validate_only: bool,
}

impl FromRequestParts<SharedEdge> for Mutation {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _: &SharedEdge) -> Result<Self, Self::Rejection> {
        let request_id = request_id(&parts.headers, "")?.to_string();
        let validate_only = dry_run(parts.uri.query().unwrap_or_default(), true)?.unwrap_or_default();
        Ok(Self { request_id, validate_only })
    }
}

/// The name of the intent, from the header or from the message; both may say it, but not differently. A refusal names the field of the
/// message, as the services do.
pub(crate) fn request_id(headers: &HeaderMap, in_message: &str) -> Result<RequestId, GatewayError> {
    let refused = |reason, words| GatewayError::field("requestId", reason, words);
    let wrong = || refused("MALFORMED", "请求编号有误，请刷新页面后重试");
    let read = |text: &str| text.parse::<RequestId>().map_err(|_| wrong());
    let header = headers.get(IDEMPOTENCY_KEY).map(|value| value.to_str().map_err(|_| wrong()).and_then(read));
    let message = Some(in_message).filter(|text| !text.is_empty()).map(read);
    match (header.transpose()?, message.transpose()?) {
        (Some(header), Some(message)) if header != message => Err(wrong()),
        (Some(id), _) | (None, Some(id)) => Ok(id),
        (None, None) => Err(refused("REQUIRED", "请求缺少编号，请刷新页面后重试")),
    }
}
