//! What is made from the contract is checked in; here it is held current. `make contract` writes it.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value, json};
use shiming_emit::emitted;

fn document() -> Value {
    let [(_, document), _] = emitted().unwrap();
    serde_json::from_str(&document).unwrap()
}

#[test]
fn what_is_checked_in_is_what_the_contract_makes_now() {
    for (file, made) in emitted().unwrap() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gateway").join(file);
        if std::env::var_os("UPDATE_CONTRACT").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(made == checked_in, "{file} is not what the contract makes now: make contract");
    }
}

/// Names are short: two of one name would be one type, and interfaces of one name are one without a complaint.
#[test]
fn no_two_types_or_calls_have_one_name() {
    let [_, (_, code)] = emitted().unwrap();
    let exported = code.lines().filter_map(|line| line.strip_prefix("export ")?.split_once(' '));
    let names = exported.map(|(_, rest)| rest.split([' ', ':']).next().unwrap_or_default());
    let mut seen = HashSet::new();
    assert_eq!(names.filter(|name| !seen.insert(name.to_owned())).collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(seen.contains("decideApplication") && seen.contains("DecideApplicationRequest"));
}

#[test]
fn every_operation_and_property_is_described() {
    let document = document();
    let mut ids = HashSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(is_said(&operation["summary"]) && is_said(&operation["description"]), "{method} {path}");
            assert!(operation["responses"]["default"].is_object(), "{method} {path}");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(is_said(&schema["description"]), "{name}");
        for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
            assert!(is_said(&schema["description"]), "{name}.{property}");
        }
    }
}

fn is_said(words: &Value) -> bool {
    words.as_str().is_some_and(|words| !words.is_empty())
}

#[test]
fn a_call_lists_why_it_may_be_refused_by_status() {
    let document = document();
    let of = |method: &str| document["paths"][format!("/api/shiming.{method}")]["post"]["responses"].clone();
    let decide = of("enterprise.v1.ApplicationService/DecideApplication");
    let reasons = |status: &str| {
        let schema = &decide[status]["content"]["application/problem+json"]["schema"];
        schema["properties"]["reason"]["enum"].clone()
    };
    assert_eq!(reasons("401"), json!(["SESSION_INVALID", "SESSION_REQUIRED"]));
    assert_eq!(reasons("404"), json!(["APPLICATION_NOT_FOUND"]));
    assert!(reasons("422").as_array().unwrap().contains(&"DOCUMENT_EXPIRED".into()));
    // "as SubmitCapture" stands for what that one names.
    assert!(of("face.v1.FaceSessionService/CheckHostedFace")["401"].to_string().contains("FACE_NOT_SAME"));
}
