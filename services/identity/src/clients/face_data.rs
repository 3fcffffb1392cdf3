//! What face-auth keeps of people's faces: it erases it, and tells how it was processed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shiming_identifiers::Identity;
use shiming_kernel::{AskedPage, Reason, RequestId};
use shiming_proto::face::v1::face_data_service_client::FaceDataServiceClient;
use shiming_proto::face::v1::{
    EraseFaceDataRequest, ListProcessingRecordsRequest, ListProcessingRecordsResponse,
};
use shiming_proto::types::v1::IdentityDocument;
use shiming_rpc::ClientChannel;
use shiming_rpc::convert::{InvalidField, identity_document, parse_id, required, timestamp, to_time};

use super::face_error::{FaceError, judge};
pub use crate::domain::withdrawal::{ErasedCounts, Erasure};

/// A person as face-auth knows them. Prints nothing.
#[derive(Clone)]
pub struct FaceOwner(IdentityDocument);

impl FaceOwner {
    pub(crate) fn of(identity: &Identity) -> Self {
        Self(identity_document(identity))
    }
}

impl std::fmt::Debug for FaceOwner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FaceOwner([redacted])")
    }
}

/// A page of processing records: face-auth's own words, which identity hands on unread.
#[derive(Clone, Debug, Default)]
pub struct FaceRecords(pub ListProcessingRecordsResponse);

/// An erasure to be done.
#[derive(Clone, Debug)]
pub struct NewErasure {
    /// Whose face data.
    pub owner: FaceOwner,
    /// When the consent was withdrawn; only one given later counts again.
    pub withdraw_time: DateTime<Utc>,
    /// A repetition with the same id erases nothing twice and gets the same proof.
    pub request_id: RequestId,
}

/// Erases and tells.
#[async_trait]
pub trait FaceData: Send + Sync {
    /// Erases what is kept of a person's face.
    async fn erase(&self, erasure: NewErasure) -> Result<Erasure, FaceError>;

    /// A page of a person's processing records.
    async fn records(&self, owner: FaceOwner, page: &AskedPage) -> Result<FaceRecords, FaceError>;
}

/// Asks the face-auth service.
#[derive(Clone, Debug)]
pub struct FaceDataOfService(FaceDataServiceClient<ClientChannel>);

impl FaceDataOfService {
    /// Through a channel to face-auth.
    pub fn new(face_auth: ClientChannel) -> Self {
        Self(FaceDataServiceClient::new(face_auth))
    }
}

#[async_trait]
impl FaceData for FaceDataOfService {
    async fn erase(&self, erasure: NewErasure) -> Result<Erasure, FaceError> {
        let request = EraseFaceDataRequest {
            document: Some(erasure.owner.0),
            purpose: String::new(),
            withdraw_time: Some(timestamp(erasure.withdraw_time)),
            request_id: erasure.request_id.to_string(),
            validate_only: false,
        };
        let answer = self.0.clone().erase_face_data(request).await.map_err(|status| judge(status.into()))?;
        read(answer.into_inner().erasure).map_err(|fault| FaceError::Fault(Box::new(fault)))
    }

    async fn records(&self, owner: FaceOwner, page: &AskedPage) -> Result<FaceRecords, FaceError> {
        let request = ListProcessingRecordsRequest {
            document: Some(owner.0),
            purpose: String::new(),
            page_size: i32::try_from(page.size()).unwrap_or(i32::MAX),
            page_token: page.token().to_owned(),
        };
        let answer = self.0.clone().list_processing_records(request).await;
        Ok(FaceRecords(answer.map_err(|status| judge_page(status.into()))?.into_inner()))
    }
}

/// The page the person asked for may be none: that is theirs to know.
fn judge_page(problem: shiming_rpc::status::Problem) -> FaceError {
    if problem.reason == Reason::PageTokenInvalid { FaceError::Refused(problem) } else { judge(problem) }
}

fn read(erasure: Option<shiming_proto::face::v1::Erasure>) -> Result<Erasure, InvalidField> {
    let erasure = required("erasure", erasure)?;
    let counts = required("erasure.counts", erasure.counts)?;
    let count = |count: i32| u32::try_from(count).unwrap_or(0);
    Ok(Erasure {
        erasure_id: parse_id("erasure.erasure_id", &erasure.erasure_id)?,
        erase_time: to_time("erasure.erase_time", required("erasure.erase_time", erasure.erase_time)?)?,
        counts: ErasedCounts {
            references: count(counts.references),
            evidence: count(counts.evidence),
            sessions: count(counts.sessions),
            counters: count(counts.counters),
        },
        proof: erasure.proof,
    })
}
