//! `GET /api/collection`: where the browser's collection stands, to resume it.

use axum::Json;
use axum::extract::State;
use shiming_proto::identity::v1::GetCollectionRequest;

use super::Collection;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::session::Collecting;
use crate::visitor::Visitor;
use crate::wire::{CollectionStep, DocumentType, non_empty, time};

/// Says where the collection stands.
#[utoipa::path(get, path = "/api/collection", tag = "collection", responses((status = 200, body = Collection)))]
pub(crate) async fn get(
    State(edge): State<SharedEdge>,
    visitor: Visitor,
    collecting: Collecting,
) -> Result<Json<Collection>, GatewayError> {
    fetch(&edge, &visitor, &collecting).await.map(Json)
}

/// Asks identity.
pub(crate) async fn fetch(
    edge: &SharedEdge,
    visitor: &Visitor,
    collecting: &Collecting,
) -> Result<Collection, GatewayError> {
    let ask = GetCollectionRequest { collection_token: collecting.token().to_owned() };
    let answer = edge.clients.collections().get_collection(visitor.request(ask)).await?.into_inner();
    Ok(Collection {
        next_step: CollectionStep::from(answer.next_step),
        expire_time: time("expire_time", answer.expire_time)?,
        document_masked: answer.document_masked,
        name_masked: answer.name_masked,
        birth_date: non_empty(answer.birth_date),
        document_type: Some(DocumentType::from(answer.document_type)),
    })
}
