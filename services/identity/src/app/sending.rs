//! Handing codes to the provider.
//!
//! A collection's code is sent while the caller waits: who it is for is no secret there. A login's code is sent by a bounded background
//! task, because waiting for the provider would tell a known person from an unknown one. What the task can't tell its caller any more, a
//! breaker tells the next ones: after a few failures in a row every request for a login code is refused, for known and unknown alike.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use shiming_kernel::{Redacted, RequestId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::App;
use super::codes::{self, CodeTarget, Counted};
use crate::clients::sms::{CodeMessage, SmsError};
use crate::error::IdentityError;

const FAILURES: u32 = 3;
const PAUSE: TimeDelta = TimeDelta::seconds(15);
const PAUSE_BEFORE: std::ops::Range<Duration> = Duration::from_millis(50)..Duration::from_millis(400);
/// The most a background sending may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// How the provider is doing, and how many login codes may be on their way.
#[derive(Debug)]
pub(crate) struct Sending {
    places: Arc<Semaphore>,
    health: Mutex<Health>,
}

#[derive(Debug, Default)]
struct Health {
    failures: u32,
    closed_until: Option<DateTime<Utc>>,
}

impl Sending {
    pub(crate) fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), health: Mutex::default() }
    }

    /// A place for a login code, if the provider works and one is free. Everybody takes one, known or not.
    pub(crate) fn place(&self, now: DateTime<Utc>) -> Result<OwnedSemaphorePermit, IdentityError> {
        if self.health().closed_until.is_some_and(|until| now < until) {
            return Err(IdentityError::SmsProvider(None));
        }
        self.places
            .clone()
            .try_acquire_owned()
            .map_err(|full| IdentityError::SmsProvider(Some(Box::new(full))))
    }

    fn note(&self, sent: bool, now: DateTime<Utc>) {
        let mut health = self.health();
        if sent {
            *health = Health::default();
            return;
        }
        health.failures += 1;
        if health.failures >= FAILURES {
            health.closed_until = Some(now + PAUSE);
        }
    }

    fn health(&self) -> std::sync::MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends a code now. If the provider does not take it, the sending does not count.
pub(crate) async fn send(
    app: &App,
    target: &CodeTarget,
    code: Redacted<String>,
    counted: Counted,
    request_id: RequestId,
) -> Result<(), IdentityError> {
    let minutes = app.rules.code_lifetime.get().as_secs().div_ceil(60);
    let message = CodeMessage { mobile: target.mobile.clone(), code, minutes, request_id };
    let sent = app.sms.send_code(message).await;
    // What the provider says of one number closes the way for nobody else.
    app.sending.note(!matches!(sent, Err(SmsError::Unsent(_))), app.now());
    let Err(refused) = sent else { return Ok(()) };
    if let Err(error) = codes::uncount_sending(app, target, counted).await {
        tracing::warn!(%error, "a sending that failed still counts");
    }
    Err(match refused {
        SmsError::Number(problem) => IdentityError::Neighbour(problem),
        SmsError::Unsent(cause) => IdentityError::SmsProvider(Some(cause)),
    })
}

/// Sends a code in the background, holding `place` until the provider has answered. It starts a little later, at random: started at once,
/// its work would slow down the very answer that must not tell whether there is any.
pub(crate) fn send_later(
    app: &Arc<App>,
    target: CodeTarget,
    code: Redacted<String>,
    counted: Counted,
    request_id: RequestId,
    place: OwnedSemaphorePermit,
) {
    let worker = app.clone();
    app.shutdown.spawn("send_login_code", async move {
        let _place = place;
        tokio::time::sleep(rand::random_range(PAUSE_BEFORE)).await;
        let sending = send(&worker, &target, code, counted, request_id);
        match tokio::time::timeout(PATIENCE, sending).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(error = %shiming_rpc::status::chain(&error), "login code not sent");
            }
            Err(_elapsed) => {
                worker.sending.note(false, worker.now());
                tracing::warn!("login code not sent in time");
                if let Err(error) = codes::uncount_sending(&worker, &target, counted).await {
                    tracing::warn!(%error, "a sending that failed still counts");
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-01T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn three_failures_in_a_row_close_the_way_for_a_while() {
        let sending = Sending::new(2);
        for _ in 0..2 {
            sending.note(false, noon());
        }
        sending.note(true, noon());
        for _ in 0..2 {
            sending.note(false, noon());
        }
        assert!(sending.place(noon()).is_ok(), "not in a row");
        sending.note(false, noon());
        assert!(matches!(sending.place(noon()), Err(IdentityError::SmsProvider(None))));
        assert!(sending.place(noon() + PAUSE).is_ok());
    }

    #[test]
    fn places_are_bounded() {
        let sending = Sending::new(1);
        let place = sending.place(noon()).unwrap();
        assert!(sending.place(noon()).is_err());
        drop(place);
        assert!(sending.place(noon()).is_ok());
    }
}
