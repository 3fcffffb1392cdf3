//! `GET /api/face-data/records`: how the person's face was processed.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use shiming_proto::face::v1::ProcessingRecord as WireRecord;
use shiming_proto::identity::v1::ListFaceProcessingRequest;
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::input::{PageQuery, Query};
use crate::session::SignedIn;
use crate::wire::{FaceProvider, FacePurpose, ProcessedKind, maybe_time, time};

/// One processing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProcessingRecord {
    /// Opaque.
    record_id: String,
    process_time: DateTime<Utc>,
    purpose: FacePurpose,
    /// Of the text that was agreed to.
    consent_version: String,
    kinds: Vec<ProcessedKind>,
    provider: FaceProvider,
    /// `PASSED`, or the reason why not.
    result: String,
    /// Until when a picture was to be kept; absent: none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_expire_time: Option<DateTime<Utc>>,
    /// Until when this record is kept.
    expire_time: DateTime<Utc>,
}

impl ProcessingRecord {
    fn from_wire(record: WireRecord) -> Result<Self, GatewayError> {
        Ok(Self {
            record_id: record.record_id,
            process_time: time("process_time", record.process_time)?,
            purpose: record.purpose.into(),
            consent_version: record.consent_version,
            kinds: record.kinds.into_iter().map(Into::into).collect(),
            provider: record.provider.into(),
            result: record.result,
            evidence_expire_time: maybe_time("evidence_expire_time", record.evidence_expire_time)?,
            expire_time: time("expire_time", record.expire_time)?,
        })
    }
}

/// A page of records.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordsPage {
    records: Vec<ProcessingRecord>,
    /// Empty on the last page.
    next_page_token: String,
}

/// Lists processings, the newest first.
#[utoipa::path(
    get,
    path = "/api/face-data/records",
    tag = "face data",
    params(PageQuery),
    responses((status = 200, body = RecordsPage))
)]
pub(crate) async fn list(
    State(edge): State<SharedEdge>,
    signed_in: SignedIn,
    Query(query): Query<PageQuery>,
) -> Result<Json<RecordsPage>, GatewayError> {
    let ask = ListFaceProcessingRequest { page_size: query.page_size, page_token: query.page_token };
    let page = edge.clients.consents().list_face_processing(signed_in.request(ask)).await?.into_inner();
    Ok(Json(RecordsPage {
        records: page.records.into_iter().map(ProcessingRecord::from_wire).collect::<Result<_, _>>()?,
        next_page_token: page.next_page_token,
    }))
}
