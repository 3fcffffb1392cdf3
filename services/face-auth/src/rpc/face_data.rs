//! `FaceDataService`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use shiming_kernel::{CallContext, Caller};
use shiming_proto::face::v1 as proto;
use shiming_proto::face::v1::face_data_service_server::FaceDataService;
use shiming_rpc::convert::{InvalidField, meta, page, parse_id, timestamp, to_time};
use shiming_rpc::{Coded as _, enum_table, serve};
use tonic::{Request, Response, Status};

use super::convert::person;
use crate::app::{self, App, EraseFaceData, FaceDataStatistics, ListProcessingRecords};
use crate::domain::{ErasedCounts, Erasure, ErasureClaims, ProcessedKind, ProcessingRecord};
use crate::error::FaceAuthError;

const MAX_PURPOSE: usize = 200;
const MAX_PROOF: usize = 4096;
/// Why identity erases and lists.
const BY_THE_PERSON: &str = "the person's own request";

/// Shows and erases what is kept of people's faces.
#[derive(Clone)]
pub(crate) struct FaceDataApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl FaceDataService for FaceDataApi {
    async fn erase_face_data(
        &self,
        request: Request<proto::EraseFaceDataRequest>,
    ) -> Result<Response<proto::EraseFaceDataResponse>, Status> {
        serve(request, |call, ask| async move {
            let command = erase(&call, &ask, self.0.store.now())?;
            let erased = app::erase_face_data(&self.0, &call, meta(&ask)?, &command).await?;
            let erasure = Some(erasure(erased, ask.validate_only));
            Ok::<_, FaceAuthError>(proto::EraseFaceDataResponse { erasure })
        })
        .await
    }

    async fn verify_erasure_proof(
        &self,
        request: Request<proto::VerifyErasureProofRequest>,
    ) -> Result<Response<proto::VerifyErasureProofResponse>, Status> {
        serve(request, |_call, ask| async move {
            let claims = app::verify_erasure_proof(&self.0, proof(&ask.proof)?).await?;
            let (valid, claims) = (claims.is_some(), claims.map(wire_claims));
            Ok::<_, FaceAuthError>(proto::VerifyErasureProofResponse { valid, claims })
        })
        .await
    }

    async fn list_processing_records(
        &self,
        request: Request<proto::ListProcessingRecordsRequest>,
    ) -> Result<Response<proto::ListProcessingRecordsResponse>, Status> {
        serve(request, |call, ask| async move {
            let query = list(&call, &ask, self.0.store.now())?;
            let found = app::list_processing_records(&self.0, &call, &query).await?;
            let records = found.items.into_iter().map(record).collect();
            let next_page_token = found.next_page_token;
            Ok::<_, FaceAuthError>(proto::ListProcessingRecordsResponse { records, next_page_token })
        })
        .await
    }

    async fn get_face_data_statistics(
        &self,
        request: Request<proto::GetFaceDataStatisticsRequest>,
    ) -> Result<Response<proto::GetFaceDataStatisticsResponse>, Status> {
        serve(
            request,
            |_call, _ask| async move { app::get_face_data_statistics(&self.0).await.map(statistics) },
        )
        .await
    }

    async fn read_face_evidence(
        &self,
        request: Request<proto::ReadFaceEvidenceRequest>,
    ) -> Result<Response<proto::ReadFaceEvidenceResponse>, Status> {
        serve(request, |call, ask| async move {
            let purpose = purpose(&call, &ask.purpose)?;
            let id = parse_id("face_session_id", &ask.face_session_id)?;
            let evidence = app::read_face_evidence(&self.0, &call, id, &purpose).await?;
            Ok::<_, FaceAuthError>(proto::ReadFaceEvidenceResponse {
                image: evidence.image.into(),
                capture_time: Some(timestamp(evidence.create_time)),
                expire_time: Some(timestamp(evidence.expire_time)),
            })
        })
        .await
    }
}

enum_table!(ProcessedKind => proto::ProcessedKind { Document, FaceImage, Liveness, Reference });

fn erase(
    caller: &CallContext,
    request: &proto::EraseFaceDataRequest,
    now: DateTime<Utc>,
) -> Result<EraseFaceData, FaceAuthError> {
    Ok(EraseFaceData {
        person: person(request.document.as_ref(), now)?,
        purpose: purpose(caller, &request.purpose)?,
        withdraw_time: request.withdraw_time.map(|time| to_time("withdraw_time", time)).transpose()?,
    })
}

fn list(
    caller: &CallContext,
    request: &proto::ListProcessingRecordsRequest,
    now: DateTime<Utc>,
) -> Result<ListProcessingRecords, FaceAuthError> {
    Ok(ListProcessingRecords {
        person: person(request.document.as_ref(), now)?,
        purpose: purpose(caller, &request.purpose)?,
        page: page(request.page_size, &request.page_token)?,
    })
}

/// Why the caller asks: a service does so for the person of a session, an operator says.
fn purpose(caller: &CallContext, text: &str) -> Result<String, FaceAuthError> {
    let text = text.trim();
    match (&caller.caller, text.chars().count()) {
        (Caller::Service(_), 0) => Ok(BY_THE_PERSON.to_owned()),
        (_, 1..=MAX_PURPOSE) => Ok(text.to_owned()),
        (_, 0) => Err(InvalidField::missing("purpose").into()),
        _ => Err(InvalidField::new("purpose", "LENGTH", "用途长度应为1至200个字").into()),
    }
}

fn proof(text: &str) -> Result<&str, FaceAuthError> {
    match text.len() {
        0 => Err(InvalidField::missing("proof").into()),
        1..=MAX_PROOF => Ok(text),
        _ => Err(InvalidField::new("proof", "LENGTH", "删除证明过长").into()),
    }
}

/// With `validate_only` nothing was erased and nothing is proven; the counts say what would be.
fn erasure(erasure: Erasure, validate_only: bool) -> proto::Erasure {
    let (erasure_id, proof) = if validate_only {
        (String::new(), String::new())
    } else {
        (erasure.erasure_id.to_string(), erasure.proof)
    };
    proto::Erasure {
        erasure_id,
        erase_time: Some(timestamp(erasure.erase_time)),
        counts: Some(counts(erasure.counts)),
        proof,
    }
}

fn counts(counts: ErasedCounts) -> proto::ErasedCounts {
    let count = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    proto::ErasedCounts {
        references: count(counts.references),
        evidence: count(counts.evidence),
        sessions: count(counts.sessions),
        counters: count(counts.counters),
    }
}

fn wire_claims(claims: ErasureClaims) -> proto::ErasureClaims {
    proto::ErasureClaims {
        erasure_id: claims.jti.to_string(),
        identity_pseudonym: claims.sub,
        erase_time: DateTime::from_timestamp(claims.iat, 0).map(timestamp),
        counts: Some(counts(claims.erased)),
        audit_sequence: claims.audit.sequence,
        audit_hash: claims.audit.hash,
    }
}

fn record(record: ProcessingRecord) -> proto::ProcessingRecord {
    let kinds = record.kinds.into_iter().map(|kind| kind.to_wire().into());
    proto::ProcessingRecord {
        record_id: record.record_id.to_string(),
        process_time: Some(timestamp(record.process_time)),
        purpose: record.purpose.to_wire().into(),
        consent_id: record.consent_id.to_string(),
        consent_version: record.consent_version,
        kinds: kinds.collect(),
        provider: record.provider.to_wire().into(),
        result: record.result,
        evidence_expire_time: record.evidence_expire_time.map(timestamp),
        expire_time: Some(timestamp(record.expire_time)),
    }
}

fn statistics(statistics: FaceDataStatistics) -> proto::GetFaceDataStatisticsResponse {
    let FaceDataStatistics { stored, thresholds } = statistics;
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    proto::GetFaceDataStatisticsResponse {
        people_stored: count(stored.either),
        reference_people: count(stored.references),
        evidence_people: count(stored.evidence),
        legal_threshold: count(thresholds.legal),
        alarm_threshold: count(thresholds.alarm),
        is_alarm: thresholds.is_alarm(stored),
    }
}
