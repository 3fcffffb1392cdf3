//! Messaging's tables, and every question asked of them. The only place that names sea-orm.

mod entities;
mod events;
mod messages;
mod migrations;
mod parts;
mod retention;
mod sendings;
mod todos;

pub(crate) use events::remember_event;
pub(crate) use messages::{StoredMessage, add_message, count_unread, find_message, list_messages, mark_read};
pub(crate) use migrations::Migrator;
pub(crate) use parts::PartCursor;
pub(crate) use retention::purge;
pub(crate) use sendings::{Sending, SendingState, begin_sending, end_sending};
pub(crate) use todos::{add_todo, close_task, count_open, list_todos, withdraw_todo};
