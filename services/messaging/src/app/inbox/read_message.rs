//! Opens a message, which marks it read.

use serde_json::json;
use shiming_kernel::{CallContext, MessageId, RequestMeta};
use shiming_store::{AuditEntry, Idempotency};

use super::list_messages::MessageView;
use crate::app::{App, announce, person};
use crate::error::MessagingError;
use crate::store;

/// The caller's message, now read. Reading it again changes nothing; the record of the request holds its id to this message.
pub(crate) async fn read_message(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    message_id: MessageId,
) -> Result<MessageView, MessagingError> {
    let person_id = person(caller)?;
    let found = store::find_message(app.store.reader(), app.store.sealer(), person_id, message_id).await?;
    let mut message = found.ok_or(MessagingError::MessageNotFound)?;
    if request.validate_only {
        return Ok(MessageView::of(&message));
    }
    let key = Idempotency::of(caller, "ReadMessage", request, &message_id);
    let mark = || mark(app, caller, &key, message_id, message.is_read);
    app.store.retry("read_message", mark).await?;
    if !message.is_read {
        message.is_read = true;
        if announce(app, person_id).await.is_err() {
            tracing::warn!("counts not announced: the cache is unavailable");
        }
    }
    Ok(MessageView::of(&message))
}

async fn mark(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    message_id: MessageId,
    is_read: bool,
) -> Result<(), MessagingError> {
    let tx = app.store.begin("read_message").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    if !is_read {
        store::mark_read(&tx, message_id).await?;
        tx.audit(AuditEntry::of(caller, "message.read", message_id, json!({})));
    }
    Ok(tx.finish(key, ()).await?)
}
