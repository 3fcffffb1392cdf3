//! Stores one row of an import. A row that was stored before changes nothing, and isn't even measured: an import that broke off is
//! simply sent again.

use std::time::Duration;

use bytes::Bytes;
use chrono::NaiveDate;
use shiming_face_engine::{EngineError, Template};
use shiming_identifiers::Identity;
use shiming_kernel::{CallContext, ErrorKind, ServiceError as _, china_date};

use crate::app::App;
use crate::app::keep_reference::{keep_reference, measure_photo, refuse_erased};
use crate::domain::{IdentityKeys, refuse_child};
use crate::error::FaceAuthError;
use crate::store;

/// How often a row waits for a free worker. Captures come first: people wait for those.
const PATIENCE: u32 = 100;

/// A person and the authority's photo of them.
pub(crate) struct ReferenceRow {
    pub(crate) person: Identity,
    pub(crate) photo: Bytes,
    /// When it was taken, where that is known; otherwise today stands for it.
    pub(crate) photo_date: Option<NaiveDate>,
}

/// Stores it.
pub(crate) async fn import_reference(
    app: &App,
    caller: &CallContext,
    row: ReferenceRow,
) -> Result<(), FaceAuthError> {
    let stored = store_row(app, caller, row).await;
    if let Err(error) = &stored
        && error.kind() == ErrorKind::Internal
    {
        // The answer to the row says no more than "internal"; what it was stands here.
        tracing::error!(error = ?error, "a reference couldn't be imported");
    }
    stored
}

async fn store_row(app: &App, caller: &CallContext, row: ReferenceRow) -> Result<(), FaceAuthError> {
    let today = china_date(app.store.now());
    refuse_child(&row.person, row.photo_date.unwrap_or(today).min(today))?;
    let keys = IdentityKeys::of(&row.person);
    let content = app.vault.content(app.engine.versions(), &keys, &row.photo);
    let known = store::find_reference(app.store.reader(), &app.vault, &keys.document).await?;
    if known
        .is_some_and(|known| known.has_content(content) && known.model_pack() == app.engine.versions().pack)
    {
        return Ok(());
    }
    refuse_erased(app, app.store.reader(), &keys).await?;
    let template = measure_patiently(app, row.photo).await?;
    app.store.retry("import_reference", || attempt(app, caller, &keys, &template, content)).await
}

async fn measure_patiently(app: &App, photo: Bytes) -> Result<Template, FaceAuthError> {
    let mut waited = 0;
    loop {
        let pause: Duration = match measure_photo(app, photo.clone()).await {
            Err(FaceAuthError::Engine(EngineError::Busy { retry_after })) if waited < PATIENCE => retry_after,
            outcome => return outcome,
        };
        tokio::time::sleep(pause).await;
        waited += 1;
    }
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    keys: &IdentityKeys,
    template: &Template,
    content: [u8; 32],
) -> Result<(), FaceAuthError> {
    let tx = app.store.begin("import_reference").await?;
    keep_reference(app, caller, &tx, keys, template, content).await?;
    Ok(tx.commit().await?)
}
