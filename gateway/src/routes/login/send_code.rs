//! `POST /api/login/code`: a one-time code to a collected person.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shiming_kernel::Redacted;
use shiming_proto::identity::v1::SendLoginCodeRequest;
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Body;
use crate::limits::{Codes, FreeUses, Within};
use crate::mutation::Mutation;
use crate::routes::collection::{CodeSent, Identity};
use crate::visitor::Visitor;
use crate::wire::seconds;

/// Who wants to log in.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendLoginCode {
    #[serde(flatten)]
    identity: Identity,
    #[schema(value_type = String)]
    mobile: Redacted<String>,
    /// Of the picture code; needed after a few codes within an hour (`CAPTCHA_WRONG` says so).
    #[serde(default)]
    captcha_id: String,
    /// What the picture shows.
    #[serde(default)]
    captcha_answer: String,
}

/// Sends a code if document, name and mobile belong to one collected person, and answers the same if not.
#[utoipa::path(
    post,
    path = "/api/login/code",
    tag = "login",
    request_body = SendLoginCode,
    responses((status = 200, body = CodeSent))
)]
pub(crate) async fn send_code(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    _: Within<Codes>,
    mutation: Mutation,
    Body(body): Body<SendLoginCode>,
) -> Result<Json<CodeSent>, GatewayError> {
    let captcha = &edge.config.captcha;
    let free = FreeUses {
        per_address: captcha.free_login_codes_per_address,
        per_browser: captcha.free_login_codes_per_browser,
    };
    if edge.limits.is_beyond("login-code", free, &visitor).await? {
        edge.captchas.redeem(&body.captcha_id, &body.captcha_answer).await?;
    }
    let ask = SendLoginCodeRequest {
        document: Some(body.identity.into()),
        mobile: body.mobile.into_inner(),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.logins().send_login_code(visitor.request(ask)).await?.into_inner();
    Ok(Json(CodeSent {
        lifetime_seconds: seconds("lifetime", answer.lifetime)?,
        resend_after_seconds: seconds("resend_after", answer.resend_after)?,
    }))
}
