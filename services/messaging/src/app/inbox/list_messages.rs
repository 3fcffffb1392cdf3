//! 消息: unread first, each part newest first.

use chrono::{DateTime, Utc};
use shiming_kernel::{AskedPage, CallContext, MessageId};
use shiming_store::Page;

use crate::app::{App, person};
use crate::domain::{Rendered, Template};
use crate::error::MessagingError;
use crate::store::{self, PartCursor, StoredMessage};

const LIST: &str = "messaging.messages";

/// A message with its words.
#[derive(Clone)]
pub(crate) struct MessageView {
    pub(crate) message_id: MessageId,
    pub(crate) words: Rendered,
    pub(crate) is_read: bool,
    pub(crate) create_time: DateTime<Utc>,
}

impl MessageView {
    /// The message in words. A template is never taken away while messages use it; should it be, the message says so.
    pub(super) fn of(message: &StoredMessage) -> Self {
        Self {
            message_id: message.message_id,
            words: words(&message.template, &message.params),
            is_read: message.is_read,
            create_time: message.create_time,
        }
    }
}

/// The words of a stored message or to-do.
pub(super) fn words(template: &str, params: &crate::domain::Params) -> Rendered {
    Template::named(template).map_or_else(
        || Rendered { title: "通知".into(), body: "该通知的内容已不再提供。".into(), link: "" },
        |template| template.render(params),
    )
}

/// A page of the caller's messages.
pub(crate) async fn list_messages(
    app: &App,
    caller: &CallContext,
    page: &AskedPage,
) -> Result<Page<MessageView>, MessagingError> {
    let person_id = person(caller)?;
    let tokens = app.store.page_tokens();
    let request = tokens.request(LIST, &person_id, page)?;
    let after = request.after.as_ref().map(shiming_store::Cursor::key::<PartCursor>).transpose()?;
    let rows =
        store::list_messages(app.store.reader(), app.store.sealer(), person_id, after, request.limit())
            .await?;
    let page =
        tokens.page(LIST, &person_id, &request, rows, |row| (row.is_read, row.message_id.as_uuid()))?;
    Ok(page.map(|row| MessageView::of(&row)))
}
