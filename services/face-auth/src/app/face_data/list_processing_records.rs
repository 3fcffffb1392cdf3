//! How a person's face was processed. Nothing is looked up but their own: identity asks for the person of a session, an operator says
//! why, and that is audited.

use serde_json::json;
use shiming_identifiers::Identity;
use shiming_kernel::{AskedPage, CallContext, Caller};
use shiming_store::{AuditEntry, Cursor, Page};
use uuid::Uuid;

use crate::app::App;
use crate::domain::ProcessingRecord;
use crate::error::FaceAuthError;
use crate::store;

const LIST: &str = "face-auth.processing_records";

/// Whose records, and which page.
pub(crate) struct ListProcessingRecords {
    pub(crate) person: Identity,
    /// Why an operator looks.
    pub(crate) purpose: String,
    pub(crate) page: AskedPage,
}

/// A page of them, the newest first.
pub(crate) async fn list_processing_records(
    app: &App,
    caller: &CallContext,
    query: &ListProcessingRecords,
) -> Result<Page<ProcessingRecord>, FaceAuthError> {
    let document = query.person.key();
    let pseudonym = app.vault.pseudonym("identity", &document);
    if matches!(caller.caller, Caller::Ops(_)) {
        let tx = app.store.begin("list_processing_records").await?;
        let detail = json!({"purpose": query.purpose});
        tx.audit(AuditEntry::of(caller, "processing_records.read", &pseudonym, detail));
        tx.commit().await?;
    }
    let tokens = app.store.page_tokens();
    let asked = tokens.request(LIST, &pseudonym, &query.page)?;
    let before = asked.after.as_ref().map(Cursor::key::<Uuid>).transpose()?;
    let rows =
        store::list_processing(app.store.reader(), &app.vault, &document, before, asked.limit()).await?;
    Ok(tokens.page(LIST, &pseudonym, &asked, rows, |row| row.record_id)?)
}
