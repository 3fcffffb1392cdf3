//! What every request that changes something brings: its name, and whether it is a dry run.

use axum::extract::FromRequestParts;
use http::HeaderName;
use http::request::Parts;
use shiming_exposed::dry_run;
use shiming_kernel::RequestId;

use crate::SharedEdge;
use crate::error::GatewayError;

/// Names the intent; a repeat with the same key does it once.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The name of the intent, for `request_id`, and the dry-run switch, for `validate_only`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mutation {
    pub(crate) request_id: String,
    pub(crate) validate_only: bool,
}

impl FromRequestParts<SharedEdge> for Mutation {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _: &SharedEdge) -> Result<Self, Self::Rejection> {
        let header = parts.headers.get(IDEMPOTENCY_KEY).ok_or_else(|| {
            GatewayError::field("Idempotency-Key", "REQUIRED", "请求缺少编号，请刷新页面后重试")
        })?;
        let id = header.to_str().ok().and_then(|text| text.parse::<RequestId>().ok()).ok_or_else(|| {
            GatewayError::field("Idempotency-Key", "MALFORMED", "请求编号有误，请刷新页面后重试")
        })?;
        let validate_only = dry_run(parts.uri.query().unwrap_or_default(), true)?.unwrap_or_default();
        Ok(Self { request_id: id.to_string(), validate_only })
    }
}
