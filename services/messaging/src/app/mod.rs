//! What messaging does, one file per use case, in the folder of the contract's service that offers it; what several share stands beside them.

pub(crate) mod event;
mod forget;
pub(crate) mod inbox;
pub(crate) mod sms;

use std::sync::Arc;

use bytes::Bytes;
use shiming_cache::{CacheError, SharedCache};
use shiming_crypto::MacKey;
use shiming_kernel::{CallContext, IdSource, PersonId};
use shiming_store::Store;

use crate::clients::sms::SmsProvider;
use crate::error::MessagingError;

pub(crate) use event::deliver_events::{Event, MessageDraft, TodoDraft, deliver_events};
pub(crate) use forget::forget;
pub(crate) use inbox::list_messages::{MessageView, list_messages};
pub(crate) use inbox::list_todos::{TodoView, list_todos};
pub(crate) use inbox::read_message::read_message;
pub(crate) use inbox::watch_counts::{get_counts, watch_counts};
pub(crate) use sms::send_sms::{SendSms, send_sms};

/// What the use cases work with.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) cache: SharedCache,
    pub(crate) ids: IdSource,
    pub(crate) sms: Arc<dyn SmsProvider>,
    /// Fingerprints of text messages: what they say is guessable, so a bare hash would tell it.
    pub(crate) sms_fingerprints: MacKey,
}

/// Whose inbox the call is about.
fn person(caller: &CallContext) -> Result<PersonId, MessagingError> {
    caller.person_id().ok_or(MessagingError::NoSession)
}

/// The channel on which changes of a person's counts are announced.
fn counts_channel(person_id: PersonId) -> String {
    format!("counts:{person_id}")
}

/// Tells whoever watches that a person's counts may have changed. Only a hint: what counts stands in the store.
async fn announce(app: &App, person_id: PersonId) -> Result<(), CacheError> {
    app.cache.publish(&counts_channel(person_id), Bytes::from_static(b"changed")).await
}
