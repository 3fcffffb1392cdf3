//! What runs beside the calls: the relay of the outbox, and the deletion of what need not be kept.

use std::sync::Arc;
use std::time::Duration;

use shiming_runtime::Shutdown;
use shiming_store::{EventSink, Relay, RelayConfig, Retention, RetentionConfig, Store};
use tokio_util::sync::CancellationToken;

use crate::store::purge::purge;

/// Starts them; they end at soft.
pub(crate) fn spawn(
    store: &Store,
    events: Arc<dyn EventSink>,
    relay: RelayConfig,
    retention: RetentionConfig,
    shutdown: &Shutdown,
) {
    let relay = Relay::new(store.clone(), events, relay);
    shutdown.spawn("identity.relay", relay.run(shutdown.soft()));
    let shared = Retention::new(store.clone(), retention);
    shutdown.spawn("identity.retention", shared.run(shutdown.soft()));
    let every = Duration::from_mins(retention.every_minutes.max(1));
    shutdown.spawn("identity.purge", purge_now_and_then(store.clone(), every, shutdown.soft()));
}

async fn purge_now_and_then(store: Store, every: Duration, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
        match purge(&store).await {
            Ok(done) => tracing::info!(done.collections, done.attempts, done.step_ups, "purged"),
            Err(error) => tracing::warn!(error = ?error, "purge will go on next time"),
        }
    }
}
