//! `POST /api/collection/code`: a one-time code to the mobile that is to be collected.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Deserialize;
use shiming_kernel::Redacted;
use shiming_proto::identity::v1::SendCollectionCodeRequest;
use utoipa::ToSchema;

use super::CodeSent;
use crate::SharedEdge;
use crate::cookie::Cookie;
use crate::error::GatewayError;
use crate::input::Body;
use crate::limits::{Codes, Within};
use crate::mutation::Mutation;
use crate::session::Collecting;
use crate::visitor::Visitor;
use crate::wire::seconds;

/// Where to send it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SendCollectionCode {
    #[schema(value_type = String)]
    mobile: Redacted<String>,
}

/// Sends a code; a new one kills the old.
#[utoipa::path(
    post,
    path = "/api/collection/code",
    tag = "collection",
    request_body = SendCollectionCode,
    responses((status = 200, body = CodeSent))
)]
pub(crate) async fn send_code(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    collecting: Collecting,
    _: Within<Codes>,
    mutation: Mutation,
    Body(body): Body<SendCollectionCode>,
) -> Result<impl IntoResponse, GatewayError> {
    let ask = SendCollectionCodeRequest {
        collection_token: collecting.token().to_owned(),
        mobile: body.mobile.into_inner(),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.collections().send_collection_code(visitor.request(ask)).await?.into_inner();
    let sent = CodeSent {
        lifetime_seconds: seconds("lifetime", answer.lifetime)?,
        resend_after_seconds: seconds("resend_after", answer.resend_after)?,
    };
    Ok((edge.cookies.set(Cookie::Collection, collecting.token())?, Json(sent)))
}
