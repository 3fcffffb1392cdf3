//! A browser without a screen: cookies, the CSRF token, an idempotency key per act. What the pages do, and nothing else.

use std::sync::Arc;

use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, Url};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::people::Shot;

/// One person's browser.
#[derive(Clone, Debug)]
pub struct Browser {
    origin: Url,
    client: Client,
    jar: Arc<Jar>,
}

/// What the gateway answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON body; null when there is none.
    pub body: Value,
    /// The response's headers.
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    /// The body of a success; anything else ends the test.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.body);
        self.body
    }

    /// The reason of a refusal, beside its status; a success ends the test.
    #[track_caller]
    pub fn refusal(&self) -> (u16, &str) {
        assert!(self.status >= 400, "not refused: {} {}", self.status, self.body);
        (self.status, self.body["reason"].as_str().unwrap_or_default())
    }
}

impl Browser {
    /// A fresh browser at the page's address.
    pub async fn open(origin: &str) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder().cookie_provider(Arc::clone(&jar)).no_proxy().build().unwrap();
        let browser = Self { origin: origin.parse().unwrap(), client, jar };
        browser.get("/api/bootstrap").await.ok();
        browser
    }

    /// This browser as it is now, for whom a later answer got lost.
    #[must_use]
    pub fn as_it_is(&self) -> Self {
        let jar = Arc::new(Jar::default());
        for pair in self.jar.cookies(&self.origin).iter().flat_map(|all| all.to_str().unwrap().split("; ")) {
            jar.add_cookie_str(pair, &self.origin);
        }
        let client = Client::builder().cookie_provider(Arc::clone(&jar)).no_proxy().build().unwrap();
        Self { origin: self.origin.clone(), client, jar }
    }

    /// GETs a path.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.client.get(self.url(path))).await
    }

    /// Reads by a method of the contract without parameters, such as `identity.v1.SessionService/GetSession`.
    pub async fn read(&self, method: &str) -> Answer {
        self.get(&address(method)).await
    }

    /// Calls a method of the contract as a new act.
    pub async fn call(&self, method: &str, request: Value) -> Answer {
        self.post(&address(method), request).await
    }

    /// POSTs JSON as a new act.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_as(Uuid::now_v7(), path, body).await
    }

    /// POSTs JSON as the act `key`: the same key is the same act.
    pub async fn post_as(&self, key: Uuid, path: &str, body: Value) -> Answer {
        send(self.act(key, path).json(&body)).await
    }

    /// Asks what to do before the camera; a success is the challenge.
    pub async fn challenge(&self, face_session: &Value) -> Answer {
        let ask = json!({"faceSessionId": face_session["faceSessionId"], "captureToken": face_session["captureToken"]});
        let mut answer = self.call("face.v1.FaceSessionService/IssueChallenge", ask).await;
        if answer.status == 200 {
            answer.body = answer.body["challenge"].take();
        }
        answer
    }

    /// Sends the frames of a capture that answers a challenge.
    pub async fn capture(&self, face_session: &Value, challenge: &Value, shots: &[Shot]) -> Answer {
        let each = |number: fn(&Shot) -> u32| json!(shots.iter().map(number).collect::<Vec<_>>()).to_string();
        let mut form = Form::new()
            .text("captureToken", text(face_session, "captureToken"))
            .text("nonce", text(challenge, "nonce"))
            .text("offsetsMs", each(|shot| shot.offset_ms))
            .text("steps", each(|shot| shot.step));
        for shot in shots {
            let picture = Part::bytes(shot.image.clone()).file_name("frame.jpg");
            form = form.part("frame", picture.mime_str("image/jpeg").unwrap());
        }
        self.upload(&format!("/api/face/{}/capture", text(face_session, "faceSessionId")), form).await
    }

    /// Asks for a challenge and has `show` make the frames for its actions; the capture's answer.
    pub async fn show(&self, face_session: &Value, show: impl Fn(&[String]) -> Vec<Shot>) -> Answer {
        let challenge = self.challenge(face_session).await.ok();
        let shots = show(&actions(&challenge));
        self.capture(face_session, &challenge, &shots).await
    }

    /// POSTs a form.
    pub async fn upload(&self, path: &str, form: Form) -> Answer {
        send(self.act(Uuid::now_v7(), path).multipart(form)).await
    }

    /// A POST with what every act carries.
    pub fn act(&self, key: Uuid, path: &str) -> RequestBuilder {
        self.client
            .post(self.url(path))
            .header("Origin", self.origin.origin().ascii_serialization())
            .header("X-CSRF-Token", self.cookie("shiming_csrf").unwrap_or_default())
            .header("Idempotency-Key", key.to_string())
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.jar.cookies(&self.origin)?;
        cookies
            .to_str()
            .unwrap()
            .split("; ")
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=').map(ToOwned::to_owned))
    }

    /// The plain client, with the cookies.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A path's address.
    pub fn url(&self, path: &str) -> Url {
        self.origin.join(path).unwrap()
    }
}

/// Where the gateway serves a method of the contract.
pub fn address(method: &str) -> String {
    format!("/api/shiming.{method}")
}

/// What a challenge asks for, in its order.
pub fn actions(challenge: &Value) -> Vec<String> {
    let actions = challenge["actions"].as_array().unwrap();
    actions.iter().map(|action| action.as_str().unwrap().to_owned()).collect()
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap().to_owned()
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap_or_default();
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null), headers }
}
