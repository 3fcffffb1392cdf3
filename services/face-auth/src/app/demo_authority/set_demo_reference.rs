//! Makes a photo the reference of a demo citizen. Absent where no demo citizens are configured.

use bytes::Bytes;
use shiming_face_engine::Template;
use shiming_identifiers::Identity;
use shiming_kernel::{CallContext, RequestMeta};
use shiming_store::Idempotency;

use crate::app::App;
use crate::app::keep_reference::{keep_reference, measure_photo};
use crate::domain::{IdentityKeys, Refusal};
use crate::error::FaceAuthError;

/// A demo citizen and their new photo.
pub(crate) struct SetDemoReference {
    pub(crate) person: Identity,
    pub(crate) photo: Bytes,
}

/// Sets it.
pub(crate) async fn set_demo_reference(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    cmd: &SetDemoReference,
) -> Result<(), FaceAuthError> {
    let keys = IdentityKeys::of(&cmd.person);
    if !app.demo_citizens.iter().any(|citizen| IdentityKeys::of(citizen) == keys) {
        return Err(Refusal::PersonNotFound.into());
    }
    let content = app.vault.content(app.engine.versions(), &keys, &cmd.photo);
    let key = Idempotency::of(caller, "SetDemoReference", request, &(&keys, content));
    let template = measure_photo(app, cmd.photo.clone()).await?;
    app.store.retry("set_demo_reference", || attempt(app, caller, &keys, &template, content, &key)).await
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    keys: &IdentityKeys,
    template: &Template,
    content: [u8; 32],
    key: &Idempotency,
) -> Result<(), FaceAuthError> {
    let tx = app.store.begin("set_demo_reference").await?;
    if let Some(()) = tx.replayed(key).await? {
        return Ok(());
    }
    keep_reference(app, caller, &tx, keys, template, content).await?;
    Ok(tx.finish(key, ()).await?)
}
