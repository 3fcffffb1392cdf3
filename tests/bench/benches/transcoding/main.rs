//! Between the wire and JSON, as the edge does it for every call: today's hand-written structs, prost-reflect at run time, pbjson at build
//! time. One profile, and a page of 50 bindings.
//!
//!   cargo bench --package shiming-bench --bench transcoding
//!
//! Decided by it: the edge transcodes at run time. prost-reflect takes 2.7 µs for the profile and 0.18 ms for the page towards JSON (5.0 µs
//! and 0.35 ms back) where the structs took 0.7 µs and 0.05 ms and pbjson takes the same as they; the limits were 50 µs and 1 ms, and a hop
//! costs more than either. In return no message is written down twice and nothing is generated.

#![expect(clippy::unwrap_used, reason = "a bench ends with what it can't do without")]

mod built;
mod reflected;
mod sample;
mod structs;

use criterion::{Criterion, Throughput};
use std::hint::black_box;

/// One way from wire to JSON and back, for one message.
struct Way {
    name: &'static str,
    to_json: Rewrite,
    to_wire: Rewrite,
}

type Rewrite = Box<dyn Fn(&[u8]) -> Vec<u8>>;

fn profile(bench: &mut Criterion) {
    let wire = sample::profile();
    compare(bench, "profile", &wire, &[structs::profile(), reflected::profile(), built::profile()]);
}

fn page(bench: &mut Criterion) {
    let wire = sample::page_of_bindings();
    compare(bench, "page of 50 bindings", &wire, &[structs::page(), reflected::page(), built::page()]);
}

fn compare(bench: &mut Criterion, what: &str, wire: &[u8], ways: &[Way]) {
    let mut group = bench.benchmark_group(what);
    group.throughput(Throughput::Bytes(wire.len() as u64));
    for way in ways {
        group.bench_function(format!("wire to JSON: {}", way.name), |bench| {
            bench.iter(|| (way.to_json)(black_box(wire)));
        });
    }
    for way in ways {
        let json = (way.to_json)(wire);
        assert!(!(way.to_wire)(&json).is_empty(), "{}", way.name);
        group.bench_function(format!("JSON to wire: {}", way.name), |bench| {
            bench.iter(|| (way.to_wire)(black_box(&json)));
        });
    }
    group.finish();
}

fn main() {
    let mut bench = Criterion::default().configure_from_args();
    profile(&mut bench);
    page(&mut bench);
    bench.final_summary();
}
