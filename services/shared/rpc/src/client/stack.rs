//! The layers around every outgoing call, outermost first.

use std::convert::Infallible;

use http::HeaderValue;
use tower::{Service, ServiceBuilder};

use super::steps::{Deadline, Metrics, Name, Retry, TraceContext};
use crate::policy::PolicyTable;
use crate::step::{HttpRequest, HttpResponse, Inner, Next, Stack, step};

/// Puts the layers around `transport`. `caller` is the name to give on plaintext loopback.
pub(super) fn build<S>(policies: PolicyTable, caller: Option<HeaderValue>, transport: S) -> Stack<impl Next>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let layers = ServiceBuilder::new()
        // Counts what the caller of the channel experiences, repeats included.
        .layer(step(Metrics::new()))
        // One deadline for all attempts: the rest of the call being served, or the method's own.
        .layer(step(Deadline::new(policies.clone())))
        // Repeats what may be repeated, within a budget.
        .layer(step(Retry::new(policies)))
        // The trace goes on at the other end.
        .layer(step(TraceContext))
        // Who we are, where no certificate says it.
        .layer(step(Name::new(caller)))
        .service(Inner(transport));
    Stack::new(layers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_stand_in_this_order() {
        fn name_of<S>(_: &S) -> &'static str {
            std::any::type_name::<S>()
        }
        let stack = build(PolicyTable::default(), None, tonic::service::Routes::default());
        let name = name_of(&stack);
        let order: Vec<_> = name
            .split("steps::")
            .skip(1)
            .filter_map(|part| part.split([',', '<', '>']).next())
            .filter_map(|path| path.rsplit("::").next())
            .collect();
        assert_eq!(order, ["Metrics", "Deadline", "Retry", "TraceContext", "Name"], "{name}");
    }
}
