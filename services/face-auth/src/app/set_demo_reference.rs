//! Makes a photo the reference of a demo citizen. Absent where no demo citizens are configured.

use bytes::Bytes;
use shiming_kernel::{CallContext, RequestMeta};
use shiming_store::Idempotency;

use super::App;
use super::keep_reference::{keep_reference, measure_photo};
use crate::domain::{IdentityKeys, KnownPerson, Refusal};
use crate::engine::Template;
use crate::error::FaceAuthError;

/// A demo citizen and their new photo.
pub(crate) struct SetDemoReference {
    pub(crate) request: RequestMeta,
    pub(crate) person: KnownPerson,
    pub(crate) photo: Bytes,
}

/// Sets it.
pub(crate) async fn set_demo_reference(
    app: &App,
    caller: &CallContext,
    cmd: SetDemoReference,
) -> Result<(), FaceAuthError> {
    let keys = cmd.person.keys();
    if !app.demo_citizens.iter().any(|citizen| citizen.keys() == keys) {
        return Err(Refusal::PersonNotFound.into());
    }
    let content = app.vault.content(app.engine.versions(), &keys, &cmd.photo);
    let request =
        Idempotency::new(cmd.request, format!("{}:set_demo_reference", caller.caller), &(&keys, content));
    let template = measure_photo(app, cmd.photo).await?;
    app.store.retry("set_demo_reference", || attempt(app, caller, &keys, &template, content, &request)).await
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    keys: &IdentityKeys,
    template: &Template,
    content: [u8; 32],
    request: &Idempotency,
) -> Result<(), FaceAuthError> {
    let tx = app.store.begin("set_demo_reference").await?;
    if let Some(()) = tx.replayed(request).await? {
        return Ok(());
    }
    keep_reference(app, caller, &tx, keys, template, content).await?;
    Ok(tx.finish(request, ()).await?)
}
