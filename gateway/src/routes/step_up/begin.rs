//! `POST /api/step-up`: consent given, a face session opened for the session's person.

use axum::Json;
use axum::extract::State;
use shiming_proto::identity::v1::BeginStepUpRequest;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Body;
use crate::mutation::Mutation;
use crate::routes::collection::FaceTicket;
use crate::routes::collection::begin_face::BeginFace;
use crate::session::SignedIn;

/// Records the consent and opens a face session.
#[utoipa::path(
    post,
    path = "/api/step-up",
    tag = "step-up",
    request_body = BeginFace,
    responses((status = 200, body = FaceTicket))
)]
pub(crate) async fn begin(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    mutation: Mutation,
    Body(body): Body<BeginFace>,
) -> Result<Json<FaceTicket>, GatewayError> {
    let ask = BeginStepUpRequest {
        consent: Some(body.consent.into()),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.step_ups().begin_step_up(signed_in.request(ask)).await?;
    FaceTicket::from_wire(answer.into_inner().face_session).map(Json)
}
