use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{
    ErasedCounts, Erasure, FaceProvider, FacePurpose, ProcessedKind, ProcessingRecord,
};
use shiming_proto::identity::v1::{
    ConsentPurpose, ConsentRecord, ConsentText, ConsentWithdrawal, GetConsentTextRequest,
    GetConsentTextResponse, GetErasureProofRequest, GetErasureProofResponse, ListConsentsRequest,
    ListConsentsResponse, ListFaceProcessingRequest, ListFaceProcessingResponse, WithdrawConsentRequest,
    WithdrawConsentResponse, WithdrawalState,
};

use crate::world::{TOKEN, World, refusal, time};

fn consent() -> ConsentRecord {
    ConsentRecord {
        consent_id: "c-1".into(),
        purpose: ConsentPurpose::FaceVerification.into(),
        version: "2026-12".into(),
        title: "人脸信息处理同意书".into(),
        text_sha256: "ab".into(),
        agree_time: time(0),
        withdrawal: None,
    }
}

const COUNTS: ErasedCounts = ErasedCounts { references: 1, evidence: 0, sessions: 2, counters: 3 };

fn erased() -> ConsentWithdrawal {
    ConsentWithdrawal {
        withdrawal_id: "w-1".into(),
        withdraw_time: time(60),
        state: WithdrawalState::Erased.into(),
        erasure_id: "e-1".into(),
        erase_time: time(61),
        counts: Some(COUNTS),
    }
}

#[tokio::test]
async fn consents_are_listed_with_their_withdrawals() {
    let world = World::start().await;
    let withdrawn = ConsentRecord { consent_id: "c-0".into(), withdrawal: Some(erased()), ..consent() };
    let page = ListConsentsResponse { consents: vec![consent(), withdrawn], next_page_token: "n".into() };
    world.script.answer::<ListConsentsRequest, _>(page);
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/consents?pageSize=2&pageToken=t").await.ok();
    assert_eq!(
        answer,
        json!({"nextPageToken": "n", "consents": [
            {"consentId": "c-1", "title": "人脸信息处理同意书", "version": "2026-12", "agreeTime": "2026-11-01T08:00:00Z"},
            {"consentId": "c-0", "title": "人脸信息处理同意书", "version": "2026-12", "agreeTime": "2026-11-01T08:00:00Z",
             "withdrawal": {"withdrawTime": "2026-11-01T08:01:00Z", "state": "ERASED", "erasureId": "e-1",
                            "eraseTime": "2026-11-01T08:01:01Z",
                            "counts": {"references": 1, "evidence": 0, "sessions": 2, "counters": 3}}},
        ]})
    );
    let (metadata, asked) = world.script.only::<ListConsentsRequest>();
    assert_eq!((asked.page_size, asked.page_token.as_str()), (2, "t"));
    assert_eq!(metadata.get("x-shiming-session").unwrap(), TOKEN);
    let stranger = world.browser().await.get("/api/consents").await;
    assert_eq!(stranger.refusal(), (401, "SESSION_REQUIRED".into()));
}

#[tokio::test]
async fn a_withdrawal_is_answered_as_it_stands() {
    let world = World::start().await;
    let erasing = ConsentWithdrawal {
        state: WithdrawalState::Erasing.into(),
        erasure_id: String::new(),
        erase_time: None,
        counts: None,
        ..erased()
    };
    let answer = WithdrawConsentResponse { withdrawal: Some(erasing) };
    world.script.answer::<WithdrawConsentRequest, _>(answer);
    let mut browser = world.signed_in().await;
    let answer = browser.post("/api/consents/c-1/withdraw", json!({})).await.ok();
    assert_eq!(answer, json!({"withdrawal": {"withdrawTime": "2026-11-01T08:01:00Z", "state": "ERASING"}}));
    assert_eq!(world.script.only::<WithdrawConsentRequest>().1.consent_id, "c-1");
    let unknown = refusal(ErrorKind::NotFound, "CONSENT_NOT_FOUND");
    world.script.refuse::<WithdrawConsentRequest, WithdrawConsentResponse>(unknown);
    let answer = browser.post("/api/consents/c-9/withdraw", json!({})).await;
    assert_eq!(answer.refusal(), (404, "CONSENT_NOT_FOUND".into()));
}

#[tokio::test]
async fn a_proof_comes_as_a_file() {
    let world = World::start().await;
    let erasure = Erasure {
        erasure_id: "e-1".into(),
        erase_time: time(61),
        counts: Some(COUNTS),
        proof: "a.b.c".into(),
    };
    world.script.answer::<GetErasureProofRequest, _>(GetErasureProofResponse { erasure: Some(erasure) });
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/face-data/erasures/e-1/proof").await;
    let file = answer.headers["content-disposition"].to_str().unwrap();
    assert_eq!(file, "attachment; filename=\"erasure-proof.json\"");
    assert_eq!(
        answer.ok(),
        json!({"erasureId": "e-1", "eraseTime": "2026-11-01T08:01:01Z", "proof": "a.b.c",
               "counts": {"references": 1, "evidence": 0, "sessions": 2, "counters": 3}})
    );
}

#[tokio::test]
async fn processing_records_are_listed() {
    let world = World::start().await;
    let record = ProcessingRecord {
        record_id: "r-1".into(),
        process_time: time(0),
        purpose: FacePurpose::StepUp.into(),
        consent_id: "c-1".into(),
        consent_version: "2026-12".into(),
        kinds: vec![ProcessedKind::Document.into(), ProcessedKind::FaceImage.into()],
        provider: FaceProvider::BuiltIn.into(),
        result: "PASSED".into(),
        evidence_expire_time: None,
        expire_time: time(3600),
    };
    let page = ListFaceProcessingResponse { records: vec![record], next_page_token: String::new() };
    world.script.answer::<ListFaceProcessingRequest, _>(page);
    let answer = world.signed_in().await.get("/api/face-data/records").await.ok();
    assert_eq!(
        answer["records"][0],
        json!({"recordId": "r-1", "processTime": "2026-11-01T08:00:00Z", "purpose": "STEP_UP", "consentVersion": "2026-12",
               "kinds": ["DOCUMENT", "FACE_IMAGE"], "provider": "BUILT_IN", "result": "PASSED",
               "expireTime": "2026-11-01T09:00:00Z"})
    );
}

#[tokio::test]
async fn an_earlier_text_can_be_read() {
    let world = World::start().await;
    world.script.on::<GetConsentTextRequest, _>(|asked| {
        let text = ConsentText { version: asked.version.clone(), ..Default::default() };
        Ok(GetConsentTextResponse { text: Some(text) })
    });
    let mut browser = world.browser().await;
    assert_eq!(browser.get("/api/consent/face?version=2026-11").await.ok()["version"], "2026-11");
    assert_eq!(browser.get("/api/consent/face").await.ok()["version"], "", "the one in force");
}
