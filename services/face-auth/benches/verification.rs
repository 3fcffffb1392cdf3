//! One verification (two 480 × 640 JPEGs to a similarity) beside the sum of its bare inferences, which it can't beat.
//!
//!     cargo bench -p shiming-face-auth

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use criterion::Criterion;
use shiming_face_auth::engine::{EngineConfig, FaceEngine};
use tokio::runtime::{Builder, Runtime};

fn engine(workers: usize) -> FaceEngine {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.setup/models");
    FaceEngine::start(&EngineConfig { models, workers, queue: 64, ..EngineConfig::default() })
        .expect("models are ready (make models)")
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

fn astronaut() -> Bytes {
    Bytes::from_static(include_bytes!("../tests/photos/astronaut.jpg"))
}

async fn verify(engine: &FaceEngine) -> f32 {
    let reference = engine.template_of_reference(astronaut()).await.expect("a good photo");
    let capture = engine.template_of_capture(astronaut()).await.expect("a good photo");
    reference.similarity(&capture).expect("one net")
}

fn one_worker(c: &mut Criterion) {
    let engine = engine(1);
    let mut group = c.benchmark_group("verification");
    group.bench_function("two pictures", |b| b.to_async(runtime()).iter(|| verify(&engine)));
    group.bench_function("bare inferences", |b| {
        b.to_async(runtime()).iter_custom(|rounds| {
            let engine = &engine;
            async move {
                let mut spent = Duration::ZERO;
                for _ in 0..2 * rounds {
                    spent += engine.time_inferences().await.expect("runs").template();
                }
                spent
            }
        });
    });
    group.finish();
}

fn start(c: &mut Criterion) {
    let mut group = c.benchmark_group("start");
    group.sample_size(10);
    for workers in [1, 2] {
        group.bench_function(format!("{workers} workers"), |b| b.iter(|| engine(workers)));
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    one_worker(&mut criterion);
    start(&mut criterion);
    criterion.final_summary();
}
