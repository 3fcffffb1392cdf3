//! A gateway with stand-ins behind it, and a browser in front.

mod browser;
mod script;
mod services;

use std::sync::Arc;
use std::time::Duration;

use shiming_gateway::{Config, DEFAULT, Gateway};
use shiming_kernel::{ErrorKind, Facts, FieldViolation, ManualClock, Reason};
use shiming_rpc::status::{Problem, from_error};
use shiming_runtime::Shutdown;
use shiming_runtime::config::{PeerConfig, load};
use tokio::net::TcpListener;
use tonic::Status;

pub(crate) use browser::{Answer, Browser, Form};
pub(crate) use script::{Capture, Script, Taker, Watch};

/// Answers every picture code.
pub(crate) const PICTURE: &str = "ACE3";
/// A session's token as identity hands it out.
pub(crate) const TOKEN: &str = "dG9rZW4tb2YtYS1zZXNzaW9uLWluLXRlc3RzLTEyMzQ";
/// A collection's token.
pub(crate) const COLLECTION: &str = "Y29sbGVjdGlvbi10b2tlbi1pbi10ZXN0cy0xMjM0NTY";

/// A running gateway.
pub(crate) struct World {
    /// Where it listens, such as `127.0.0.1:49152`.
    pub(crate) address: String,
    /// What browsers give as their origin.
    pub(crate) origin: String,
    /// What the services answer, and what they were asked.
    pub(crate) script: Arc<Script>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) shutdown: Shutdown,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A gateway whose configuration is changed before it starts.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let script = Arc::new(Script::default());
        let shutdown = Shutdown::new();
        let services = services::serve(Arc::clone(&script), &shutdown).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();

        let mut config = config();
        config.http.listen = address;
        config.http.public_origin = format!("http://localhost:{}", address.port()).parse().unwrap();
        config.captcha.known_answer = Some(PICTURE.into());
        let peer = PeerConfig::plaintext(format!("http://{services}"));
        config.peers.identity = peer.clone();
        config.peers.face_auth = peer.clone();
        config.peers.enterprise_binding = peer.clone();
        config.peers.messaging = peer;
        change(&mut config);

        let origin = config.http.public_origin.origin().ascii_serialization();
        let clock = Arc::new(ManualClock::new("2026-11-01T08:00:00Z".parse().unwrap()));
        let gateway = Gateway::build(config, clock.clone(), &shutdown).unwrap();
        shutdown.spawn("gateway.http", gateway.serve(listener));
        Self { address: address.to_string(), origin, script, clock, shutdown }
    }

    /// A browser that has seen the first page.
    pub(crate) async fn browser(&self) -> Browser {
        let mut browser = self.stranger();
        assert_eq!(browser.get("/api/bootstrap").await.status, 200);
        browser
    }

    /// A browser with a session's cookie.
    pub(crate) async fn signed_in(&self) -> Browser {
        let mut browser = self.browser().await;
        browser.cookies.insert("shiming_session".into(), TOKEN.into());
        browser
    }

    /// A browser with a collection's cookie.
    pub(crate) async fn collecting(&self) -> Browser {
        let mut browser = self.browser().await;
        browser.cookies.insert("shiming_collection".into(), COLLECTION.into());
        browser
    }

    /// A browser that was never here.
    pub(crate) fn stranger(&self) -> Browser {
        Browser::new(&self.address, &self.origin)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

/// The defaults, with a key.
pub(crate) fn config() -> Config {
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    load("gateway-test", &format!("{DEFAULT}\n[keyring]\ncurrent = 1\nkeys = {{ 1 = \"{key}\" }}\n"), None)
        .unwrap()
}

/// An error as a service's layers put it on the wire.
pub(crate) fn refusal(kind: ErrorKind, reason: &'static str) -> Status {
    refusal_with(kind, reason, &[], None)
}

/// The same with facts and a wait.
pub(crate) fn refusal_with(
    kind: ErrorKind,
    reason: &'static str,
    metadata: &[(&'static str, &str)],
    retry_after: Option<Duration>,
) -> Status {
    let facts =
        metadata.iter().fold(Facts::wait(retry_after), |facts, (key, value)| facts.with(*key, *value));
    let words = "服务给出的说明".to_owned();
    from_error(&Problem { reason: Reason::read(reason, kind), words, facts })
}

/// A refused field.
pub(crate) fn field_refusal(field: &str, reason: &'static str) -> Status {
    let facts = Facts::fields(vec![FieldViolation::new(field, reason, "请检查后重新填写")]);
    from_error(&Problem { facts, ..Reason::InvalidField.into() })
}

/// 2026-11-01T08:00:00Z plus seconds.
#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
pub(crate) fn time(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: 1_793_520_000 + seconds, nanos: 0 })
}

/// A length of time on the wire.
#[expect(clippy::unnecessary_wraps, reason = "fields of messages are optional")]
pub(crate) fn length(seconds: i64) -> Option<prost_types::Duration> {
    Some(prost_types::Duration { seconds, nanos: 0 })
}
