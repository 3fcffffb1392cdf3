//! `POST /api/login`: the code opens a session.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Deserialize;
use shiming_kernel::Redacted;
use shiming_proto::identity::v1::{ClientDescription, LogInRequest};
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::cookie::Cookie;
use crate::error::GatewayError;
use crate::input::Body;
use crate::limits::{Logins, Within};
use crate::mutation::Mutation;
use crate::routes::collection::Identity;
use crate::routes::session::SessionAnswer;
use crate::visitor::Visitor;

/// Who logs in, and with which code.
#[derive(Deserialize, ToSchema)]
pub(crate) struct LogIn {
    #[serde(flatten)]
    identity: Identity,
    #[schema(value_type = String)]
    mobile: Redacted<String>,
    /// Six digits.
    #[schema(value_type = String)]
    code: Redacted<String>,
}

/// Checks the code and opens a session; its token stays in a cookie.
#[utoipa::path(
    post,
    path = "/api/login",
    tag = "login",
    request_body = LogIn,
    responses((status = 200, body = SessionAnswer))
)]
pub(crate) async fn log_in(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    _: Within<Logins>,
    mutation: Mutation,
    Body(body): Body<LogIn>,
) -> Result<impl IntoResponse, GatewayError> {
    let client = ClientDescription {
        user_agent: visitor.agent.clone().unwrap_or_default(),
        address_hash: visitor.address.clone(),
    };
    let ask = LogInRequest {
        document: Some(body.identity.into()),
        mobile: body.mobile.into_inner(),
        code: body.code.into_inner(),
        client: Some(client),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.logins().log_in(visitor.request(ask)).await?.into_inner();
    let cookie = edge.cookies.set_unless_empty(Cookie::Session, &answer.session_token)?;
    Ok((cookie, Json(SessionAnswer::from_wire(answer.session)?)))
}
