//! Lets a face session be opened only on a consent that counts: to a text in force, and not withdrawn since.
//!
//! A consent given after an erasure ends the erasure's effect: from then on the person's reference may be imported again. It is the
//! consent itself that does so and not a passed face, for without a reference no face could pass.

use serde_json::json;
use shiming_kernel::CallContext;
use shiming_store::{AuditEntry, Tx};

use crate::app::App;
use crate::domain::{Consent, IdentityKeys, Refusal};
use crate::error::FaceAuthError;
use crate::store;

pub(super) async fn admit_consent(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    keys: &IdentityKeys,
    consent: &Consent,
) -> Result<(), FaceAuthError> {
    app.privacy.accepted.admit(consent)?;
    store::take_turn(tx, &app.vault, &keys.document).await?;
    let Some(tombstone) = store::find_tombstone(tx.conn(), &app.vault, &keys.document).await? else {
        return Ok(());
    };
    if !consent.is_later_than(tombstone.withdraw_time, tx.now()) {
        return Err(Refusal::ConsentRequired.into());
    }
    store::lift_tombstone(tx, &app.vault, &keys.document).await?;
    let detail = json!({"consent_id": consent.consent_id, "consent_version": consent.version});
    tx.audit(AuditEntry::of(caller, "face_data.consent_renewed", tombstone.erasure.erasure_id, detail));
    Ok(())
}
