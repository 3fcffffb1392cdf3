//! `POST /api/face/{faceSessionId}/hosted`: asks what came of a provider's face check.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shiming_kernel::Redacted;
use shiming_proto::face::v1::CheckHostedFaceRequest;
use utoipa::ToSchema;

use super::capture::CapturePassed;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::{Body, Id};
use crate::mutation::Mutation;
use crate::visitor::Visitor;
use crate::wire::time;

/// The check, and what its page said.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckHosted {
    /// The secret of the face session.
    #[schema(value_type = String)]
    capture_token: Redacted<String>,
    /// What the provider's page said to the browser, 0 if nothing. It only tells a cancelled check from one to ask about again.
    #[serde(default)]
    client_code: i32,
}

/// Asks the provider. `FACE_NOT_FINISHED`: ask again, no sooner than the answer says.
#[utoipa::path(
    post,
    path = "/api/face/{faceSessionId}/hosted",
    tag = "face",
    params(("faceSessionId" = String, Path)),
    request_body = CheckHosted,
    responses((status = 200, body = CapturePassed))
)]
pub(crate) async fn hosted(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    Id(face_session_id): Id,
    mutation: Mutation,
    Body(body): Body<CheckHosted>,
) -> Result<Json<CapturePassed>, GatewayError> {
    let ask = CheckHostedFaceRequest {
        face_session_id,
        capture_token: body.capture_token.into_inner(),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
        client_code: body.client_code,
    };
    let answer = edge.clients.face_sessions().check_hosted_face(visitor.request(ask)).await?.into_inner();
    Ok(Json(CapturePassed { result_expire_time: time("result_expire_time", answer.result_expire_time)? }))
}
