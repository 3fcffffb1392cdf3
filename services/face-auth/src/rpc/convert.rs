//! Between the contract's messages and the domain. Everything that arrives is checked here.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use shiming_identifiers::{DocumentNumber, DocumentType, PersonName};
use shiming_kernel::{FieldViolation, ServiceError as _};
use shiming_proto::face::v1 as proto;
use shiming_proto::types::v1::{DocumentType as WireDocumentType, EvidenceLevel, IdentityDocument};
use shiming_rpc::convert::{InvalidField, known_enum, parse_id, request_meta, required, timestamp};

use crate::app::{
    CreateFaceSession, EngineInfo, OpenedSession, Passed, RedeemFaceResult, Redeemed, ReferenceRow,
    SetDemoReference,
};
use crate::domain::{Consent, KnownPerson, Liveness, Purpose, Refusal, china_date};
use crate::error::FaceAuthError;

const MAX_ROW_ID: usize = 200;

pub(super) fn create_face_session(
    request: &proto::CreateFaceSessionRequest,
    now: DateTime<Utc>,
) -> Result<CreateFaceSession, FaceAuthError> {
    let meta = request_meta(&request.request_id, request.validate_only)?;
    let purpose = purpose(request.purpose)?;
    let subject_id = parse_id("subject_id", &request.subject_id)?;
    let person = person(request.document.as_ref(), now)?;
    let consent = request.consent.as_ref().ok_or(Refusal::ConsentRequired)?;
    let consent = Consent::receipt(&consent.consent_id, &consent.version, &consent.text_sha256)?;
    Ok(CreateFaceSession { request: meta, purpose, subject_id, person, consent })
}

pub(super) fn redeem_face_result(
    request: &proto::RedeemFaceResultRequest,
) -> Result<RedeemFaceResult, FaceAuthError> {
    Ok(RedeemFaceResult {
        request: request_meta(&request.request_id, request.validate_only)?,
        face_session_id: parse_id("face_session_id", &request.face_session_id)?,
        purpose: purpose(request.purpose)?,
        subject_id: parse_id("subject_id", &request.subject_id)?,
    })
}

pub(super) fn set_demo_reference(
    request: proto::SetDemoReferenceRequest,
    now: DateTime<Utc>,
) -> Result<SetDemoReference, FaceAuthError> {
    Ok(SetDemoReference {
        request: request_meta(&request.request_id, request.validate_only)?,
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
    Ok(ReferenceRow { person, photo: photo("reference.photo", reference.photo)? })
}

fn purpose(value: i32) -> Result<Purpose, InvalidField> {
    match known_enum("purpose", value)? {
        proto::FacePurpose::Collection => Ok(Purpose::Collection),
        proto::FacePurpose::StepUp => Ok(Purpose::StepUp),
        proto::FacePurpose::Unspecified => Err(InvalidField::missing("purpose")),
    }
}

fn photo(field: &str, photo: Bytes) -> Result<Bytes, InvalidField> {
    if photo.is_empty() { Err(InvalidField::missing(field)) } else { Ok(photo) }
}

/// A document whose holder the authority has a photo of, with the name on it.
fn person(document: Option<&IdentityDocument>, now: DateTime<Utc>) -> Result<KnownPerson, InvalidField> {
    let document = required("document", document)?;
    let kind = document_type(document.r#type)?;
    let mut violations: Vec<FieldViolation> = Vec::new();
    let number = DocumentNumber::parse(kind, &document.number, china_date(now))
        .map_err(|error| violations.push(error.violation("document.number")));
    let name =
        PersonName::parse(&document.name).map_err(|error| violations.push(error.violation("document.name")));
    match (number, name) {
        (Ok(document), Ok(name)) => Ok(KnownPerson { document, name }),
        _ => Err(InvalidField::all(violations).unwrap_or_else(|| InvalidField::malformed("document"))),
    }
}

fn document_type(value: i32) -> Result<DocumentType, InvalidField> {
    let kind = match known_enum("document.type", value)? {
        WireDocumentType::Unspecified => return Err(InvalidField::missing("document.type")),
        WireDocumentType::ResidentId => DocumentType::ResidentId,
        WireDocumentType::TemporaryResidentId => DocumentType::TemporaryResidentId,
        WireDocumentType::HongKongMacaoPermit => DocumentType::HongKongMacaoPermit,
        WireDocumentType::TaiwanPermit => DocumentType::TaiwanPermit,
        WireDocumentType::ForeignPassport => DocumentType::ForeignPassport,
        WireDocumentType::ForeignPermanentResidentId => DocumentType::ForeignPermanentResidentId,
        WireDocumentType::ChinesePassport => DocumentType::ChinesePassport,
        WireDocumentType::HongKongMacaoResidencePermit => DocumentType::HongKongMacaoResidencePermit,
        WireDocumentType::TaiwanResidencePermit => DocumentType::TaiwanResidencePermit,
    };
    if kind.supports_face() {
        return Ok(kind);
    }
    let way_out = "该证件类型不支持人脸识别，请到办税服务厅窗口办理";
    Err(InvalidField::new("document.type", "FACE_NOT_SUPPORTED", way_out))
}

/// With `validate_only` there is no session to hand out.
pub(super) fn opened(opened: OpenedSession, validate_only: bool) -> proto::CreateFaceSessionResponse {
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
    let purpose = match redeemed.purpose {
        Purpose::Collection => proto::FacePurpose::Collection,
        Purpose::StepUp => proto::FacePurpose::StepUp,
    };
    let liveness = match outcome.liveness {
        Liveness::NotEvaluated => proto::LivenessOutcome::NotEvaluated,
    };
    let result = proto::FaceResult {
        face_session_id: redeemed.face_session_id.to_string(),
        subject_id: redeemed.subject_id.to_string(),
        purpose: purpose.into(),
        evidence: EvidenceLevel::Face.into(),
        similarity: outcome.similarity,
        threshold: outcome.threshold,
        liveness: liveness.into(),
        model_pack: outcome.model_pack,
        decide_time: Some(timestamp(outcome.decide_time)),
    };
    proto::RedeemFaceResultResponse { result: Some(result) }
}

pub(super) fn row_result(
    row_id: String,
    stored: Result<(), FaceAuthError>,
) -> proto::ImportReferencesResponse {
    let Err(error) = stored else {
        return proto::ImportReferencesResponse { row_id, stored: true, ..Default::default() };
    };
    let reason = match &error {
        FaceAuthError::Refused(Refusal::CaptureQuality(fault)) => fault.reason(),
        error => error.reason(),
    };
    // A field's own words say more than "a field is wrong".
    let violation = error.violations().into_iter().next().map(|first| first.description);
    proto::ImportReferencesResponse {
        row_id,
        stored: false,
        reason: reason.to_owned(),
        message: violation.unwrap_or_else(|| error.message().into_owned()),
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
    }
}
