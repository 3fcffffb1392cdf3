use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use shiming_kernel::ErrorKind;
use shiming_proto::identity::v1::{LogInRequest, LogInResponse};
use shiming_proto::messaging::v1::{ReadMessageRequest, ReadMessageResponse};
use tracing_subscriber::fmt::MakeWriter;

use crate::world::{TOKEN, World, refusal};

/// Everything that is logged in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn one_line_per_request_and_nothing_personal_in_any() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE);
    let _for_this_thread = tracing::subscriber::set_default(subscriber.finish());
    let world = World::start().await;
    let refused = refusal(ErrorKind::Unauthenticated, "LOGIN_REFUSED");
    world.script.refuse::<LogInRequest, LogInResponse>(refused);
    let gone = refusal(ErrorKind::NotFound, "MESSAGE_NOT_FOUND");
    world.script.refuse::<ReadMessageRequest, ReadMessageResponse>(gone);
    let mut browser = world.signed_in().await;
    let person = json!({
        "document": {"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": "640101199003070015", "name": "张三"},
        "mobile": "13800138000", "code": "482913"
    });
    let login = browser.post("/api/shiming.identity.v1.LoginService/LogIn?validateOnly=false", person).await;
    assert_eq!(login.status, 401);
    let inbox = "/api/shiming.messaging.v1.InboxService";
    browser.post(&format!("{inbox}/ReadMessage"), json!({"messageId": "018900000000"})).await;
    browser.get(&format!("{inbox}/ListMessages?pageToken=somewhere")).await;
    browser.get("/messages/018900000000?from=somewhere").await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let line = |route: &str| {
        let lines = log.lines().filter(|line| line.contains("shiming_gateway::request"));
        let lines: Vec<_> = lines.filter(|line| line.contains(&format!("route={route:?}"))).collect();
        assert_eq!(lines.len(), 1, "{route}: {log}");
        lines[0]
    };
    let login_line = line("/api/shiming.identity.v1.LoginService/LogIn");
    for part in ["method=\"POST\"", "status=401", "reason=\"LOGIN_REFUSED\"", "duration_ms="] {
        assert!(login_line.contains(part), "{part}: {login_line}");
    }
    assert!(login_line.contains(login.header("x-request-id")));
    line(&format!("{inbox}/ReadMessage"));
    line("pages");
    let csrf = browser.cookies["shiming_csrf"].as_str();
    for secret in
        ["640101", "张三", "13800138000", "482913", "018900000000", "somewhere", TOKEN, csrf, "127.0.0.1:0"]
    {
        let ours = log.lines().filter(|line| line.contains("shiming"));
        assert!(!ours.into_iter().any(|line| line.contains(secret)), "{secret}: {log}");
    }
}
