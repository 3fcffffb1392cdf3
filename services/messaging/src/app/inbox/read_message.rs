//! Opens a message, which marks it read.

use serde_json::json;
use shiming_kernel::{CallContext, MessageId, RequestMeta};
use shiming_store::AuditEntry;

use super::list_messages::MessageView;
use crate::app::{App, announce, person};
use crate::error::MessagingError;
use crate::store;

/// The caller's message, now read. Reading it again changes nothing, so no record of the request is needed.
pub(crate) async fn read_message(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    message_id: MessageId,
) -> Result<MessageView, MessagingError> {
    let person_id = person(caller)?;
    let found = store::find_message(app.store.reader(), app.store.sealer(), person_id, message_id).await?;
    let mut message = found.ok_or(MessagingError::MessageNotFound)?;
    if !message.is_read && !request.validate_only {
        app.store.retry("read_message", || mark(app, caller, message_id)).await?;
        message.is_read = true;
        if announce(app, person_id).await.is_err() {
            tracing::warn!("counts not announced: the cache is unavailable");
        }
    }
    Ok(MessageView::of(&message))
}

async fn mark(app: &App, caller: &CallContext, message_id: MessageId) -> Result<(), MessagingError> {
    let tx = app.store.begin("read_message").await?;
    store::mark_read(&tx, message_id).await?;
    tx.audit(AuditEntry::of(caller, "message.read", message_id, json!({})));
    Ok(tx.commit().await?)
}
