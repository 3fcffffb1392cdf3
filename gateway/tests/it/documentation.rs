use crate::world::World;

#[tokio::test]
async fn the_checked_in_document_is_what_is_served() {
    let world = World::start().await;
    let served = world.stranger().get("/api/openapi.json").await.ok();
    let checked_in: serde_json::Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    assert!(served == checked_in, "the contract changed: make contract");
}
