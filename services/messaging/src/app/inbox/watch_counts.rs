//! How many things wait: once, and after every change.

use std::sync::Arc;

use futures::stream::{self, Stream, StreamExt as _};
use shiming_kernel::{CallContext, PersonId};

use crate::app::{App, counts_channel, person};
use crate::domain::Counts;
use crate::error::MessagingError;
use crate::store;

/// The caller's counts now: counted, not kept, so that they can't drift from the lists.
pub(crate) async fn get_counts(app: &App, caller: &CallContext) -> Result<Counts, MessagingError> {
    count(app, person(caller)?).await
}

async fn count(app: &App, person_id: PersonId) -> Result<Counts, MessagingError> {
    let db = app.store.reader();
    let unread = store::count_unread(db, person_id).await?;
    let open = store::count_open(db, person_id).await?;
    let shown = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    Ok(Counts { unread_messages: shown(unread), open_todos: shown(open) })
}

/// The caller's counts now, and again after every change. Watching starts before the first count, so that no change is missed.
pub(crate) async fn watch_counts(
    app: Arc<App>,
    caller: &CallContext,
) -> Result<impl Stream<Item = Result<Counts, MessagingError>> + Send + use<>, MessagingError> {
    let person_id = person(caller)?;
    let changes = app.cache.subscribe(&counts_channel(person_id)).await?;
    let signals = stream::once(async {}).chain(changes.map(|_change| ()));
    let counts = signals.then(move |()| {
        let app = Arc::clone(&app);
        async move { count(&app, person_id).await }
    });
    let mut last = None;
    Ok(counts.filter_map(move |counts| {
        let new = !matches!(&counts, Ok(now) if last.replace(*now) == Some(*now));
        std::future::ready(new.then_some(counts))
    }))
}
