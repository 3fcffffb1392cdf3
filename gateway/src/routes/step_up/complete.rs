//! `POST /api/step-up/complete`: the passed face session raises the session's evidence.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use shiming_proto::identity::v1::CompleteStepUpRequest;

use crate::SharedEdge;
use crate::cookie::Cookie;
use crate::error::GatewayError;
use crate::input::Body;
use crate::mutation::Mutation;
use crate::routes::collection::complete_face::CompleteFace;
use crate::routes::session::SessionAnswer;
use crate::session::SignedIn;

/// Redeems the face session; the session gets a new token.
#[utoipa::path(
    post,
    path = "/api/step-up/complete",
    tag = "step-up",
    request_body = CompleteFace,
    responses((status = 200, body = SessionAnswer))
)]
pub(crate) async fn complete(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    mutation: Mutation,
    Body(body): Body<CompleteFace>,
) -> Result<impl IntoResponse, GatewayError> {
    let ask = CompleteStepUpRequest {
        face_session_id: body.face_session_id,
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.step_ups().complete_step_up(signed_in.request(ask)).await?.into_inner();
    let cookie = edge.cookies.set_unless_empty(Cookie::Session, &answer.session_token)?;
    Ok((cookie, Json(SessionAnswer::from_wire(answer.session)?)))
}
