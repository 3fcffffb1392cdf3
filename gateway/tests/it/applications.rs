use serde_json::{Value, json};
use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{
    Application, BindingState, DecideApplicationRequest, DecideApplicationResponse, Decision,
    ListApplicationsRequest, ListApplicationsResponse, Role, SubmitApplicationRequest,
    SubmitApplicationResponse,
};
use shiming_proto::types::v1::DocumentType;

use crate::bindings::{binding, binding_json};
use crate::enterprises::{enterprise, enterprise_json};
use crate::world::{World, refusal, time};

fn application() -> Application {
    Application {
        binding_id: "b-1".into(),
        enterprise: Some(enterprise()),
        applicant_name: "李四".into(),
        applicant_document_type: DocumentType::ResidentId.into(),
        applicant_document_masked: "640101********0023".into(),
        role: Role::TaxClerk.into(),
        state: BindingState::Active.into(),
        create_time: time(0),
        decide_time: time(60),
        etag: "t-3".into(),
    }
}

fn application_json() -> Value {
    json!({
        "bindingId": "b-1", "enterprise": enterprise_json(), "applicantName": "李四",
        "applicantDocumentType": "RESIDENT_ID", "applicantDocumentMasked": "640101********0023",
        "role": "TAX_CLERK", "state": "ACTIVE", "createTime": "2026-11-01T08:00:00Z",
        "decideTime": "2026-11-01T08:01:00Z", "etag": "t-3"
    })
}

#[tokio::test]
async fn an_application_is_submitted() {
    let world = World::start().await;
    world
        .script
        .answer::<SubmitApplicationRequest, _>(SubmitApplicationResponse { binding: Some(binding()) });
    let mut browser = world.signed_in().await;
    let form = json!({"enterpriseId": "e-1", "enterpriseEtag": "t-1", "role": "TAX_CLERK"});
    let answer = browser.post("/api/applications?validateOnly=true", form.clone()).await;
    assert_eq!(answer.ok(), json!({"binding": binding_json()}));
    let (_, asked) = world.script.only::<SubmitApplicationRequest>();
    assert_eq!(asked.role(), Role::TaxClerk);
    assert_eq!((asked.enterprise_id.as_str(), asked.enterprise_etag.as_str()), ("e-1", "t-1"));
    assert!(asked.validate_only);

    let cases = [
        (ErrorKind::AlreadyExists, "BINDING_EXISTS", 409),
        (ErrorKind::Aborted, "ENTERPRISE_CHANGED", 409),
        (ErrorKind::FailedPrecondition, "ROLE_NOT_APPLICABLE", 422),
    ];
    for (kind, reason, status) in cases {
        world.script.refuse::<SubmitApplicationRequest, SubmitApplicationResponse>(refusal(kind, reason));
        let answer = browser.post("/api/applications", form.clone()).await;
        assert_eq!(answer.refusal(), (status, reason.into()));
    }
}

#[tokio::test]
async fn applications_are_listed_for_their_approver() {
    let world = World::start().await;
    let page = ListApplicationsResponse { applications: vec![application()], next_page_token: String::new() };
    world.script.answer::<ListApplicationsRequest, _>(page);
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/applications?enterpriseId=e-1").await.ok();
    assert_eq!(answer, json!({"applications": [application_json()], "nextPageToken": ""}));
    assert_eq!(world.script.only::<ListApplicationsRequest>().1.enterprise_id, "e-1");
}

#[tokio::test]
async fn a_decision_is_made_by_the_etag_that_was_shown() {
    let world = World::start().await;
    let decided = DecideApplicationResponse { application: Some(application()) };
    world.script.answer::<DecideApplicationRequest, _>(decided);
    let mut browser = world.signed_in().await;
    let approve = json!({"decision": "APPROVE", "etag": "t-2"});
    let answer = browser.post("/api/applications/b-1/decide", approve).await;
    assert_eq!(answer.ok(), json!({"application": application_json()}));
    let (_, asked) = world.script.only::<DecideApplicationRequest>();
    assert_eq!((asked.binding_id.as_str(), asked.etag.as_str()), ("b-1", "t-2"));
    assert_eq!(asked.decision(), Decision::Approve);

    let answer =
        browser.post("/api/applications/b-1/decide", json!({"decision": "MAYBE", "etag": "t"})).await;
    assert_eq!(answer.refusal(), (400, "INVALID_FIELD".into()));
    let lost = refusal(ErrorKind::Aborted, "CONCURRENT_CHANGE");
    world.script.refuse::<DecideApplicationRequest, DecideApplicationResponse>(lost);
    let reject = json!({"decision": "REJECT", "etag": "t-2"});
    let answer = browser.post("/api/applications/b-1/decide", reject).await;
    assert_eq!(answer.refusal(), (409, "CONCURRENT_CHANGE".into()));
}
