//! The gateway as any client of the Connect protocol meets it: `buf curl`, and a client generated from the contract.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use shiming_tests::{World, repository};

/// What a tool printed; an error if it failed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.current_dir(repository()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(format!("{}{}", text(&output.stdout), text(&output.stderr)))
    }
}

fn buf() -> Command {
    Command::new(repository().join("tests/node_modules/.bin/buf"))
}

fn curl(origin: &str, headers: &[String], method: &str, message: &Value) -> Result<Value, Value> {
    let mut command = buf();
    command.args(["curl", "--protocol", "connect", "--schema", "proto", "-d", &message.to_string()]);
    for header in headers {
        command.args(["-H", header]);
    }
    let printed = run(command.arg(format!("{origin}/api/{method}")));
    let json = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    printed.map(json).map_err(json)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buf_curl_calls_the_gateway() {
    const CONSENT: &str = "shiming.identity.v1.ConsentService/GetConsentText";
    const SESSION: &str = "shiming.identity.v1.SessionService/GetSession";
    const START: &str = "shiming.identity.v1.CollectionService/StartCollection";
    let world = World::embedded(&[]).await;
    let browser = world.browser().await;
    let token = browser.cookie("shiming_csrf").unwrap();
    let headers = [format!("Cookie: shiming_csrf={token}"), format!("X-CSRF-Token: {token}")];

    let purpose = json!({"purpose": "CONSENT_PURPOSE_FACE_VERIFICATION"});
    let text = curl(&world.origin, &headers, CONSENT, &purpose).unwrap();
    assert_eq!(text["text"]["textSha256"].as_str().map(str::len), Some(64), "{text}");
    let stranger = curl(&world.origin, &[], CONSENT, &purpose).unwrap_err();
    assert_eq!(stranger["code"], "permission_denied", "{stranger}");
    let refused = curl(&world.origin, &headers, SESSION, &json!({})).unwrap_err();
    assert_eq!(refused["code"], "unauthenticated", "{refused}");
    let wrong = json!({
        "document": {"type": "DOCUMENT_TYPE_RESIDENT_ID", "number": "640101199003070016", "name": "张三"},
        "requestId": uuid::Uuid::now_v7(),
    });
    let refused = curl(&world.origin, &headers, START, &wrong).unwrap_err();
    assert_eq!(refused["code"], "invalid_argument", "{refused}");
    let types: Vec<_> =
        refused["details"].as_array().unwrap().iter().map(|one| one["type"].clone()).collect();
    assert!(types.contains(&json!("google.rpc.BadRequest")), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generated_client_calls_the_gateway() {
    let world = World::embedded(&[]).await;
    // Beside the packages that the generated code imports.
    let generated =
        tempfile::Builder::new().prefix("generated-").tempdir_in(repository().join("tests/connect")).unwrap();
    let plugin = repository().join("tests/node_modules/.bin/protoc-gen-es");
    let folder = |path: &Path| path.display().to_string();
    let template = json!({"version": "v2", "plugins": [{
        "local": folder(&plugin), "out": folder(generated.path()), "opt": ["target=js", "import_extension=js"]
    }]});
    run(buf().args(["generate", "--template", &template.to_string()])).unwrap();
    let client =
        run(Command::new("node").arg("tests/connect/client.mjs").arg(&world.origin).arg(generated.path()));
    assert!(client.as_ref().is_ok_and(|printed| printed.contains("calls the gateway")), "{client:?}");
}
