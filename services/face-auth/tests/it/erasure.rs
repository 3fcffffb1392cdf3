//! Erasing what is kept of a person's face, the proof of it, and what comes after.

use prost_types::Timestamp;
use shiming_proto::face::v1::{
    ConsentReceipt, CreateFaceSessionRequest, EraseFaceDataRequest, Erasure, ListProcessingRecordsRequest,
    VerifyErasureProofRequest, VerifyErasureProofResponse,
};
use shiming_testkit::TestDatabase;
use tonic::Status;
use uuid::Uuid;

use crate::film::Film;
use crate::stand::{LI, Stand, ZHANG, document, for_person, problem, reason, redemption, reference};

shiming_testkit::on_each_database!(
    everything_that_need_not_be_kept_goes,
    a_repeat_erases_nothing_twice,
    checking_erases_nothing,
    a_proof_is_ours_or_it_is_none,
    a_reference_comes_back_only_after_a_new_consent,
    an_import_and_an_erasure_at_once_leave_no_reference,
    only_identity_and_operators_erase,
);

fn erasing(person: (&str, &str)) -> EraseFaceDataRequest {
    EraseFaceDataRequest {
        document: Some(document(person)),
        request_id: Uuid::now_v7().to_string(),
        ..Default::default()
    }
}

async fn erase(stand: &Stand, request: EraseFaceDataRequest) -> Result<Erasure, Status> {
    Ok(stand.data_for_identity().erase_face_data(request).await?.into_inner().erasure.unwrap())
}

async fn verify(stand: &Stand, proof: &str) -> VerifyErasureProofResponse {
    let request = VerifyErasureProofRequest { proof: proof.into() };
    stand.data_for_operator().verify_erasure_proof(request).await.unwrap().into_inner()
}

async fn keeping_zhang(database: TestDatabase) -> Stand {
    let stand = Stand::start_with(database, |config| config.evidence.keep = true).await;
    stand.import_zhang().await;
    stand
}

async fn everything_that_need_not_be_kept_goes(database: TestDatabase) {
    let stand = keeping_zhang(database).await;
    stand.import(vec![reference("2", LI, Film::FRANCK.portrait())]).await;
    let yesterday = stand.open_zhang().await;
    stand.capture(&yesterday, Film::AUDUN).await.unwrap();
    stand.pass_time(24 * 60 * 60);
    let (open, passed) = (stand.open_zhang().await, stand.open_zhang().await);
    stand.capture(&passed, Film::AUDUN.take(1)).await.unwrap();
    let counts = erase(&stand, erasing(ZHANG)).await.unwrap().counts.unwrap();
    assert_eq!(
        (counts.references, counts.evidence, counts.sessions, counts.counters),
        (1, 2, 3, 1),
        "today's counter goes on protecting"
    );
    assert_eq!(reason(stand.challenge(&open).await), "FACE_SESSION_NOT_FOUND");
    assert_eq!(reason(stand.redeem(redemption(&passed)).await), "FACE_RESULT_REFUSED");
    for table in ["face_evidence", "face_sessions", "provider_checks"] {
        assert_eq!(stand.count(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    assert_eq!(stand.count("SELECT COUNT(*) FROM authority_references").await, 1, "another person's stays");
    let request = ListProcessingRecordsRequest { document: Some(document(ZHANG)), ..Default::default() };
    let records = stand.data_for_identity().list_processing_records(request).await.unwrap().into_inner();
    assert_eq!(records.records.len(), 2, "what was done stays on record");
}

async fn a_repeat_erases_nothing_twice(database: TestDatabase) {
    let stand = keeping_zhang(database).await;
    let request = erasing(ZHANG);
    let first = erase(&stand, request.clone()).await.unwrap();
    assert_eq!(first.counts.unwrap().references, 1);
    assert_eq!(erase(&stand, request.clone()).await.unwrap(), first);
    // The record of the request goes after a day; a job may come again later.
    stand.sql("DELETE FROM idempotency").await;
    assert_eq!(erase(&stand, request).await.unwrap(), first);
    assert_eq!(stand.count("SELECT COUNT(*) FROM audit_log WHERE action = 'face_data.erased'").await, 1);
    let again = erase(&stand, erasing(ZHANG)).await.unwrap();
    assert_eq!(again.counts.unwrap().references, 0, "another request finds nothing");
}

async fn checking_erases_nothing(database: TestDatabase) {
    let stand = keeping_zhang(database).await;
    let checked = EraseFaceDataRequest { validate_only: true, ..erasing(ZHANG) };
    let would = erase(&stand, checked).await.unwrap();
    assert_eq!((would.erasure_id.as_str(), would.proof.as_str()), ("", ""));
    assert_eq!(would.counts.unwrap().references, 1);
    assert_eq!(stand.count("SELECT COUNT(*) FROM authority_references").await, 1);
    assert_eq!(stand.count("SELECT COUNT(*) FROM face_tombstones").await, 0);
}

async fn a_proof_is_ours_or_it_is_none(database: TestDatabase) {
    let stand = keeping_zhang(database).await;
    let erasure = erase(&stand, erasing(ZHANG)).await.unwrap();
    let claims = verify(&stand, &erasure.proof).await.claims.unwrap();
    assert_eq!((claims.erasure_id, claims.counts), (erasure.erasure_id.clone(), erasure.counts));
    let head = stand.count("SELECT audit_seq FROM audit_head").await;
    assert_eq!(claims.audit_sequence, head, "the head of the chain at its commit");
    for personal in [ZHANG.0, ZHANG.1] {
        assert!(!decoded(&erasure.proof).contains(personal), "nothing personal");
    }
    let stand = stand.restart().await;
    assert!(verify(&stand, &erasure.proof).await.valid, "it outlives the process");
    let altered = erasure.proof.replacen('.', ".A", 1);
    for forged in [altered.as_str(), "a.b.c", "x"] {
        let judged = verify(&stand, forged).await;
        assert_eq!((judged.valid, judged.claims), (false, None), "{forged}");
    }
    let request = VerifyErasureProofRequest::default();
    let refused = problem(stand.data_for_operator().verify_erasure_proof(request).await);
    assert_eq!(refused.facts.violations[0].field, "proof");
}

/// What a proof says to whoever reads it.
fn decoded(proof: &str) -> String {
    use base64::Engine as _;
    let payload = proof.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn agreed_at(text: &str) -> CreateFaceSessionRequest {
    let time: chrono::DateTime<chrono::Utc> = text.parse().unwrap();
    let agree_time = Some(Timestamp { seconds: time.timestamp(), nanos: 0 });
    let consent = ConsentReceipt { agree_time, ..for_person(ZHANG).consent.unwrap() };
    CreateFaceSessionRequest { consent: Some(consent), ..for_person(ZHANG) }
}

async fn a_reference_comes_back_only_after_a_new_consent(database: TestDatabase) {
    let stand = keeping_zhang(database).await;
    erase(&stand, erasing(ZHANG)).await.unwrap();
    let refused = stand.import(vec![reference("1", ZHANG, Film::AUDUN.portrait())]).await;
    assert_eq!((refused[0].stored, refused[0].reason.as_str()), (false, "FACE_DATA_ERASED"));
    let old = stand.open(agreed_at("2026-11-23T01:59:59Z")).await;
    assert_eq!(reason(old), "CONSENT_REQUIRED", "what was withdrawn doesn't count");
    let refused = stand.import(vec![reference("1", ZHANG, Film::AUDUN.portrait())]).await;
    assert_eq!(refused[0].reason, "FACE_DATA_ERASED");
    stand.pass_time(60);
    let session = stand.open(agreed_at("2026-11-23T02:00:59Z")).await.unwrap();
    assert_eq!(reason(stand.capture(&session, Film::AUDUN).await), "NO_AUTHORITATIVE_PHOTO");
    stand.import_zhang().await;
    stand.capture(&session, Film::AUDUN.take(1)).await.unwrap();
}

async fn an_import_and_an_erasure_at_once_leave_no_reference(database: TestDatabase) {
    let stand = keeping_zhang(database).await;
    for _ in 0..8 {
        let import = stand.import(vec![reference("1", ZHANG, Film::AUDUN.portrait())]);
        let (erased, _) = tokio::join!(erase(&stand, erasing(ZHANG)), import);
        erased.unwrap();
        assert_eq!(stand.count("SELECT COUNT(*) FROM authority_references").await, 0);
        stand.pass_time(1);
        stand.open(for_person(ZHANG)).await.unwrap();
        stand.import_zhang().await;
    }
}

async fn only_identity_and_operators_erase(database: TestDatabase) {
    let stand = keeping_zhang(database).await;
    let refused = stand.data_for_gateway().erase_face_data(erasing(ZHANG)).await;
    assert_eq!(reason(refused), "CALLER_NOT_ALLOWED");
    let refused = problem(stand.data_for_operator().erase_face_data(erasing(ZHANG)).await);
    assert_eq!(refused.facts.violations[0].field, "purpose", "an operator says why");
    let with_purpose =
        EraseFaceDataRequest { purpose: "本人到窗口申请删除".into(), ..erasing(ZHANG) };
    stand.data_for_operator().erase_face_data(with_purpose).await.unwrap();
}
