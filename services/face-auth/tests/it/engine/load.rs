//! More pictures than workers.

use std::time::Duration;

use futures::future::join_all;
use shiming_face_engine::{EngineConfig, EngineError};

use super::engine_with;
use crate::pictures::astronaut;

#[tokio::test]
async fn a_full_engine_sheds_and_goes_on() {
    let engine = engine_with(EngineConfig { workers: 1, queue: 2, ..EngineConfig::default() });
    let results = join_all((0..12).map(|_| engine.template_of_capture(astronaut()))).await;
    let done = results.iter().filter(|result| result.is_ok()).count();
    let shed: Vec<_> = results
        .iter()
        .filter_map(|result| match result {
            Err(EngineError::Busy { retry_after }) => Some(*retry_after),
            _ => None,
        })
        .collect();
    assert!(done >= 2 && done + shed.len() == 12, "{done} done, {} shed", shed.len());
    assert!(shed.iter().all(|wait| *wait >= Duration::from_millis(100)));
    assert!(engine.template_of_capture(astronaut()).await.is_ok(), "room again");
}

#[tokio::test]
async fn several_workers_agree() {
    let engine = engine_with(EngineConfig { workers: 2, queue: 8, ..EngineConfig::default() });
    assert_eq!((engine.workers(), engine.versions().pack.as_str()), (2, "sface-fr@1"));
    let templates = join_all((0..6).map(|_| engine.template_of_capture(astronaut()))).await;
    let first = templates[0].as_ref().expect("a good photo");
    for template in &templates {
        let found = first.similarity(template.as_ref().expect("a good photo")).expect("one net");
        assert!(found > 0.9999, "{found}");
    }
    assert!(engine.time_inferences().await.expect("runs").template() > Duration::ZERO);
}

#[test]
fn the_engine_ends_with_its_last_clone() {
    let engine = engine_with(EngineConfig::default());
    let other = engine.clone();
    drop(engine);
    assert_eq!(other.workers(), 2);
    drop(other);
    assert_eq!(engine_with(EngineConfig::default()).workers(), 2, "and can be started again");
}
