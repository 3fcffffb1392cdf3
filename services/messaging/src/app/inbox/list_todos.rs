//! 我的待办: open first, each part newest first.

use chrono::{DateTime, Utc};
use shiming_kernel::{AskedPage, CallContext, TodoId};
use shiming_store::Page;

use super::list_messages::words;
use crate::app::{App, person};
use crate::domain::Rendered;
use crate::error::MessagingError;
use crate::store::{self, PartCursor};

const LIST: &str = "messaging.todos";

/// A to-do with its words.
#[derive(Clone)]
pub(crate) struct TodoView {
    pub(crate) todo_id: TodoId,
    pub(crate) words: Rendered,
    pub(crate) is_done: bool,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) done_time: Option<DateTime<Utc>>,
}

/// A page of the caller's to-dos.
pub(crate) async fn list_todos(
    app: &App,
    caller: &CallContext,
    page: &AskedPage,
) -> Result<Page<TodoView>, MessagingError> {
    let person_id = person(caller)?;
    let tokens = app.store.page_tokens();
    let request = tokens.request(LIST, &person_id, page)?;
    let after = request.after.as_ref().map(shiming_store::Cursor::key::<PartCursor>).transpose()?;
    let rows =
        store::list_todos(app.store.reader(), app.store.sealer(), person_id, after, request.limit()).await?;
    let page = tokens.page(LIST, &person_id, &request, rows, |row| (row.is_done, row.todo_id.as_uuid()))?;
    Ok(page.map(|row| TodoView {
        todo_id: row.todo_id,
        words: words(&row.template, &row.params),
        is_done: row.is_done,
        create_time: row.create_time,
        done_time: row.done_time,
    }))
}
