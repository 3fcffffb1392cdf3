//! WeChat's `stable_token`, `getverifyid` and `queryverifyinfo`, as the vendor documents them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shiming_face_auth::{Codes, WeChatConfig};
use shiming_kernel::Redacted;
use shiming_runtime::config::DurationText;
use std::time::Duration;

use super::{Health, lock, serve};

pub(crate) const APP_ID: &str = "wx0000shiming";
pub(crate) const APP_SECRET: &str = "wechat-app-s3cret";
/// The one person who follows the account.
pub(crate) const OPENID: &str = "oShiMing0000000000000000Zhang";

#[derive(Clone, Default)]
pub(crate) struct WeChat(Arc<Mutex<Cloud>>);

#[derive(Default)]
pub(crate) struct Cloud {
    pub(crate) health: Health,
    /// Calls of each path's last part.
    pub(crate) calls: HashMap<&'static str, usize>,
    /// Tokens handed out; the last one is good.
    pub(crate) tokens: usize,
    checks: HashMap<String, Check>,
}

struct Check {
    out_seq_no: String,
    cert_hash: String,
    openid: String,
    verify_ret: Option<i64>,
}

impl Cloud {
    /// A token that is wrong or over has three codes; each comes in its turn.
    fn refusal(&self) -> i64 {
        [40001, 40014, 42001][self.tokens % 3]
    }
}

impl WeChat {
    pub(crate) async fn start() -> (Self, WeChatConfig) {
        let cloud = Self::default();
        let app = Router::new()
            .route("/cgi-bin/stable_token", post(stable_token))
            .route("/cityservice/face/identify/getverifyid", post(get_verify_id))
            .route("/cityservice/face/identify/queryverifyinfo", post(query_verify_info))
            .with_state(cloud.clone());
        let config = WeChatConfig {
            endpoint: serve(app).await,
            app_id: APP_ID.into(),
            app_secret: Redacted::from(APP_SECRET),
            timeout: DurationText(Duration::from_millis(1500)),
            codes: Codes::default(),
        };
        (cloud, config)
    }

    pub(crate) fn cloud(&self) -> std::sync::MutexGuard<'_, Cloud> {
        lock(&self.0)
    }

    pub(crate) fn calls(&self, path: &'static str) -> usize {
        self.cloud().calls.get(path).copied().unwrap_or_default()
    }

    /// The person finishes the check on WeChat's page.
    pub(crate) fn finish(&self, verify_id: &str, verify_ret: i64) {
        self.cloud().checks.get_mut(verify_id).unwrap().verify_ret = Some(verify_ret);
    }

    /// WeChat forgets the check.
    pub(crate) fn forget(&self, verify_id: &str) {
        self.cloud().checks.remove(verify_id).unwrap();
    }

    /// Makes the good token a bad one.
    pub(crate) fn revoke_token(&self) {
        self.cloud().tokens += 1;
    }

    async fn called(&self, path: &'static str) -> Option<Response> {
        let health = {
            let mut cloud = self.cloud();
            *cloud.calls.entry(path).or_default() += 1;
            cloud.health
        };
        health.instead().await
    }

    fn is_good(&self, query: &HashMap<String, String>) -> bool {
        query.get("access_token") == Some(&token(self.cloud().tokens))
    }
}

pub(crate) fn token(number: usize) -> String {
    format!("access-token-{number}")
}

fn failed(errcode: i64) -> Response {
    Json(json!({"errcode": errcode, "errmsg": "refused for 640101199003070015 张三"})).into_response()
}

async fn stable_token(State(cloud): State<WeChat>, Json(body): Json<Value>) -> Response {
    if let Some(failure) = cloud.called("stable_token").await {
        return failure;
    }
    if body["grant_type"] != "client_credential" || body["appid"] != APP_ID || body["secret"] != APP_SECRET {
        return failed(40125);
    }
    let mut cloud = cloud.cloud();
    if cloud.tokens == 0 || body["force_refresh"] == true {
        cloud.tokens += 1;
    }
    Json(json!({"access_token": token(cloud.tokens), "expires_in": 7200})).into_response()
}

async fn get_verify_id(
    State(cloud): State<WeChat>,
    Query(query): Query<HashMap<String, String>>,
    Json(body): Json<Value>,
) -> Response {
    if let Some(failure) = cloud.called("getverifyid").await {
        return failure;
    }
    if !cloud.is_good(&query) {
        return failed(cloud.cloud().refusal());
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (serial, openid, cert) = (text(&body["out_seq_no"]), text(&body["openid"]), &body["cert_info"]);
    let serial_ok = (5..=32).contains(&serial.len())
        && serial.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !serial_ok || openid != OPENID || cert["cert_type"] != "IDENTITY_CARD" {
        return failed(40003);
    }
    let parts = ["cert_type", "cert_name", "cert_no"]
        .map(|part| format!("{part}={}", STANDARD.encode(text(&cert[part]))))
        .join("&");
    let verify_id = format!("verify-id-of-{serial}");
    let check = Check {
        out_seq_no: serial,
        cert_hash: hex::encode(digest(&SHA256, parts.as_bytes())),
        openid,
        verify_ret: None,
    };
    cloud.cloud().checks.insert(verify_id.clone(), check);
    Json(json!({"errcode": 0, "errmsg": "ok", "verify_id": verify_id, "expires_in": 3600})).into_response()
}

async fn query_verify_info(
    State(cloud): State<WeChat>,
    Query(query): Query<HashMap<String, String>>,
    Json(body): Json<Value>,
) -> Response {
    if let Some(failure) = cloud.called("queryverifyinfo").await {
        return failure;
    }
    if !cloud.is_good(&query) {
        return failed(cloud.cloud().refusal());
    }
    let cloud = cloud.cloud();
    let Some(check) = body["verify_id"].as_str().and_then(|id| cloud.checks.get(id)) else {
        return failed(84001);
    };
    let is_same = body["out_seq_no"] == check.out_seq_no.as_str()
        && body["cert_hash"] == check.cert_hash.as_str()
        && body["openid"] == check.openid.as_str();
    if !is_same {
        return failed(84001);
    }
    Json(match check.verify_ret {
        Some(verify_ret) => json!({"errcode": 0, "errmsg": "ok", "verify_ret": verify_ret}),
        None => json!({"errcode": 0, "errmsg": "ok"}),
    })
    .into_response()
}
