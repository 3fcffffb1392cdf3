//! The job that deletes what is no longer needed.

use std::sync::Arc;

use shiming_store::StoreError;

use super::App;
use crate::store;

/// Deletes everything whose time is over.
pub(crate) async fn forget(app: Arc<App>) -> Result<(), StoreError> {
    let rows = store::purge(&app.store, app.store.now()).await?;
    tracing::info!(rows, "retention");
    Ok(())
}
