//! What importing a reference and setting a demo citizen's have in common.

use bytes::Bytes;
use serde_json::json;
use shiming_face_engine::{CaptureFault, EngineError, Template};
use shiming_kernel::CallContext;
use shiming_store::{AuditEntry, Tx};

use super::App;
use crate::domain::{IdentityKeys, Refusal};
use crate::error::FaceAuthError;
use crate::store::{self, NewReference};

/// The template of an authority's photo; the photo is forgotten with this call.
pub(super) async fn measure_photo(app: &App, photo: Bytes) -> Result<Template, FaceAuthError> {
    app.engine.template_of_reference(photo).await.map_err(|error| match error {
        EngineError::Capture(CaptureFault::NotAnImage) => Refusal::NotAnImage.into(),
        EngineError::Capture(CaptureFault::ImageTooLarge) => app.rules.capture.too_large().into(),
        EngineError::Capture(fault) => Refusal::CaptureQuality(fault).into(),
        error => FaceAuthError::Engine(error),
    })
}

/// Refuses a reference of a person whose face data was erased and who hasn't agreed again.
pub(super) async fn refuse_erased(
    app: &App,
    db: &impl store::Connection,
    keys: &IdentityKeys,
) -> Result<(), FaceAuthError> {
    let erased = store::find_tombstone(db, &app.vault, &keys.document).await?.is_some();
    if erased { Err(Refusal::FaceDataErased.into()) } else { Ok(()) }
}

/// Stores a template as the person's reference, in the place of an older one, and audits it.
pub(super) async fn keep_reference(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    keys: &IdentityKeys,
    template: &Template,
    content: [u8; 32],
) -> Result<(), FaceAuthError> {
    store::take_turn(tx, &app.vault, &keys.document).await?;
    refuse_erased(app, tx.conn(), keys).await?;
    let model_pack = &app.engine.versions().pack;
    let reference = NewReference { keys, template, model_pack, content };
    let stored = store::put_reference(tx, &app.vault, app.ids.next(), &reference).await?;
    let detail = json!({"model_pack": model_pack, "is_replacement": stored.is_replacement});
    tx.audit(AuditEntry::of(caller, "reference.stored", stored.reference_id, detail));
    Ok(())
}
