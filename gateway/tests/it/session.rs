use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{
    GetProfileRequest, GetProfileResponse, GetSessionRequest, GetSessionResponse, Profile, Session,
};
use shiming_proto::types::v1::{DocumentType, EvidenceLevel};

use crate::login::{session, session_json};
use crate::world::{TOKEN, World, refusal, time};

#[tokio::test]
async fn the_session_is_shown_to_its_person() {
    let world = World::start().await;
    world.script.answer::<GetSessionRequest, _>(GetSessionResponse { session: Some(session()) });
    let mut browser = world.signed_in().await;
    assert_eq!(browser.get("/api/session").await.ok(), json!({"session": session_json()}));
    let raised = Session {
        evidence: EvidenceLevel::Face.into(),
        step_up_time: time(60),
        enterprise_id: "e-1".into(),
        binding_id: "b-1".into(),
        ..session()
    };
    world.script.answer::<GetSessionRequest, _>(GetSessionResponse { session: Some(raised) });
    let shown = browser.get("/api/session").await.ok();
    let mut wanted = session_json();
    wanted["evidence"] = "FACE".into();
    wanted["stepUpTime"] = "2026-11-01T08:01:00Z".into();
    wanted["enterpriseId"] = "e-1".into();
    wanted["bindingId"] = "b-1".into();
    assert_eq!(shown["session"], wanted);
    let (metadata, _) = world.script.seen::<GetSessionRequest>().remove(0);
    assert_eq!(metadata.get("x-shiming-session").unwrap(), TOKEN);
}

#[tokio::test]
async fn without_a_session_nothing_is_asked_of_the_services() {
    let world = World::start().await;
    let mut browser = world.browser().await;
    let paths = ["/api/session", "/api/profile", "/api/bindings", "/api/applications", "/api/messages"];
    for path in paths.into_iter().chain(["/api/todos", "/api/counts", "/api/live"]) {
        assert_eq!(browser.get(path).await.refusal(), (401, "SESSION_REQUIRED".into()), "{path}");
    }
    let paths = ["/api/step-up", "/api/step-up/complete", "/api/bindings/refresh", "/api/bindings/x/switch"];
    let more = [
        "/api/enterprises/lookup",
        "/api/applications",
        "/api/applications/x/decide",
        "/api/messages/x/read",
    ];
    for path in paths.into_iter().chain(more) {
        assert_eq!(browser.post(path, json!({})).await.refusal(), (401, "SESSION_REQUIRED".into()), "{path}");
    }
}

#[tokio::test]
async fn a_dead_session_leaves_the_browser() {
    let world = World::start().await;
    let over = refusal(ErrorKind::Unauthenticated, "SESSION_INVALID");
    world.script.refuse::<GetProfileRequest, GetProfileResponse>(over);
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/profile").await;
    assert_eq!(answer.refusal(), (401, "SESSION_INVALID".into()));
    let cookie = answer.set_cookie("shiming_session").unwrap();
    assert!(cookie.contains("Max-Age=0") && cookie.contains("HttpOnly"), "{cookie}");
    assert!(!browser.cookies.contains_key("shiming_session"));
}

#[tokio::test]
async fn the_record_is_shown_masked_as_identity_gives_it() {
    let world = World::start().await;
    let profile = Profile {
        person_id: "p-1".into(),
        name: "张*".into(),
        document_type: DocumentType::ResidentId.into(),
        document_number: "640101********0015".into(),
        mobile: "138****8000".into(),
        email: "a***@x.cn".into(),
        nationality: "CN".into(),
        nationality_name: "中国".into(),
        ethnicity: "03".into(),
        ethnicity_name: "回族".into(),
        birth_date: "1990-03-07".into(),
        valid_from: "2020-01-01".into(),
        valid_until: String::new(),
        long_term: true,
        issuing_authority: "银川市公安局".into(),
        address: "宁夏银川市兴庆区".into(),
        evidence: EvidenceLevel::Face.into(),
    };
    world.script.answer::<GetProfileRequest, _>(GetProfileResponse { profile: Some(profile) });
    let mut browser = world.signed_in().await;
    assert_eq!(
        browser.get("/api/profile").await.ok(),
        json!({
            "personId": "p-1", "name": "张*", "documentType": "RESIDENT_ID", "documentNumber": "640101********0015",
            "mobile": "138****8000", "email": "a***@x.cn", "nationality": "CN", "nationalityName": "中国",
            "ethnicity": "03", "ethnicityName": "回族", "birthDate": "1990-03-07", "validFrom": "2020-01-01",
            "validUntil": "", "longTerm": true, "issuingAuthority": "银川市公安局",
            "address": "宁夏银川市兴庆区", "evidence": "FACE"
        })
    );
}

#[tokio::test]
async fn an_answer_that_lacks_its_main_part_is_our_fault() {
    let world = World::start().await;
    world.script.answer::<GetProfileRequest, _>(GetProfileResponse { profile: None });
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/profile").await;
    assert_eq!(answer.refusal(), (500, "INTERNAL".into()));
    assert!(!String::from_utf8_lossy(&answer.body).contains("profile"));
}
