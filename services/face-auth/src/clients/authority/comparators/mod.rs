//! Those who compare the frames of our own camera page, in the configured order.

use std::sync::Arc;
use std::time::Duration;

use shiming_runtime::CircuitBreaker;

use super::{Answer, Authority, Question};
use crate::domain::{ProviderOutcome, Refusal};
use crate::error::FaceAuthError;

/// One who compares; the breaker of one outside the house.
struct Comparator {
    authority: Arc<dyn Authority>,
    breaker: Option<CircuitBreaker>,
}

/// Asks one after the other until one of them answers.
#[derive(Default)]
pub(crate) struct Comparators {
    order: Vec<Comparator>,
    next_without_photo: bool,
    pause: Duration,
}

impl Comparators {
    /// Nobody yet. `next_without_photo`: whether the next is asked when one has no photo of the person. `pause`: when those who find
    /// nobody working should come again at the earliest.
    pub(crate) const fn new(next_without_photo: bool, pause: Duration) -> Self {
        Self { order: Vec::new(), next_without_photo, pause }
    }

    /// Adds one at the end of the order.
    pub(crate) fn push(&mut self, authority: Arc<dyn Authority>, breaker: Option<CircuitBreaker>) {
        self.order.push(Comparator { authority, breaker });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// What the first who works says. A definite answer stands: nobody is asked for a second opinion.
    pub(crate) async fn compare(&self, question: &Question) -> Result<Answer, FaceAuthError> {
        let (mut without_photo, mut fault, mut wait) = (false, None, None::<Duration>);
        for Comparator { authority, breaker } in &self.order {
            let permit = match breaker.as_ref().map(CircuitBreaker::admit).transpose() {
                Ok(permit) => permit,
                Err(rest) => {
                    fault.get_or_insert(ProviderOutcome::ProviderTemporary);
                    wait = Some(wait.map_or(rest, |wait| wait.min(rest)));
                    continue;
                }
            };
            let answer = authority.compare(question).await?;
            match answer {
                Answer::NotCompared(outcome) if outcome.is_about_the_provider() => {
                    if let Some(permit) = permit {
                        permit.failed();
                    }
                    tracing::error!(provider = authority.provider().as_str(), ?outcome, "passed over");
                    fault = Some(outcome);
                }
                _ => {
                    if let Some(permit) = permit {
                        permit.succeeded();
                    }
                    let missing = answer == Answer::NotCompared(ProviderOutcome::NoAuthoritativePhoto);
                    if !(missing && self.next_without_photo) {
                        return Ok(answer);
                    }
                    without_photo = true;
                }
            }
        }
        match fault {
            // Everybody was asked, and nobody has a photo. With one of them down that isn't known.
            None if without_photo => Ok(Answer::NotCompared(ProviderOutcome::NoAuthoritativePhoto)),
            Some(ProviderOutcome::ProviderNotAuthorised) => {
                Err(FaceAuthError::NoProvider(Refusal::ProviderNotAuthorised))
            }
            _ => {
                let retry_after = wait.unwrap_or(self.pause).max(Duration::from_secs(1));
                Err(FaceAuthError::NoProvider(Refusal::ProviderTemporary { retry_after }))
            }
        }
    }
}

#[cfg(test)]
mod tests;
