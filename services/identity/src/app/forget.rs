//! The job that deletes what is no longer needed.

use std::sync::Arc;

use shiming_store::StoreError;

use super::App;
use crate::store::purge::purge;

/// Deletes everything whose time is over.
pub(crate) async fn forget(app: Arc<App>) -> Result<(), StoreError> {
    let done = purge(&app.store).await?;
    tracing::info!(done.collections, done.attempts, done.step_ups, "retention");
    Ok(())
}
