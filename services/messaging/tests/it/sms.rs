//! Text messages: once per request id, through the console and through Tencent Cloud's API as it is documented.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use shiming_kernel::{Reason, Redacted};
use shiming_messaging::TencentConfig;
use shiming_proto::messaging::v1::{ListDemoSmsRequest, SendSmsRequest, SmsTemplate};
use shiming_rpc::status::Problem;
use shiming_testkit::TestDatabase;
use tokio::net::TcpListener;
use tonic::Status;
use uuid::Uuid;

use crate::stand::{Stand, reason};

shiming_testkit::on_each_database!(
    a_repetition_sends_nothing,
    the_same_request_id_with_another_text_is_refused,
    wrong_fields_are_named_and_never_repeated,
    tencent_gets_what_its_api_documents,
    a_provider_that_fails_is_tried_again_under_the_same_request_id,
    a_provider_that_refuses_is_no_success,
    a_number_on_the_black_list_is_told_beside_its_field,
    a_number_that_identity_took_is_no_longer_judged,
);

fn code(code: &str, request_id: Uuid) -> SendSmsRequest {
    SendSmsRequest {
        mobile: "13800138000".into(),
        template: SmsTemplate::Code.into(),
        params: HashMap::from([("code".into(), code.into()), ("minutes".into(), "5".into())]),
        request_id: request_id.to_string(),
        validate_only: false,
    }
}

async fn send(stand: &Stand, request: SendSmsRequest) -> Result<String, Status> {
    Ok(stand.sms().send_sms(request).await?.into_inner().provider)
}

async fn on_the_phone(stand: &Stand) -> Vec<String> {
    let request = ListDemoSmsRequest { mobile: "+86 138-0013-8000".into() };
    let answer = stand.phone().list_demo_sms(request).await.unwrap().into_inner();
    answer.messages.into_iter().map(|sms| sms.text).collect()
}

async fn a_repetition_sends_nothing(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let request_id = Uuid::now_v7();
    let only_checked = SendSmsRequest { validate_only: true, ..code("111111", Uuid::now_v7()) };
    send(&stand, only_checked).await.unwrap();
    assert_eq!(send(&stand, code("123456", request_id)).await.unwrap(), "console");
    assert_eq!(send(&stand, code("123456", request_id)).await.unwrap(), "console");
    send(&stand, code("654321", Uuid::now_v7())).await.unwrap();
    let texts = on_the_phone(&stand).await;
    assert_eq!(texts.len(), 2);
    assert!(texts[0].contains("654321") && texts[1].contains("123456"), "the newest first");
}

async fn the_same_request_id_with_another_text_is_refused(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let request_id = Uuid::now_v7();
    send(&stand, code("123456", request_id)).await.unwrap();
    let refused = send(&stand, code("000000", request_id)).await.unwrap_err();
    assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
}

async fn wrong_fields_are_named_and_never_repeated(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let bad = [
        SendSmsRequest { mobile: "1234567890".into(), ..code("123456", Uuid::now_v7()) },
        SendSmsRequest { template: 0, ..code("123456", Uuid::now_v7()) },
        SendSmsRequest { params: HashMap::new(), ..code("123456", Uuid::now_v7()) },
        SendSmsRequest { request_id: "x".into(), ..code("123456", Uuid::now_v7()) },
        code("1234567890123", Uuid::now_v7()),
    ];
    for request in bad {
        let refused = send(&stand, request).await.unwrap_err();
        assert_eq!(reason(&refused), "INVALID_FIELD");
        assert!(!format!("{refused:?}").contains("12345678"));
    }
    assert!(on_the_phone(&stand).await.is_empty());
}

/// Tencent Cloud's SMS API as its documentation describes it: fails as often as it is told, then takes everything.
#[derive(Clone, Default)]
struct Cloud(Arc<Mutex<CloudState>>);

#[derive(Default)]
struct CloudState {
    answers: Vec<(u16, Value)>,
    taken: Vec<(HeaderMap, Value)>,
}

async fn api(State(cloud): State<Cloud>, headers: HeaderMap, body: Json<Value>) -> (StatusCode, Json<Value>) {
    let mut state = cloud.0.lock().unwrap();
    state.taken.push((headers, body.0));
    let sent = json!({"Response": {"SendStatusSet": [{"SerialNo": "1", "PhoneNumber": "+8613800138000", "Fee": 1,
        "SessionContext": "", "Code": "Ok", "Message": "send success", "IsoCode": "CN"}], "RequestId": "r"}});
    let (status, answer) = state.answers.pop().unwrap_or((200, sent));
    (StatusCode::from_u16(status).unwrap(), Json(answer))
}

async fn tencent(database: TestDatabase, answers: Vec<(u16, Value)>) -> (Stand, Cloud) {
    let cloud = Cloud::default();
    cloud.0.lock().unwrap().answers = answers;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let app = Router::new().route("/", post(api)).with_state(cloud.clone());
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(async move { axum::serve(listener, app).await });
    let account = TencentConfig {
        endpoint,
        region: "ap-beijing".into(),
        app_id: "1400006666".into(),
        sign_name: "实名办税".into(),
        code_template_id: "1110".into(),
        secret_id: "AKIDEXAMPLE".into(),
        secret_key: Redacted::from("s3cret"),
    };
    (Stand::start_with(database, Some(account)).await, cloud)
}

async fn tencent_gets_what_its_api_documents(database: TestDatabase) {
    let (stand, cloud) = tencent(database, vec![]).await;
    assert_eq!(send(&stand, code("123456", Uuid::now_v7())).await.unwrap(), "tencent");
    let (headers, body) = cloud.0.lock().unwrap().taken.pop().unwrap();
    assert_eq!(
        body,
        json!({"PhoneNumberSet": ["+8613800138000"], "SmsSdkAppId": "1400006666", "SignName": "实名办税",
            "TemplateId": "1110", "TemplateParamSet": ["123456", "5"]})
    );
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("x-tc-action"), "SendSms");
    assert_eq!(header("x-tc-version"), "2021-01-11");
    assert!(header("authorization").starts_with("TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
    assert!(
        header("authorization").contains("/sms/tc3_request, SignedHeaders=content-type;host, Signature=")
    );
}

async fn a_provider_that_fails_is_tried_again_under_the_same_request_id(database: TestDatabase) {
    let limited = json!({"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberDailyLimit"}], "RequestId": "r"}});
    // Answered from the last to the first.
    let (stand, cloud) = tencent(database, vec![(502, json!({})), (200, limited)]).await;
    let request_id = Uuid::now_v7();
    let refused = send(&stand, code("123456", request_id)).await.unwrap_err();
    assert_eq!(reason(&refused), "CODE_TOO_SOON");
    assert!(!format!("{refused:?}").contains("13800138000"));
    assert_eq!(
        send(&stand, code("123456", request_id)).await.unwrap(),
        "tencent",
        "the client repeats after a 502"
    );
    assert_eq!(send(&stand, code("123456", request_id)).await.unwrap(), "tencent");
    assert_eq!(cloud.0.lock().unwrap().taken.len(), 3, "sent once in the end, and not again");
}

async fn a_provider_that_refuses_is_no_success(database: TestDatabase) {
    let error = json!({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": "…"}, "RequestId": "r"}});
    let (stand, _cloud) = tencent(database, vec![(200, error); 20]).await;
    let refused = send(&stand, code("123456", Uuid::now_v7())).await.unwrap_err();
    assert_eq!(reason(&refused), "SMS_PROVIDER");
}

async fn a_number_on_the_black_list_is_told_beside_its_field(database: TestDatabase) {
    let listed = json!({"Response": {"SendStatusSet": [{"Code": "FailedOperation.PhoneNumberInBlacklist"}], "RequestId": "r"}});
    let (stand, cloud) = tencent(database, vec![(200, listed)]).await;
    let refused = Problem::from(send(&stand, code("123456", Uuid::now_v7())).await.unwrap_err());
    assert_eq!(refused.reason, Reason::InvalidField);
    assert_eq!(refused.facts.violations[0].field, "mobile");
    assert_eq!(cloud.0.lock().unwrap().taken.len(), 1, "not tried again");
}

async fn a_number_that_identity_took_is_no_longer_judged(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let of_a_new_range = SendSmsRequest { mobile: "12345678901".into(), ..code("123456", Uuid::now_v7()) };
    assert_eq!(send(&stand, of_a_new_range).await.unwrap(), "console");
}
