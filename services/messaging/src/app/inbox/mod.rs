//! `InboxService`.

pub(crate) mod list_messages;
pub(crate) mod list_todos;
pub(crate) mod read_message;
pub(crate) mod watch_counts;
