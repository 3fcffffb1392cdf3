use serde_json::{Value, json};
use shiming_kernel::ErrorKind;
use shiming_proto::enterprise::v1::{
    Binding, BindingState, ListBindingsRequest, ListBindingsResponse, RefreshBindingsRequest,
    RefreshBindingsResponse, Role, SwitchEnterpriseRequest, SwitchEnterpriseResponse,
};

use crate::enterprises::{enterprise, enterprise_json};
use crate::world::{World, refusal, time};

pub(crate) fn binding() -> Binding {
    Binding {
        binding_id: "b-1".into(),
        enterprise: Some(enterprise()),
        role: Role::TaxClerk.into(),
        state: BindingState::Pending.into(),
        create_time: time(0),
        decide_time: None,
        expire_time: time(3600),
        current: false,
        from_registry: false,
        etag: "t-2".into(),
    }
}

pub(crate) fn binding_json() -> Value {
    json!({
        "bindingId": "b-1", "enterprise": enterprise_json(), "role": "TAX_CLERK", "state": "PENDING",
        "createTime": "2026-11-01T08:00:00Z", "expireTime": "2026-11-01T09:00:00Z",
        "current": false, "fromRegistry": false, "etag": "t-2"
    })
}

#[tokio::test]
async fn bindings_are_listed_by_page_and_state() {
    let world = World::start().await;
    let page = ListBindingsResponse { bindings: vec![binding()], next_page_token: "next".into() };
    world.script.answer::<ListBindingsRequest, _>(page);
    let mut browser = world.signed_in().await;
    let answer = browser.get("/api/bindings?pageSize=10&pageToken=abc&state=ACTIVE").await.ok();
    assert_eq!(answer, json!({"bindings": [binding_json()], "nextPageToken": "next"}));
    let (_, asked) = world.script.only::<ListBindingsRequest>();
    assert_eq!((asked.page_size, asked.page_token.as_str()), (10, "abc"));
    assert_eq!(asked.states, [i32::from(BindingState::Active)]);

    for query in ["state=SOMETHING", "pageSize=many", "pageSize=99999999999"] {
        let answer = browser.get(&format!("/api/bindings?{query}")).await;
        assert_eq!(answer.refusal(), (400, "INVALID_FIELD".into()), "{query}");
    }
}

#[tokio::test]
async fn a_refresh_without_a_recent_face_check_says_so() {
    let world = World::start().await;
    let mut browser = world.signed_in().await;
    let needed = refusal(ErrorKind::FailedPrecondition, "STEP_UP_REQUIRED");
    world.script.refuse::<RefreshBindingsRequest, RefreshBindingsResponse>(needed);
    let answer = browser.post("/api/bindings/refresh", json!({})).await;
    assert_eq!(answer.refusal(), (422, "STEP_UP_REQUIRED".into()));
    let decided = Binding { decide_time: time(60), expire_time: None, from_registry: true, ..binding() };
    let found = RefreshBindingsResponse { bindings: vec![decided] };
    world.script.answer::<RefreshBindingsRequest, _>(found);
    let answer = browser.post("/api/bindings/refresh", json!({})).await.ok();
    assert_eq!(answer["bindings"][0]["decideTime"], "2026-11-01T08:01:00Z");
    assert_eq!(answer["bindings"][0]["fromRegistry"], true);
    assert_eq!(answer["bindings"][0].get("expireTime"), None);
}

#[tokio::test]
async fn a_switch_gives_the_session_a_new_token() {
    let world = World::start().await;
    let switched = SwitchEnterpriseResponse { session_token: "bmV3".into(), binding: Some(binding()) };
    world.script.answer::<SwitchEnterpriseRequest, _>(switched);
    let mut browser = world.signed_in().await;
    let answer = browser.post("/api/bindings/b-1/switch", json!({})).await;
    assert_eq!(answer.ok(), json!({"binding": binding_json()}));
    assert_eq!(browser.cookies["shiming_session"], "bmV3");
    assert_eq!(world.script.only::<SwitchEnterpriseRequest>().1.binding_id, "b-1");

    let foreign = refusal(ErrorKind::NotFound, "BINDING_NOT_FOUND");
    world.script.refuse::<SwitchEnterpriseRequest, SwitchEnterpriseResponse>(foreign);
    let answer = browser.post("/api/bindings/b-2/switch", json!({})).await;
    assert_eq!(answer.refusal(), (404, "BINDING_NOT_FOUND".into()));
}
