//! `GET /api/face-data/erasures/{erasureId}/proof`: the proof that the person's face data was erased, to be kept as a file.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use http::header::CONTENT_DISPOSITION;
use serde::Serialize;
use shiming_proto::identity::v1::GetErasureProofRequest;
use utoipa::ToSchema;

use super::ErasedCounts;
use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::Id;
use crate::session::SignedIn;
use crate::wire::{part, time};

/// An erasure and its proof.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErasureProof {
    erasure_id: String,
    erase_time: DateTime<Utc>,
    counts: ErasedCounts,
    /// JWS (RFC 7515, compact, `EdDSA`). It names nobody.
    proof: String,
}

/// Gives the proof. Browsers offer it as a file.
#[utoipa::path(
    get,
    path = "/api/face-data/erasures/{erasureId}/proof",
    tag = "face data",
    params(("erasureId" = String, Path)),
    responses((status = 200, body = ErasureProof))
)]
pub(crate) async fn proof(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Id(erasure_id): Id,
) -> Result<impl IntoResponse, GatewayError> {
    let ask = GetErasureProofRequest { erasure_id };
    let answer = edge.clients.consents().get_erasure_proof(signed_in.request(ask)).await?.into_inner();
    let erasure = part("erasure", answer.erasure)?;
    let proof = ErasureProof {
        erase_time: time("erase_time", erasure.erase_time)?,
        counts: part("counts", erasure.counts)?.into(),
        erasure_id: erasure.erasure_id,
        proof: erasure.proof,
    };
    Ok(([(CONTENT_DISPOSITION, "attachment; filename=\"erasure-proof.json\"")], Json(proof)))
}
