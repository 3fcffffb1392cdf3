//! A browser: keeps cookies, sends what our pages send, and shows everything that came back.

use std::collections::BTreeMap;

use http::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::Value;
use uuid::Uuid;

/// One browser.
pub(crate) struct Browser {
    client: Client,
    address: String,
    /// What it gives as its origin; `None` for a program that gives none.
    pub(crate) origin: Option<String>,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Headers on every request.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Browser {
    pub(super) fn new(address: &str, origin: &str) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self {
            client,
            address: address.to_owned(),
            origin: Some(origin.to_owned()),
            cookies: BTreeMap::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    /// A POST as our pages make it.
    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Answer {
        let request = self.page_request(path).header("content-type", "application/json");
        self.send(request.body(body.to_string())).await
    }

    /// A form with files as our pages send it.
    pub(crate) async fn upload(&mut self, path: &str, form: Form) -> Answer {
        let request = self.page_request(path).header("content-type", Form::content_type());
        self.send(request.body(form.finish())).await
    }

    /// A POST with the token and a fresh key, to add a body to.
    pub(crate) fn page_request(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
            .header("x-csrf-token", self.csrf_token())
            .header("idempotency-key", Uuid::new_v4().to_string())
    }

    /// The value of the cookie, under the name that it has over https or over http.
    fn csrf_token(&self) -> String {
        let names = ["__Host-shiming_csrf", "shiming_csrf"];
        names.iter().find_map(|name| self.cookies.get(*name)).cloned().unwrap_or_default()
    }

    /// A bare request with the cookies.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.client.request(method.clone(), format!("http://{}{path}", self.address));
        if let (Some(origin), Method::POST) = (&self.origin, method) {
            request = request.header("origin", origin).header("sec-fetch-site", "same-origin");
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request
    }

    /// Sends, and keeps the cookies that come back.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap().to_vec();
        let answer = Answer { status, headers, body };
        for set in answer.set_cookies() {
            let pair = set.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if set.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| {
            panic!("{}: {}", self.status, String::from_utf8_lossy(&self.body));
        })
    }

    /// The body of a success.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// Status and reason of a problem, which must be well-formed.
    pub(crate) fn refusal(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        let reason = problem["reason"].as_str().unwrap().to_owned();
        assert_eq!(problem["type"], format!("urn:shiming:error:{reason}"));
        assert_eq!(problem["status"], self.status);
        for people_read in ["title", "detail"] {
            assert!(!problem[people_read].as_str().unwrap().is_ascii(), "{problem}");
        }
        assert_eq!(problem["requestId"], self.header("x-request-id"));
        (self.status, reason)
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        let all = self.headers.get_all("set-cookie").iter();
        all.map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    /// The `Set-Cookie` line of one cookie.
    pub(crate) fn set_cookie(&self, name: &str) -> Option<String> {
        self.set_cookies().into_iter().find(|line| line.starts_with(&format!("{name}=")))
    }
}

/// A multipart form.
pub(crate) struct Form(Vec<u8>);

const BOUNDARY: &str = "----shiming-test-boundary";

impl Form {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), value.as_bytes())
    }

    pub(crate) fn file(self, name: &str, content: &[u8]) -> Self {
        self.part(&format!("name=\"{name}\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg"), content)
    }

    fn part(mut self, head: &str, content: &[u8]) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(content);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    pub(crate) fn content_type() -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.0.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }

    /// Without the closing line: the sender broke off.
    pub(crate) fn broken_off(self) -> Vec<u8> {
        self.0
    }
}
