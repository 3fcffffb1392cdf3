//! `POST /api/applications/{bindingId}/decide`: 同意 or 拒绝.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shiming_proto::enterprise::v1::DecideApplicationRequest;
use utoipa::ToSchema;

use super::Application;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::{Body, Id};
use crate::mutation::Mutation;
use crate::session::SignedIn;
use crate::wire::{Decision, part};

/// What is decided.
#[derive(Deserialize, ToSchema)]
pub(crate) struct DecideApplication {
    decision: Decision,
    /// As listed; another one means that somebody was faster.
    etag: String,
}

/// An answer that carries an application.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationAnswer {
    application: Application,
}

/// Approves or rejects an application.
#[utoipa::path(
    post,
    path = "/api/applications/{bindingId}/decide",
    tag = "applications",
    params(("bindingId" = String, Path)),
    request_body = DecideApplication,
    responses((status = 200, body = ApplicationAnswer))
)]
pub(crate) async fn decide(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Id(binding_id): Id,
    mutation: Mutation,
    Body(body): Body<DecideApplication>,
) -> Result<Json<ApplicationAnswer>, GatewayError> {
    let ask = DecideApplicationRequest {
        binding_id,
        decision: body.decision.into(),
        etag: body.etag,
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.applications().decide_application(signed_in.request(ask)).await?;
    let application = Application::from_wire(part("application", answer.into_inner().application)?)?;
    Ok(Json(ApplicationAnswer { application }))
}
