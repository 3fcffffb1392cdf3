//! The SMS API of Tencent Cloud, as far as messaging uses it: takes every text message and keeps it for the test to read.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Sent = Arc<Mutex<Vec<Value>>>;

/// A running stand-in; ends with the test's runtime.
#[derive(Clone, Debug)]
pub(crate) struct SmsCloud {
    pub(crate) endpoint: String,
    sent: Sent,
}

impl SmsCloud {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let sent = Sent::default();
        let router = Router::new().route("/", post(take)).with_state(Arc::clone(&sent));
        #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, sent }
    }

    /// The newest code that was sent to `mobile`.
    pub(crate) fn code_for(&self, mobile: &str) -> Option<String> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let number = format!("+86{mobile}");
        let last = sent.iter().rev().find(|sms| sms["PhoneNumberSet"][0] == number.as_str())?;
        last["TemplateParamSet"][0].as_str().map(ToOwned::to_owned)
    }

    /// How many text messages went to `mobile`.
    pub(crate) fn count_for(&self, mobile: &str) -> usize {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let number = format!("+86{mobile}");
        sent.iter().filter(|sms| sms["PhoneNumberSet"][0] == number.as_str()).count()
    }
}

async fn take(State(sent): State<Sent>, headers: HeaderMap, Json(sms): Json<Value>) -> Json<Value> {
    let signed =
        headers.get("authorization").is_some_and(|value| value.as_bytes().starts_with(b"TC3-HMAC-SHA256 "));
    if !signed {
        return Json(
            json!({"Response": {"Error": {"Code": "AuthFailure", "Message": "unsigned"}, "RequestId": "r"}}),
        );
    }
    sent.lock().unwrap_or_else(PoisonError::into_inner).push(sms);
    Json(
        json!({"Response": {"SendStatusSet": [{"SerialNo": "1", "Code": "Ok", "Message": "send success"}], "RequestId": "r"}}),
    )
}
