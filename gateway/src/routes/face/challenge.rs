//! `POST /api/face/{faceSessionId}/challenge`: what to do before the camera.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::Redacted;
use shiming_proto::face::v1::{IssueChallengeRequest, LivenessChallenge};
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::{Body, Id};
use crate::limits::{Challenges, Within};
use crate::mutation::Mutation;
use crate::visitor::Visitor;
use crate::wire::{LivenessAction, milliseconds, part, time};

/// Whose challenge.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChallengeAsked {
    /// The secret of the face session.
    #[schema(value_type = String)]
    capture_token: Redacted<String>,
}

/// What the person must do, in this order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Challenge {
    /// To be sent with the frames; it serves one capture.
    nonce: String,
    /// The first is step 1 of the capture; step 0 is looking straight ahead.
    actions: Vec<LivenessAction>,
    /// Until when the frames must be here.
    expire_time: DateTime<Utc>,
    /// How many frames a step should have.
    frames_per_step: i32,
    /// About how long a step takes.
    step_ms: u64,
}

impl Challenge {
    fn from_wire(challenge: Option<LivenessChallenge>) -> Result<Self, GatewayError> {
        let challenge = part("challenge", challenge)?;
        Ok(Self {
            nonce: challenge.nonce,
            actions: challenge.actions.into_iter().map(LivenessAction::from).collect(),
            expire_time: time("expire_time", challenge.expire_time)?,
            frames_per_step: challenge.frames_per_step,
            step_ms: milliseconds("step_time", challenge.step_time)?,
        })
    }
}

/// Asks for a challenge; a later one ends the one before.
#[utoipa::path(
    post,
    path = "/api/face/{faceSessionId}/challenge",
    tag = "face",
    params(("faceSessionId" = String, Path)),
    request_body = ChallengeAsked,
    responses((status = 200, body = Challenge))
)]
pub(crate) async fn challenge(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    Id(face_session_id): Id,
    _: Within<Challenges>,
    mutation: Mutation,
    Body(body): Body<ChallengeAsked>,
) -> Result<Json<Challenge>, GatewayError> {
    let ask = IssueChallengeRequest {
        face_session_id,
        capture_token: body.capture_token.into_inner(),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.face_sessions().issue_challenge(visitor.request(ask)).await?;
    Challenge::from_wire(answer.into_inner().challenge).map(Json)
}
