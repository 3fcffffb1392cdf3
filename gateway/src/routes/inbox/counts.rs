//! `GET /api/counts`: how much waits.

use axum::Json;
use axum::extract::State;
use shiming_proto::messaging::v1::GetCountsRequest;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::live::Counts;
use crate::session::SignedIn;
use crate::wire::part;

/// Counts unread messages and open to-dos.
#[utoipa::path(get, path = "/api/counts", tag = "inbox", responses((status = 200, body = Counts)))]
pub(crate) async fn counts(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
) -> Result<Json<Counts>, GatewayError> {
    let answer = edge.clients.inbox().get_counts(signed_in.request(GetCountsRequest {})).await?;
    Ok(Json(part("counts", answer.into_inner().counts)?.into()))
}
