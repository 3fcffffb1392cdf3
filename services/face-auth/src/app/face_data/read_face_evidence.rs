//! Opens a picture that was kept, for an operator who says why.

use serde_json::json;
use shiming_kernel::{CallContext, FaceSessionId};
use shiming_store::AuditEntry;

use crate::app::App;
use crate::domain::Refusal;
use crate::error::FaceAuthError;
use crate::store::{self, KeptPicture};

/// The picture; it is audited before it is handed out.
pub(crate) async fn read_face_evidence(
    app: &App,
    caller: &CallContext,
    id: FaceSessionId,
    purpose: &str,
) -> Result<KeptPicture, FaceAuthError> {
    let tx = app.store.begin("read_face_evidence").await?;
    let evidence = store::find_evidence(tx.conn(), &app.vault, id, tx.now()).await?;
    let evidence = evidence.ok_or(Refusal::FaceDataNotFound)?;
    tx.audit(AuditEntry::of(caller, "face_evidence.read", id, json!({"purpose": purpose})));
    tx.commit().await?;
    Ok(evidence)
}
