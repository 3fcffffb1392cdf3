//! Face sessions, by face-auth: identity opens one for a person and a purpose, and redeems its result once.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_identifiers::Identity;
use shiming_kernel::{FaceSessionId, Redacted, RequestId};
use shiming_proto::face::v1::face_session_service_client::FaceSessionServiceClient;
use shiming_proto::face::v1::{
    ConsentReceipt, CreateFaceSessionRequest, FacePurpose, HostedCheck as WireHosted, RedeemFaceResultRequest,
};
use shiming_rpc::convert::{InvalidField, identity_document, parse_id, required, timestamp, to_time};
use shiming_rpc::{ClientChannel, Coded as _, enum_table};
use uuid::Uuid;

pub use super::face_error::FaceError;
use super::face_error::judge;
use super::signed_result::ResultKeys;

/// What a face session is for; a result serves no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// 实名采集.
    Collection,
    /// A sensitive act in a session.
    StepUp,
}

/// A face session to be opened.
#[derive(Clone, Debug)]
pub struct NewFaceSession {
    /// What for.
    pub purpose: Purpose,
    /// The collection or the person the result will be bound to.
    pub subject_id: Uuid,
    /// Whose photo is compared.
    pub person: Identity,
    /// The consent ledger's entry.
    pub consent_id: Uuid,
    /// Version of the text consented to.
    pub consent_version: &'static str,
    /// Hash of that text, lower-case hex.
    pub consent_sha256: &'static str,
    /// When the person agreed.
    pub consent_time: DateTime<Utc>,
    /// A repetition with the same id gets the same session.
    pub request_id: RequestId,
}

/// Lets one browser submit one capture.
#[derive(Clone, Debug)]
pub struct FaceTicket {
    /// The session.
    pub face_session_id: FaceSessionId,
    /// The secret that submits frames.
    pub capture_token: Redacted<String>,
    /// When the session ends.
    pub expire_time: DateTime<Utc>,
    /// The provider's face check to show instead of our own camera page.
    pub hosted: Option<HostedCheck>,
}

/// A face check on a provider's own page; handed on as face-auth gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostedCheck {
    /// `FaceProvider` of the contract.
    pub provider: i32,
    /// The page to open; empty for WeChat.
    pub url: Redacted<String>,
    /// What WeChat's JS-SDK opens; empty for all others.
    pub verify_id: Redacted<String>,
}

impl From<WireHosted> for HostedCheck {
    fn from(hosted: WireHosted) -> Self {
        let WireHosted { provider, url, verify_id } = hosted;
        Self { provider, url: url.into(), verify_id: verify_id.into() }
    }
}

impl From<HostedCheck> for WireHosted {
    fn from(hosted: HostedCheck) -> Self {
        let HostedCheck { provider, url, verify_id } = hosted;
        Self { provider, url: url.into_inner(), verify_id: verify_id.into_inner() }
    }
}

/// A result to be redeemed; face-auth hands it out only to the purpose and subject its session was opened for.
#[derive(Clone, Copy, Debug)]
pub struct Redemption {
    /// The session that passed.
    pub face_session_id: FaceSessionId,
    /// What it was opened for.
    pub purpose: Purpose,
    /// Whom it was opened for.
    pub subject_id: Uuid,
    /// A repetition with the same id gets the same result; any other is refused.
    pub request_id: RequestId,
    /// Only look whether it could be redeemed.
    pub validate_only: bool,
}

/// How a passed session was judged: for the audit.
#[derive(Clone, Debug, PartialEq)]
pub struct FaceResult {
    /// Cosine between capture and reference, -1 to 1.
    pub similarity: f32,
    /// What it had to reach.
    pub threshold: f32,
    /// The models that judged, as name@version.
    pub model_pack: String,
}

/// Opens face sessions and redeems their results.
#[async_trait]
pub trait FaceAuth: Send + Sync {
    /// Opens a session.
    async fn open(&self, session: NewFaceSession) -> Result<FaceTicket, FaceError>;

    /// Redeems the result of one that passed.
    async fn redeem(&self, redemption: Redemption) -> Result<FaceResult, FaceError>;
}

/// Asks the face-auth service.
#[derive(Clone, Debug)]
pub struct FaceAuthService {
    sessions: FaceSessionServiceClient<ClientChannel>,
    keys: ResultKeys,
}

impl FaceAuthService {
    /// Through a channel to face-auth.
    pub fn new(face_auth: ClientChannel) -> Self {
        Self { sessions: FaceSessionServiceClient::new(face_auth), keys: ResultKeys::default() }
    }
}

#[async_trait]
impl FaceAuth for FaceAuthService {
    async fn open(&self, session: NewFaceSession) -> Result<FaceTicket, FaceError> {
        let request = CreateFaceSessionRequest {
            purpose: session.purpose.to_wire().into(),
            subject_id: session.subject_id.to_string(),
            document: Some(identity_document(&session.person)),
            consent: Some(ConsentReceipt {
                consent_id: session.consent_id.to_string(),
                version: session.consent_version.to_owned(),
                text_sha256: session.consent_sha256.to_owned(),
                agree_time: Some(timestamp(session.consent_time)),
            }),
            request_id: session.request_id.to_string(),
            // No openid is known here: persons don't come from inside WeChat yet.
            ..Default::default()
        };
        let answer = self
            .sessions
            .clone()
            .create_face_session(request)
            .await
            .map_err(|status| judge(status.into()))?;
        let answer = answer.into_inner();
        let ticket = || -> Result<FaceTicket, InvalidField> {
            Ok(FaceTicket {
                face_session_id: parse_id("face_session_id", &answer.face_session_id)?,
                capture_token: answer.capture_token.into(),
                expire_time: to_time("expire_time", required("expire_time", answer.expire_time)?)?,
                hosted: answer.hosted.map(HostedCheck::from),
            })
        };
        ticket().map_err(|fault| FaceError::Fault(Box::new(fault)))
    }

    async fn redeem(&self, redemption: Redemption) -> Result<FaceResult, FaceError> {
        let request = RedeemFaceResultRequest {
            face_session_id: redemption.face_session_id.to_string(),
            purpose: redemption.purpose.to_wire().into(),
            subject_id: redemption.subject_id.to_string(),
            request_id: redemption.request_id.to_string(),
            validate_only: redemption.validate_only,
        };
        let answer =
            self.sessions.clone().redeem_face_result(request).await.map_err(|status| judge(status.into()))?;
        let answer = answer.into_inner();
        let result = required("result", answer.result).map_err(|fault| FaceError::Fault(Box::new(fault)))?;
        let bound = result.subject_id == redemption.subject_id.to_string()
            && result.face_session_id == redemption.face_session_id.to_string()
            && result.purpose() == redemption.purpose.to_wire();
        if !bound {
            return Err(FaceError::Fault("the result belongs to something else".into()));
        }
        self.keys.check(&self.sessions, &result, &answer.signed_result).await?;
        Ok(FaceResult {
            similarity: result.similarity,
            threshold: result.threshold,
            model_pack: result.model_pack,
        })
    }
}

enum_table!(Purpose => FacePurpose { Collection, StepUp });
