//! The job that deletes what is no longer needed.

use std::sync::Arc;

use shiming_store::StoreError;

use super::App;
use crate::store;

/// Deletes expired pictures, and everything else whose time is over.
pub(crate) async fn forget(app: Arc<App>) -> Result<(), StoreError> {
    let now = app.store.now();
    let pictures = store::expire_evidence(&app.store, now).await;
    let rows = store::purge(&app.store, now).await?;
    tracing::info!(pictures = pictures?, rows, "retention");
    Ok(())
}
