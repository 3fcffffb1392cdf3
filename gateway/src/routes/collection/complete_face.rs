//! `POST /api/collection/face/complete`: the passed face session is redeemed.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_proto::identity::v1::CompleteCollectionFaceRequest;
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::cookie::Cookie;
use crate::error::GatewayError;
use crate::input::Body;
use crate::mutation::Mutation;
use crate::session::Collecting;
use crate::visitor::Visitor;
use crate::wire::{CollectionStep, time};

/// Which face session passed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CompleteFace {
    pub(crate) face_session_id: String,
}

/// What comes next.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaceCompleted {
    next_step: CollectionStep,
    expire_time: DateTime<Utc>,
}

/// Redeems the face session that this collection opened.
#[utoipa::path(
    post,
    path = "/api/collection/face/complete",
    tag = "collection",
    request_body = CompleteFace,
    responses((status = 200, body = FaceCompleted))
)]
pub(crate) async fn complete_face(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    collecting: Collecting,
    mutation: Mutation,
    Body(body): Body<CompleteFace>,
) -> Result<impl IntoResponse, GatewayError> {
    let ask = CompleteCollectionFaceRequest {
        collection_token: collecting.token().to_owned(),
        face_session_id: body.face_session_id,
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer =
        edge.clients.collections().complete_collection_face(visitor.request(ask)).await?.into_inner();
    let completed = FaceCompleted {
        next_step: CollectionStep::from(answer.next_step),
        expire_time: time("expire_time", answer.expire_time)?,
    };
    // A step taken: the cookie lives as long as the collection does.
    Ok((edge.cookies.set(Cookie::Collection, collecting.token())?, Json(completed)))
}
