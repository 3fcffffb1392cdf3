//! Tests across processes: e2e, contract, architecture, chaos, bench.
