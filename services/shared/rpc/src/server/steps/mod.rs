//! The layers themselves; their order stands in `stack.rs`.

mod access_log;
mod authorize;
mod deadline;
mod errors;
mod framing;
mod metrics;
mod paced;
mod session;
mod shed;
#[cfg(test)]
mod tests;
mod trace;
mod watch;

use std::sync::{Arc, OnceLock};

pub(super) use access_log::AccessLog;
pub(super) use authorize::Authorize;
pub(super) use deadline::Deadline;
pub(super) use errors::Errors;
pub(super) use framing::Framing;
pub(super) use metrics::Metrics;
pub(super) use session::Session;
pub(super) use shed::Shed;
pub(super) use trace::Trace;

use crate::policy::Method;
use crate::step::HttpRequest;

/// The call as the layers see it: put into the request by the first of them.
#[derive(Clone, Debug)]
struct Facts(Arc<FactsInner>);

#[derive(Debug)]
struct FactsInner {
    target: Target,
    request_id: Arc<str>,
    trace_id: Option<String>,
    /// Filled when the caller has proved itself.
    caller: OnceLock<String>,
}

/// What a path leads to.
#[derive(Clone, Debug)]
enum Target {
    /// A method of the contract, with its policy.
    Method(Arc<Method>),
    /// Health and reflection: for whoever may open a connection, and neither traced nor logged, as probes come every second.
    Open,
    /// Nothing.
    Unknown,
}

impl Facts {
    fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get().cloned()
    }

    fn method(&self) -> Option<&Method> {
        match &self.0.target {
            Target::Method(method) => Some(method),
            Target::Open | Target::Unknown => None,
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.0.target, Target::Open)
    }

    /// The method for logs and metrics: `shiming.identity.v1.SessionService/GetSession`. Paths of strangers are not repeated.
    fn name(&self) -> &str {
        self.method().map_or("unknown", |method| method.path.trim_start_matches('/'))
    }
}
