//! Between the contract's messages and the domain. Everything that arrives is checked here.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use shiming_crypto::{PublicKey, TokenHash};
use shiming_identifiers::{DocumentType, Identity};
use shiming_kernel::{ServiceError as _, china_date};
use shiming_proto::face::v1 as proto;
use shiming_proto::types::v1::{EvidenceLevel, IdentityDocument};
use shiming_rpc::convert::{InvalidField, parse_id, required, required_text, timestamp, to_time};
use shiming_rpc::{Coded as _, coded, enum_table};

use crate::app::{
    CreateFaceSession, EngineInfo, IssueChallenge, IssuedChallenge, OpenedSession, Passed, RedeemFaceResult,
    Redeemed, ReferenceRow, Rules, SetDemoReference,
};
use crate::domain::{Action, Consent, Evidence, Liveness, Purpose, Refusal};
use crate::error::FaceAuthError;

const MAX_ROW_ID: usize = 200;

enum_table!(Purpose => proto::FacePurpose { Collection, StepUp });
enum_table!(Action => proto::LivenessAction { Blink, OpenMouth, TurnLeft, TurnRight, Nod });
enum_table!(Liveness => proto::LivenessOutcome { NotEvaluated, Live, ByProvider });

pub(super) fn create_face_session(
    request: &proto::CreateFaceSessionRequest,
    now: DateTime<Utc>,
) -> Result<CreateFaceSession, FaceAuthError> {
    let purpose = coded("purpose", request.purpose)?;
    let subject_id = parse_id("subject_id", &request.subject_id)?;
    let person = person(request.document.as_ref(), now)?;
    let consent = request.consent.as_ref().ok_or(Refusal::ConsentRequired)?;
    let agree_time = consent.agree_time.map(|time| to_time("consent.agree_time", time)).transpose()?;
    let consent = Consent::receipt(&consent.consent_id, &consent.version, &consent.text_sha256, agree_time)?;
    let evidence = evidence(request.evidence)?;
    Ok(CreateFaceSession { purpose, subject_id, person, consent, evidence })
}

fn evidence(value: i32) -> Result<Evidence, InvalidField> {
    match EvidenceLevel::try_from(value) {
        Ok(EvidenceLevel::Unspecified | EvidenceLevel::Face) => Ok(Evidence::Face),
        Ok(EvidenceLevel::FaceStrict) => Ok(Evidence::FaceStrict),
        Ok(EvidenceLevel::Sms) | Err(_) => Err(InvalidField::malformed("evidence")),
    }
}

pub(super) fn issue_challenge(
    request: &proto::IssueChallengeRequest,
) -> Result<IssueChallenge, FaceAuthError> {
    required_text("capture_token", &request.capture_token)?;
    Ok(IssueChallenge {
        face_session_id: parse_id("face_session_id", &request.face_session_id)?,
        token: TokenHash::of(&request.capture_token),
    })
}

/// With `validate_only` there is no challenge to answer.
pub(super) fn issued(
    issued: IssuedChallenge,
    rules: &Rules,
    validate_only: bool,
) -> proto::IssueChallengeResponse {
    let (nonce, actions) = if validate_only {
        (String::new(), Vec::new())
    } else {
        (issued.nonce.into_inner(), issued.actions.iter().map(|action| action.to_wire().into()).collect())
    };
    let challenge = proto::LivenessChallenge {
        nonce,
        actions,
        expire_time: Some(timestamp(issued.expire_time)),
        frames_per_step: i32::try_from(rules.frames_per_step).unwrap_or(i32::MAX),
        step_time: prost_types::Duration::try_from(rules.step_time).ok(),
    };
    proto::IssueChallengeResponse { challenge: Some(challenge) }
}

pub(super) fn result_keys(keys: Vec<PublicKey>) -> proto::ListResultKeysResponse {
    let key = |key: PublicKey| proto::ResultKey { key_id: key.key_id, public_key: key.bytes.to_vec().into() };
    proto::ListResultKeysResponse { keys: keys.into_iter().map(key).collect() }
}

pub(super) fn redeem_face_result(
    request: &proto::RedeemFaceResultRequest,
) -> Result<RedeemFaceResult, FaceAuthError> {
    Ok(RedeemFaceResult {
        face_session_id: parse_id("face_session_id", &request.face_session_id)?,
        purpose: coded("purpose", request.purpose)?,
        subject_id: parse_id("subject_id", &request.subject_id)?,
    })
}

pub(super) fn set_demo_reference(
    request: proto::SetDemoReferenceRequest,
    now: DateTime<Utc>,
) -> Result<SetDemoReference, FaceAuthError> {
    Ok(SetDemoReference {
        person: person(request.document.as_ref(), now)?,
        photo: photo("photo", request.photo)?,
    })
}

pub(super) fn reference_row(
    reference: proto::Reference,
    now: DateTime<Utc>,
) -> Result<ReferenceRow, FaceAuthError> {
    if !(1..=MAX_ROW_ID).contains(&reference.row_id.len()) {
        return Err(InvalidField::new("reference.row_id", "LENGTH", "行编号长度应为1至200").into());
    }
    let person = person(reference.document.as_ref(), now)?;
    let photo_date = match reference.photo_date.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| {
            InvalidField::new(
                "reference.photo_date",
                "DATE",
                "照片拍摄日期有误，应为年-月-日，例如2020-01-31",
            )
        })?),
    };
    Ok(ReferenceRow { person, photo: photo("reference.photo", reference.photo)?, photo_date })
}

fn photo(field: &str, photo: Bytes) -> Result<Bytes, InvalidField> {
    if photo.is_empty() { Err(InvalidField::missing(field)) } else { Ok(photo) }
}

/// A document whose holder the authority has a photo of, with the name on it.
pub(super) fn person(
    document: Option<&IdentityDocument>,
    now: DateTime<Utc>,
) -> Result<Identity, InvalidField> {
    let document = required("document", document)?;
    let kind = document_type(document.r#type)?;
    let read = Identity::parse(kind, &document.number, &document.name, china_date(now), "document");
    read.map_err(InvalidField::all)
}

fn document_type(value: i32) -> Result<DocumentType, InvalidField> {
    let kind: DocumentType = coded("document.type", value)?;
    if kind.supports_face() {
        return Ok(kind);
    }
    let way_out = "该证件类型不支持人脸识别，请到办税服务厅窗口办理";
    Err(InvalidField::new("document.type", "FACE_NOT_SUPPORTED", way_out))
}

/// With `validate_only` there is no session to hand out.
pub(super) fn opened(
    opened: OpenedSession,
    hosted: Option<proto::HostedCheck>,
    validate_only: bool,
) -> proto::CreateFaceSessionResponse {
    let (face_session_id, capture_token) = if validate_only {
        (String::new(), String::new())
    } else {
        (opened.face_session_id.to_string(), opened.capture_token.into_inner())
    };
    proto::CreateFaceSessionResponse {
        face_session_id,
        capture_token,
        expire_time: Some(timestamp(opened.expire_time)),
        attempts_left: i32::try_from(opened.attempts_left).unwrap_or(i32::MAX),
        hosted,
    }
}

pub(super) fn passed(passed: Passed) -> proto::SubmitCaptureResponse {
    proto::SubmitCaptureResponse {
        face_session_id: passed.face_session_id.to_string(),
        result_expire_time: Some(timestamp(passed.expire_time)),
    }
}

pub(super) fn redeemed(redeemed: Redeemed) -> proto::RedeemFaceResultResponse {
    let outcome = redeemed.outcome;
    let evidence = match outcome.evidence {
        Evidence::Face => EvidenceLevel::Face,
        Evidence::FaceStrict => EvidenceLevel::FaceStrict,
    };
    let result = proto::FaceResult {
        face_session_id: redeemed.face_session_id.to_string(),
        subject_id: redeemed.subject_id.to_string(),
        purpose: redeemed.purpose.to_wire().into(),
        evidence: evidence.into(),
        similarity: outcome.similarity,
        threshold: outcome.threshold,
        liveness: outcome.liveness.to_wire().into(),
        model_pack: outcome.model_pack,
        decide_time: Some(timestamp(outcome.decide_time)),
        provider: outcome.provider.to_wire().into(),
        passive_score: outcome.passive,
        actions: outcome.actions.iter().map(|action| action.to_wire().into()).collect(),
    };
    proto::RedeemFaceResultResponse { result: Some(result), signed_result: redeemed.signed }
}

pub(super) fn row_result(
    row_id: String,
    stored: Result<(), FaceAuthError>,
) -> proto::ImportReferencesResponse {
    let Err(error) = stored else {
        return proto::ImportReferencesResponse { row_id, stored: true, ..Default::default() };
    };
    let told = error.reason();
    let reason = match &error {
        FaceAuthError::Refused(Refusal::CaptureQuality(fault)) => fault.reason(),
        _ => told.as_str(),
    };
    // A field's own words say more than "a field is wrong".
    let violation = error.facts().violations.into_iter().next().map(|first| first.description);
    proto::ImportReferencesResponse {
        row_id,
        stored: false,
        reason: reason.to_owned(),
        message: violation.unwrap_or_else(|| error.words().into_owned()),
    }
}

pub(super) fn engine_info(info: EngineInfo) -> proto::GetEngineInfoResponse {
    let models = info.versions.nets.into_iter();
    proto::GetEngineInfoResponse {
        model_pack: info.versions.pack,
        models: models
            .map(|net| proto::ModelInfo { role: net.role.to_owned(), sha256: net.sha256 })
            .collect(),
        workers: i32::try_from(info.workers).unwrap_or(i32::MAX),
        reference_count: i64::try_from(info.references).unwrap_or(i64::MAX),
        stale_reference_count: i64::try_from(info.stale).unwrap_or(i64::MAX),
    }
}
