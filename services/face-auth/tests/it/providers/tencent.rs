//! Tencent Cloud FaceID's `DetectAuth` and `GetDetectInfoEnhanced`, as the vendor documents them, signatures checked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use chrono::DateTime;
use serde_json::{Value, json};
use shiming_face_auth::{Codes, TencentConfig};
use shiming_kernel::{Clock as _, ManualClock, Redacted};
use shiming_runtime::config::DurationText;

use super::{Health, lock, serve};

const SECRET_ID: &str = "AKIDEXAMPLE";
pub(crate) const SECRET_KEY: &str = "tencent-s3cret";
const RULE_ID: &str = "7";

#[derive(Clone)]
pub(crate) struct Tencent {
    cloud: Arc<Mutex<Cloud>>,
    clock: Arc<ManualClock>,
}

#[derive(Default)]
pub(crate) struct Cloud {
    pub(crate) health: Health,
    /// Calls of each action.
    pub(crate) calls: HashMap<String, usize>,
    /// Answers every call with this error.
    pub(crate) error: Option<&'static str>,
    checks: HashMap<String, Value>,
}

impl Tencent {
    /// With the clock its signatures are held against.
    pub(crate) async fn start(clock: Arc<ManualClock>) -> (Self, TencentConfig) {
        let cloud = Self { cloud: Arc::default(), clock };
        let app = Router::new().route("/", post(api)).with_state(cloud.clone());
        let config = TencentConfig {
            endpoint: serve(app).await,
            rule_id: RULE_ID.into(),
            redirect_url: "http://127.0.0.1/face".parse().unwrap(),
            secret_id: SECRET_ID.into(),
            secret_key: Redacted::from(SECRET_KEY),
            similarity: 70,
            strict_similarity: 80,
            timeout: DurationText(Duration::from_millis(1500)),
            codes: Codes::default(),
        };
        (cloud, config)
    }

    pub(crate) fn cloud(&self) -> std::sync::MutexGuard<'_, Cloud> {
        lock(&self.cloud)
    }

    pub(crate) fn calls(&self, action: &str) -> usize {
        self.cloud().calls.get(action).copied().unwrap_or_default()
    }

    /// The person finishes the check behind `url`; `changes` are laid over the result.
    pub(crate) fn finish(&self, url: &str, code: i64, changes: &Value) {
        let token = url.rsplit('=').next().unwrap();
        let mut cloud = self.cloud();
        let text = cloud.checks.get_mut(token).unwrap();
        text["ErrCode"] = code.into();
        text["Sim"] = "92.31".into();
        for (name, value) in changes.as_object().into_iter().flatten() {
            text[name.as_str()] = value.clone();
        }
    }
}

fn answer(response: Value) -> Response {
    let mut response = response;
    response["RequestId"] = "00000000-0000-0000-0000-000000000000".into();
    Json(json!({"Response": response})).into_response()
}

fn error(code: &str) -> Response {
    answer(json!({"Error": {"Code": code, "Message": "about 640101199003070015 张三"}}))
}

async fn api(State(cloud): State<Tencent>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let action = header("x-tc-action").to_owned();
    let (health, told) = {
        let mut cloud = cloud.cloud();
        *cloud.calls.entry(action.clone()).or_default() += 1;
        (cloud.health, cloud.error)
    };
    if let Some(failure) = health.instead().await {
        return failure;
    }
    if let Some(code) = told {
        return error(code);
    }
    let timestamp: i64 = header("x-tc-timestamp").parse().unwrap_or_default();
    if (cloud.clock.now().timestamp() - timestamp).abs() > 300 {
        return error("AuthFailure.SignatureExpire");
    }
    if header("authorization") != signature(timestamp, header("host"), header("content-type"), &body) {
        return error("AuthFailure.SignatureFailure");
    }
    let body: Value = serde_json::from_slice(&body).unwrap();
    if header("x-tc-version") != "2018-03-01" || body["RuleId"] != RULE_ID {
        return error("InvalidParameterValue.RuleIdNotExist");
    }
    let mut cloud = cloud.cloud();
    match action.as_str() {
        "DetectAuth" => {
            let token = format!("BIZ-TOKEN-{}", cloud.checks.len());
            let text = json!({"ErrCode": null, "ErrMsg": null, "IdCard": body["IdCard"], "Name": body["Name"], "Sim": null});
            cloud.checks.insert(token.clone(), text);
            answer(json!({"BizToken": token, "Url": format!("http://127.0.0.1/auth?token={token}")}))
        }
        "GetDetectInfoEnhanced" => {
            match body["BizToken"].as_str().and_then(|token| cloud.checks.get(token)) {
                Some(text) => answer(json!({"Text": text, "IdCardData": null, "BestFrame": null})),
                None => error("InvalidParameterValue.BizTokenIllegal"),
            }
        }
        _ => error("InvalidAction"),
    }
}

/// The vendor's "签名方法 v3", written apart from the product's.
fn signature(timestamp: i64, host: &str, content_type: &str, body: &[u8]) -> String {
    let sha256 = |bytes: &[u8]| hex::encode(digest::digest(&digest::SHA256, bytes));
    let mac = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let day = DateTime::from_timestamp(timestamp, 0).unwrap().format("%Y-%m-%d").to_string();
    let request = [
        "POST",
        "/",
        "",
        &format!("content-type:{content_type}"),
        &format!("host:{host}"),
        "",
        "content-type;host",
        &sha256(body),
    ]
    .join("\n");
    let scope = format!("{day}/faceid/tc3_request");
    let text = ["TC3-HMAC-SHA256", &timestamp.to_string(), &scope, &sha256(request.as_bytes())].join("\n");
    let key = [day.as_str(), "faceid", "tc3_request"]
        .iter()
        .fold(format!("TC3{SECRET_KEY}").into_bytes(), |key, part| mac(&key, part));
    let signature = hex::encode(mac(&key, &text));
    format!(
        "TC3-HMAC-SHA256 Credential={SECRET_ID}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
    )
}
