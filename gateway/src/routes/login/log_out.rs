//! `POST /api/logout`: the session ends.

use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use shiming_proto::identity::v1::LogOutRequest;

use crate::SharedEdge;
use crate::cookie::Cookie;
use crate::error::GatewayError;
use crate::mutation::Mutation;
use crate::routes::Done;
use crate::session::MaybeSignedIn;

/// Ends the session on every replica; without one it succeeds as well.
#[utoipa::path(post, path = "/api/logout", tag = "login", responses((status = 200, body = Done)))]
pub(crate) async fn log_out(
    State(edge): State<SharedEdge>,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    mutation: Mutation,
) -> Result<impl IntoResponse, GatewayError> {
    if let Some(signed_in) = signed_in {
        let ask = LogOutRequest {
            session_token: signed_in.token.expose().clone(),
            request_id: mutation.request_id,
            validate_only: mutation.validate_only,
        };
        edge.clients.sessions().log_out(signed_in.visitor.request(ask)).await?;
    }
    let cookie =
        if mutation.validate_only { AppendHeaders(None) } else { edge.cookies.clear(Cookie::Session) };
    Ok((cookie, Json(Done {})))
}
