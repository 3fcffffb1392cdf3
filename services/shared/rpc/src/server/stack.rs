//! The layers around every call, outermost first. The order is the design: read the lines from top to bottom.

use std::convert::Infallible;
use std::sync::Arc;

use tower::{Service, ServiceBuilder};

use super::steps::{AccessLog, Authorize, Deadline, Errors, Framing, Metrics, Session, Shed, Trace};
use crate::caller::Partners;
use crate::policy::PolicyTable;
use crate::session::SessionResolver;
use crate::step::{HttpRequest, HttpResponse, Inner, Next, Stack, step};

/// What the layers are made of.
pub(super) struct Parts {
    pub(super) policies: PolicyTable,
    pub(super) sessions: Arc<dyn SessionResolver>,
    pub(super) partners: Partners,
    pub(super) believe_header: bool,
    pub(super) concurrency_limit: usize,
}

/// Puts the layers around `routes`.
pub(super) fn build<S>(parts: Parts, routes: S) -> Stack<impl Next>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let layers = ServiceBuilder::new()
        // First, because everything below belongs to the caller's trace; also finds the method once for all below.
        .layer(step(Trace::new(parts.policies)))
        // Sees every answer, also those of the layers below; writes one line per call.
        .layer(step(AccessLog))
        // Counts what the log line tells.
        .layer(step(Metrics::new()))
        // Before anything that waits: from here on the call has an end.
        .layer(step(Deadline))
        // What isn't gRPC, or is written in a way that isn't spoken here, goes no further.
        .layer(step(Framing))
        // Before anything that costs: a call too many is turned away for the price of a header.
        .layer(step(Shed::new(parts.concurrency_limit)))
        // Who calls, and may they: deny by default.
        .layer(step(Authorize::new(parts.partners, parts.believe_header)))
        // On whose behalf: after the caller is known, because asking costs a round trip.
        .layer(step(Session::new(parts.sessions)))
        // Next to the handler: no status made by the library or by a panic gets past without a reason.
        .layer(step(Errors))
        .service(Inner(routes));
    Stack::new(layers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::NoSessions;

    #[test]
    fn the_layers_stand_in_this_order() {
        fn name_of<S>(_: &S) -> &'static str {
            std::any::type_name::<S>()
        }
        let parts = Parts {
            policies: PolicyTable::default(),
            sessions: Arc::new(NoSessions),
            partners: Partners::default(),
            believe_header: false,
            concurrency_limit: 1,
        };
        let stack = build(parts, tonic::service::Routes::default());
        let name = name_of(&stack);
        let order: Vec<_> = name
            .split("steps::")
            .skip(1)
            .filter_map(|part| part.split([',', '<', '>']).next())
            .filter_map(|path| path.rsplit("::").next())
            .collect();
        let expected = [
            "Trace",
            "AccessLog",
            "Metrics",
            "Deadline",
            "Framing",
            "Shed",
            "Authorize",
            "Session",
            "Errors",
        ];
        assert_eq!(order, expected, "{name}");
    }
}
