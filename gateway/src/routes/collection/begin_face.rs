//! `POST /api/collection/face`: consent given, a face session opened.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shiming_proto::identity::v1::BeginCollectionFaceRequest;
use utoipa::ToSchema;

use super::FaceTicket;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Body;
use crate::mutation::Mutation;
use crate::routes::start::consent::ConsentGiven;
use crate::session::Collecting;
use crate::visitor::Visitor;

/// What a face session needs.
#[derive(Deserialize, ToSchema)]
pub(crate) struct BeginFace {
    pub(crate) consent: ConsentGiven,
}

/// Records the consent and opens a face session for the collection's person.
#[utoipa::path(
    post,
    path = "/api/collection/face",
    tag = "collection",
    request_body = BeginFace,
    responses((status = 200, body = FaceTicket))
)]
pub(crate) async fn begin_face(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    collecting: Collecting,
    mutation: Mutation,
    Body(body): Body<BeginFace>,
) -> Result<Json<FaceTicket>, GatewayError> {
    let ask = BeginCollectionFaceRequest {
        collection_token: collecting.token().to_owned(),
        consent: Some(body.consent.into()),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.collections().begin_collection_face(visitor.request(ask)).await?;
    FaceTicket::from_wire(answer.into_inner().face_session).map(Json)
}
