//! `POST /api/collection`: begins a collection.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use shiming_proto::identity::v1::StartCollectionRequest;

use super::{Collection, Identity};
use crate::SharedEdge;
use crate::cookie::Cookie;
use crate::error::GatewayError;
use crate::input::Body;
use crate::limits::{Collections, Within};
use crate::mutation::Mutation;
use crate::visitor::Visitor;
use crate::wire::{CollectionStep, time};

/// Begins a collection; its token stays in a cookie.
#[utoipa::path(
    post,
    path = "/api/collection",
    tag = "collection",
    request_body = Identity,
    responses((status = 200, body = Collection))
)]
pub(crate) async fn start(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    _: Within<Collections>,
    mutation: Mutation,
    Body(identity): Body<Identity>,
) -> Result<impl IntoResponse, GatewayError> {
    let ask = StartCollectionRequest {
        document: Some(identity.into()),
        request_id: mutation.request_id,
        validate_only: mutation.validate_only,
    };
    let answer = edge.clients.collections().start_collection(visitor.request(ask)).await?.into_inner();
    let cookie = edge.cookies.set_unless_empty(Cookie::Collection, &answer.collection_token)?;
    let collection = Collection {
        next_step: CollectionStep::from(answer.next_step),
        expire_time: time("expire_time", answer.expire_time)?,
        document_masked: answer.document_masked,
        name_masked: answer.name_masked,
        birth_date: None,
        document_type: None,
    };
    Ok((cookie, Json(collection)))
}
