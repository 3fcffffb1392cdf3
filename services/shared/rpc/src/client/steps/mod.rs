//! The layers themselves; their order stands in `stack.rs`.

mod deadline;
mod metrics;
mod name;
mod retry;
mod trace_context;

pub(super) use deadline::Deadline;
pub(super) use metrics::Metrics;
pub(super) use name::Name;
pub(super) use retry::Retry;
pub(super) use trace_context::TraceContext;
