//! One verification (two 480 × 640 JPEGs to a similarity) and one frame of a liveness burst, each beside the sum of its bare
//! inferences, which it can't beat; how much two workers do against one; and what a worker costs in memory.
//!
//!     cargo bench -p shiming-face-engine

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput};
use futures::future::join_all;
use shiming_face_engine::{EngineConfig, FaceEngine, InferenceTimes, ObserveOptions};
use tokio::runtime::{Builder, Runtime};

fn engine(workers: usize) -> FaceEngine {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../.setup/models");
    FaceEngine::start(&EngineConfig { models, workers, queue: 64, ..EngineConfig::default() })
        .expect("models are ready (make models)")
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

fn astronaut() -> Bytes {
    Bytes::from_static(include_bytes!("../../tests/photos/astronaut.jpg"))
}

async fn verify(engine: &FaceEngine) -> f32 {
    let reference = engine.template_of_reference(astronaut()).await.expect("a good photo");
    let capture = engine.template_of_capture(astronaut()).await.expect("a good photo");
    reference.similarity(&capture).expect("one net")
}

/// The bare inferences that `count` takes of each round's times.
async fn bare(engine: &FaceEngine, rounds: u64, count: fn(InferenceTimes) -> Duration) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..rounds {
        spent += count(engine.time_inferences().await.expect("runs"));
    }
    spent
}

fn one_worker(c: &mut Criterion) {
    let engine = engine(1);
    let mut group = c.benchmark_group("verification");
    group.bench_function("two pictures", |b| b.to_async(runtime()).iter(|| verify(&engine)));
    group.bench_function("bare inferences", |b| {
        b.to_async(runtime()).iter_custom(|rounds| bare(&engine, rounds, |times| 2 * times.template()));
    });
    group.finish();
    let mut group = c.benchmark_group("observation");
    for (name, passive) in [("without passive scores", false), ("one frame", true)] {
        let observe = || engine.observe(astronaut(), ObserveOptions { passive });
        group.bench_function(name, |b| b.to_async(runtime()).iter(observe));
    }
    group.bench_function("bare inferences", |b| {
        b.to_async(runtime()).iter_custom(|rounds| bare(&engine, rounds, InferenceTimes::observation));
    });
    group.finish();
}

/// Pictures per second with the queue never empty, one engine at a time.
fn throughput(c: &mut Criterion) {
    const PICTURES: u16 = 16;
    let mut group = c.benchmark_group("throughput");
    group.throughput(Throughput::Elements(PICTURES.into())).sample_size(20);
    for workers in [1, 2] {
        let engine = engine(workers);
        let batch = || join_all((0..PICTURES).map(|_| engine.template_of_capture(astronaut())));
        group.bench_function(format!("{workers} workers"), |b| {
            b.to_async(runtime()).iter(|| async {
                assert!(batch().await.iter().all(Result::is_ok), "all are measured");
            });
        });
    }
    group.finish();
}

/// Two workers against one by turns, so that whatever else the machine does falls on both.
#[expect(clippy::print_stdout, reason = "a figure of the benchmark")]
fn speed_up() {
    const ROUNDS: usize = 12;
    let engines = [engine(1), engine(2)];
    let mut spent = [const { Vec::new() }; 2];
    for _ in 0..ROUNDS {
        for (engine, spent) in engines.iter().zip(&mut spent) {
            let began = Instant::now();
            let all = runtime().block_on(join_all((0..16).map(|_| engine.template_of_capture(astronaut()))));
            assert!(all.iter().all(Result::is_ok), "all are measured");
            spent.push(began.elapsed());
        }
    }
    let [one, two] = spent.map(|mut times| {
        times.sort();
        times[ROUNDS / 2].as_secs_f64()
    });
    println!("two workers do {:.2} times the work of one (medians of {ROUNDS} rounds by turns)", one / two);
}

/// Resident memory of this process, MiB.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("is stated");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok()).expect("kB") / 1024.0
}

/// What a warm engine holds, by number of workers.
#[expect(clippy::print_stdout, reason = "a figure of the benchmark")]
fn memory() {
    let mut before = resident();
    println!("memory of the process: {before:.0} MiB");
    let mut kept = Vec::new();
    for workers in [1, 2, 4] {
        let engine = engine(workers);
        let frames = vec![(astronaut(), ObserveOptions { passive: true }); 8 * workers];
        runtime().block_on(engine.observe_burst(frames)).expect("room");
        let after = resident();
        println!("  an engine of {workers} more workers adds {:.1} MiB", after - before);
        before = after;
        kept.push(engine);
    }
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
    memory();
    speed_up();
    let mut criterion = Criterion::default().configure_from_args();
    one_worker(&mut criterion);
    throughput(&mut criterion);
    start(&mut criterion);
    criterion.final_summary();
}
