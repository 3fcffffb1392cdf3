//! The job that forgets what is no longer needed, now and then.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::App;
use crate::store;

const EVERY: Duration = Duration::from_mins(30);

/// Purges every half hour until `stop`. Any number of replicas may do so.
pub(crate) async fn retain(app: Arc<App>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        match store::expire_evidence(&app.store, app.clock.now()).await {
            Ok(pictures) => tracing::info!(pictures, "evidence expired"),
            Err(error) => tracing::warn!(error = ?error, "expired evidence will go next time"),
        }
        match store::purge(&app.store, app.clock.now()).await {
            Ok(rows) => tracing::info!(rows, "retention"),
            Err(error) => tracing::warn!(error = ?error, "retention will go on next time"),
        }
    }
}
