use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{
    CollectionStep, GetCollectionRequest, GetCollectionResponse, GetSessionRequest, GetSessionResponse,
};
use shiming_proto::types::v1::DocumentType;

use crate::world::{COLLECTION, TOKEN, World, refusal, time};

#[tokio::test]
async fn a_first_visit_gets_a_token_and_keeps_it() {
    let world = World::start().await;
    let mut browser = world.stranger();
    let first = browser.get("/api/bootstrap").await;
    assert_eq!(first.ok(), json!({"demo": false, "demoCitizens": [], "demoClips": {}, "signedIn": false}));
    let cookie = first.set_cookie("shiming_csrf").unwrap();
    assert!(cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    assert!(!cookie.contains("HttpOnly"), "pages read it");
    let token = browser.cookies["shiming_csrf"].clone();

    browser.get("/api/bootstrap").await;
    assert_eq!(browser.cookies["shiming_csrf"], token, "a browser keeps its id");
    browser.cookies.insert("shiming_csrf".into(), "forged.token".into());
    browser.get("/api/bootstrap").await;
    assert_ne!(browser.cookies["shiming_csrf"], "forged.token");
}

#[tokio::test]
async fn a_visit_resumes_session_and_collection() {
    let world = World::start().await;
    world.script.answer::<GetSessionRequest, _>(GetSessionResponse { session: None });
    world.script.answer::<GetCollectionRequest, _>(GetCollectionResponse {
        next_step: CollectionStep::Profile.into(),
        expire_time: time(900),
        document_masked: "640101********0015".into(),
        name_masked: "张*".into(),
        birth_date: "1990-03-07".into(),
        document_type: DocumentType::ResidentId.into(),
    });
    let mut browser = world.signed_in().await;
    browser.cookies.insert("shiming_collection".into(), COLLECTION.into());
    let answer = browser.get("/api/bootstrap").await.ok();
    let collection = json!({
        "nextStep": "COLLECTION_STEP_PROFILE",
        "expireTime": "2026-11-01T08:15:00Z",
        "documentMasked": "640101********0015",
        "nameMasked": "张*",
        "birthDate": "1990-03-07",
        "documentType": "DOCUMENT_TYPE_RESIDENT_ID"
    });
    assert_eq!(
        answer,
        json!({"demo": false, "demoCitizens": [], "demoClips": {}, "signedIn": true, "collection": collection})
    );
    let (metadata, _) = world.script.only::<GetSessionRequest>();
    assert_eq!(metadata.get("x-shiming-session").unwrap(), TOKEN);
    assert_eq!(metadata.get("x-shiming-caller").unwrap(), "gateway");
}

#[tokio::test]
async fn what_is_over_is_forgotten_and_no_error() {
    let world = World::start().await;
    let over = refusal(ErrorKind::Unauthenticated, "SESSION_INVALID");
    world.script.refuse::<GetSessionRequest, GetSessionResponse>(over);
    let gone = refusal(ErrorKind::NotFound, "COLLECTION_NOT_FOUND");
    world.script.refuse::<GetCollectionRequest, GetCollectionResponse>(gone);
    let mut browser = world.signed_in().await;
    browser.cookies.insert("shiming_collection".into(), COLLECTION.into());
    assert_eq!(
        browser.get("/api/bootstrap").await.ok(),
        json!({"demo": false, "demoCitizens": [], "demoClips": {}, "signedIn": false})
    );
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["shiming_csrf"]);
}

#[tokio::test]
async fn an_outage_is_no_end_of_the_session() {
    let world = World::start().await;
    let down = refusal(ErrorKind::Unavailable, "UNAVAILABLE");
    world.script.refuse::<GetSessionRequest, GetSessionResponse>(down);
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/bootstrap").await;
    assert_eq!(answer.refusal(), (503, "UNAVAILABLE".into()));
    assert!(browser.cookies.contains_key("shiming_session"));
}

#[tokio::test]
async fn code_tables_are_complete_and_may_be_kept() {
    let world = World::start().await;
    let answer = world.stranger().get("/api/codes").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    let codes = answer.ok();
    let documents = codes["documentTypes"].as_array().unwrap();
    assert_eq!(documents.len(), 9, "those of the contract");
    assert_eq!(
        documents[0],
        json!({"code": "DOCUMENT_TYPE_RESIDENT_ID", "taxCode": "201", "label": "居民身份证", "supportsFace": true})
    );
    let face = documents.iter().filter(|document| document["supportsFace"] == true).count();
    assert_eq!(face, 1);
    assert_eq!(codes["ethnicities"].as_array().unwrap().len(), 58);
    assert!(codes["nationalities"].as_array().unwrap().contains(&json!({"code": "TW", "label": "中国台湾"})));
    let roles = codes["roles"].as_array().unwrap();
    assert_eq!(roles.len(), 8);
    assert_eq!(
        roles[0],
        json!({"code": "ROLE_LEGAL_REPRESENTATIVE", "label": "法定代表人", "applicable": false})
    );
    assert!(roles[1..].iter().all(|role| role["applicable"] == true));
}
