//! `ConsentService`.

use std::sync::Arc;

use shiming_proto::face::v1 as face;
use shiming_proto::identity::v1 as wire;
use shiming_proto::identity::v1::consent_service_server::ConsentService;
use shiming_rpc::convert::{known_enum, meta, page, parse_id, timestamp};
use shiming_rpc::serve;
use tonic::{Request, Response, Status};

use crate::app::App;
use crate::app::consent::face_data::{get_erasure_proof, list_face_processing};
use crate::app::consent::list_consents::{ConsentView, list_consents};
use crate::app::consent::withdraw_consent::withdraw_consent;
use crate::clients::face_data::FaceRecords;
use crate::domain::consent::{ConsentPurpose, ConsentText};
use crate::domain::withdrawal::{ErasedCounts, Erasure, Withdrawal};
use crate::error::IdentityError;

#[derive(Clone, Debug)]
pub(crate) struct ConsentApi(pub(crate) Arc<App>);

#[tonic::async_trait]
impl ConsentService for ConsentApi {
    async fn get_consent_text(
        &self,
        request: Request<wire::GetConsentTextRequest>,
    ) -> Result<Response<wire::GetConsentTextResponse>, Status> {
        serve(request, |_call, ask| async move { text(&ask) }).await
    }

    async fn list_consents(
        &self,
        request: Request<wire::ListConsentsRequest>,
    ) -> Result<Response<wire::ListConsentsResponse>, Status> {
        serve(request, |call, ask| async move {
            let asked = page(ask.page_size, &ask.page_token)?;
            let found = list_consents(&self.0, &call, &asked).await?;
            Ok::<_, IdentityError>(wire::ListConsentsResponse {
                consents: found.items.into_iter().map(record).collect(),
                next_page_token: found.next_page_token,
            })
        })
        .await
    }

    async fn withdraw_consent(
        &self,
        request: Request<wire::WithdrawConsentRequest>,
    ) -> Result<Response<wire::WithdrawConsentResponse>, Status> {
        serve(request, |call, ask| async move {
            let meta = meta(&ask)?;
            let consent_id = parse_id("consent_id", &ask.consent_id)?;
            let withdrawn = withdraw_consent(&self.0, &call, meta, consent_id).await?;
            Ok::<_, IdentityError>(wire::WithdrawConsentResponse {
                withdrawal: withdrawn.as_ref().map(withdrawal),
            })
        })
        .await
    }

    async fn get_erasure_proof(
        &self,
        request: Request<wire::GetErasureProofRequest>,
    ) -> Result<Response<wire::GetErasureProofResponse>, Status> {
        serve(request, |call, ask| async move {
            let id = parse_id("erasure_id", &ask.erasure_id)?;
            let erased = get_erasure_proof(&self.0, &call, id).await?;
            Ok::<_, IdentityError>(wire::GetErasureProofResponse { erasure: Some(erasure(erased)) })
        })
        .await
    }

    async fn list_face_processing(
        &self,
        request: Request<wire::ListFaceProcessingRequest>,
    ) -> Result<Response<wire::ListFaceProcessingResponse>, Status> {
        serve(request, |call, ask| async move {
            let asked = page(ask.page_size, &ask.page_token)?;
            let FaceRecords(found) = list_face_processing(&self.0, &call, &asked).await?;
            Ok::<_, IdentityError>(wire::ListFaceProcessingResponse {
                records: found.records,
                next_page_token: found.next_page_token,
            })
        })
        .await
    }
}

fn text(request: &wire::GetConsentTextRequest) -> Result<wire::GetConsentTextResponse, IdentityError> {
    let purpose = match known_enum("purpose", request.purpose)? {
        wire::ConsentPurpose::Unspecified | wire::ConsentPurpose::FaceVerification => {
            ConsentPurpose::FaceVerification
        }
    };
    let text = if request.version.is_empty() {
        ConsentText::in_force(purpose)
    } else {
        ConsentText::of_version(purpose, &request.version).ok_or(IdentityError::ConsentNotFound)?
    };
    let text = wire::ConsentText {
        purpose: request.purpose,
        version: text.version.to_owned(),
        title: text.title.to_owned(),
        text: text.text.to_owned(),
        text_sha256: text.text_sha256.to_owned(),
    };
    Ok(wire::GetConsentTextResponse { text: Some(text) })
}

const fn wire_purpose(purpose: ConsentPurpose) -> wire::ConsentPurpose {
    match purpose {
        ConsentPurpose::FaceVerification => wire::ConsentPurpose::FaceVerification,
    }
}

fn record(view: ConsentView) -> wire::ConsentRecord {
    let ConsentView { entry, withdrawal: ended } = view;
    let text = ConsentText::of_version(entry.purpose, &entry.text_version);
    wire::ConsentRecord {
        consent_id: entry.id.to_string(),
        purpose: wire_purpose(entry.purpose).into(),
        title: text.map(|text| text.title.to_owned()).unwrap_or_default(),
        version: entry.text_version,
        text_sha256: entry.text_sha256,
        agree_time: Some(timestamp(entry.agree_time)),
        withdrawal: ended.as_ref().map(withdrawal),
    }
}

fn withdrawal(withdrawal: &Withdrawal) -> wire::ConsentWithdrawal {
    let erasure = withdrawal.erasure.as_ref();
    let state = match erasure {
        Some(_) => wire::WithdrawalState::Erased,
        None => wire::WithdrawalState::Erasing,
    };
    wire::ConsentWithdrawal {
        withdrawal_id: withdrawal.id.to_string(),
        withdraw_time: Some(timestamp(withdrawal.withdraw_time)),
        state: state.into(),
        erasure_id: erasure.map(|erasure| erasure.erasure_id.to_string()).unwrap_or_default(),
        erase_time: erasure.map(|erasure| timestamp(erasure.erase_time)),
        counts: erasure.map(|erasure| counts(erasure.counts)),
    }
}

fn erasure(erasure: Erasure) -> face::Erasure {
    face::Erasure {
        erasure_id: erasure.erasure_id.to_string(),
        erase_time: Some(timestamp(erasure.erase_time)),
        counts: Some(counts(erasure.counts)),
        proof: erasure.proof,
    }
}

fn counts(counts: ErasedCounts) -> face::ErasedCounts {
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    face::ErasedCounts {
        references: count(counts.references),
        evidence: count(counts.evidence),
        sessions: count(counts.sessions),
        counters: count(counts.counters),
    }
}
