use std::path::Path;

use crate::world::World;

/// The checked-in document shows every change of the API in a review. `UPDATE_OPENAPI=1` writes it anew.
#[tokio::test]
async fn the_checked_in_document_is_what_is_served() {
    let world = World::start().await;
    let served = world.stranger().get("/api/openapi.json").await.ok();
    let served = serde_json::to_string_pretty(&served).unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &served).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        served == checked_in,
        "the API changed: UPDATE_OPENAPI=1 cargo nextest run -p shiming-gateway documentation"
    );
}

#[tokio::test]
async fn every_route_is_documented_with_what_it_needs() {
    let world = World::start().await;
    let document = world.stranger().get("/api/openapi.json").await.ok();
    let paths = document["paths"].as_object().unwrap();
    let operations: usize = paths.values().map(|item| item.as_object().unwrap().len()).sum();
    assert_eq!(operations, 40);
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert!(
                problem["schema"]["$ref"].as_str().unwrap().ends_with("/ProblemDetails"),
                "{method} {path}"
            );
            let empty = Vec::new();
            let parameters = operation["parameters"].as_array().unwrap_or(&empty);
            let named = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
            assert_eq!(named("Idempotency-Key"), method == "post", "{method} {path}");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{method} {path}");
        }
    }
}
