//! The providers with a face check of their own, in the configured order.

use std::sync::Arc;
use std::time::Duration;

use shiming_runtime::CircuitBreaker;

use super::{HostedFault, HostedPass, HostedProvider, NewCheck, OpenCheck};
use crate::domain::{ProviderOutcome, Ticket};

/// A provider and its breaker.
struct Hosted {
    provider: Arc<dyn HostedProvider>,
    breaker: CircuitBreaker,
}

/// Opens a check at the first provider that works, and asks that one what came of it.
#[derive(Default)]
pub(crate) struct HostedChecks(Vec<Hosted>);

/// Nobody opened a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotBegun {
    /// Nobody of the order can serve this person: no provider is configured, or all lack something.
    NobodyServes,
    /// All who could are down; the shortest wait for one of them, if a breaker knows it.
    AllDown(ProviderOutcome, Option<Duration>),
    /// One of them said something definite about the person.
    Said(ProviderOutcome),
}

impl HostedChecks {
    /// Adds one at the end of the order.
    pub(crate) fn push(&mut self, provider: Arc<dyn HostedProvider>, breaker: CircuitBreaker) {
        self.0.push(Hosted { provider, breaker });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Opens a check.
    pub(crate) async fn begin(&self, check: &NewCheck<'_>) -> Result<Ticket, NotBegun> {
        let (mut fault, mut wait) = (None, None::<Duration>);
        for Hosted { provider, breaker } in self.0.iter().filter(|hosted| hosted.provider.can_serve(check)) {
            let permit = match breaker.admit() {
                Ok(permit) => permit,
                Err(rest) => {
                    fault.get_or_insert(ProviderOutcome::ProviderTemporary);
                    wait = Some(wait.map_or(rest, |wait| wait.min(rest)));
                    continue;
                }
            };
            let outcome = match provider.begin(check).await {
                Ok(ticket) => {
                    permit.succeeded();
                    return Ok(ticket);
                }
                Err(HostedFault::TimedOut) => {
                    permit.failed();
                    ProviderOutcome::ProviderTemporary
                }
                Err(HostedFault::Broken(outcome)) => {
                    permit.failed();
                    outcome
                }
                Err(HostedFault::Said(outcome)) => {
                    permit.succeeded();
                    if !outcome.is_about_the_provider() {
                        return Err(NotBegun::Said(outcome));
                    }
                    outcome
                }
            };
            tracing::error!(provider = provider.provider().as_str(), ?outcome, "passed over");
            fault = Some(outcome);
        }
        Err(fault.map_or(NotBegun::NobodyServes, |outcome| NotBegun::AllDown(outcome, wait)))
    }

    /// Asks the provider that opened the check. No other is asked: none of them knows of it.
    pub(crate) async fn query(&self, check: &OpenCheck<'_>) -> Result<HostedPass, HostedFault> {
        let wanted = check.ticket.provider();
        let Some(hosted) = self.0.iter().find(|hosted| hosted.provider.provider() == wanted) else {
            tracing::error!(provider = wanted.as_str(), "a check of a provider that is configured no more");
            return Err(HostedFault::Said(ProviderOutcome::FaceSessionExpired));
        };
        let temporary = ProviderOutcome::ProviderTemporary;
        let permit = hosted.breaker.admit().map_err(|_| HostedFault::Broken(temporary))?;
        let found = hosted.provider.query(check).await;
        match found {
            Err(HostedFault::TimedOut | HostedFault::Broken(_)) => permit.failed(),
            Ok(_) | Err(HostedFault::Said(_)) => permit.succeeded(),
        }
        match found {
            // Never a pass without its similarity.
            Err(HostedFault::Said(ProviderOutcome::Passed)) => Err(HostedFault::Said(temporary)),
            found => found,
        }
    }
}
