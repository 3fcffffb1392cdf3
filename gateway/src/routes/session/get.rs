//! `GET /api/session`: whose session this is.

use axum::Json;
use axum::extract::State;
use shiming_proto::identity::v1::GetSessionRequest;

use super::SessionAnswer;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::session::SignedIn;
use crate::wire::part;

/// Tells whose session this is, and counts as use of it.
#[utoipa::path(get, path = "/api/session", tag = "session", responses((status = 200, body = SessionAnswer)))]
pub(crate) async fn get(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
) -> Result<Json<SessionAnswer>, GatewayError> {
    let answer = edge.clients.sessions().get_session(signed_in.request(GetSessionRequest {})).await?;
    let session = part("session", answer.into_inner().session)?;
    SessionAnswer::from_wire(Some(session)).map(Json)
}
