//! What the person of a session consented to, and what they withdrew.

use chrono::{DateTime, Utc};
use shiming_kernel::{AskedPage, CallContext};
use shiming_store::{Cursor, Page};
use uuid::Uuid;

use crate::app::App;
use crate::app::person::get_profile::get_profile;
use crate::domain::consent::LedgerEntry;
use crate::domain::withdrawal::Withdrawal;
use crate::error::IdentityError;
use crate::store::{consents, withdrawals};

const LIST: &str = "identity.consents";

/// A consent, and the withdrawal that ended it.
#[derive(Clone, Debug)]
pub(crate) struct ConsentView {
    pub(crate) entry: LedgerEntry,
    pub(crate) withdrawal: Option<Withdrawal>,
}

/// A page of them, the newest first.
pub(crate) async fn list_consents(
    app: &App,
    caller: &CallContext,
    page: &AskedPage,
) -> Result<Page<ConsentView>, IdentityError> {
    let person = get_profile(app, caller).await?;
    let (tokens, filter) = (app.store.page_tokens(), person.id);
    let asked = tokens.request(LIST, &filter, page)?;
    let after = asked.after.as_ref().map(Cursor::key::<(DateTime<Utc>, Uuid)>).transpose()?;
    let (reader, key) = (app.store.reader(), person.identity.key());
    let entries = consents::list(reader, &app.vault, &key, after, asked.limit()).await?;
    let withdrawals = withdrawals::of_identity(reader, &app.vault, &key).await?;
    let page = tokens.page(LIST, &filter, &asked, entries, |entry| (entry.create_time, entry.id))?;
    Ok(page.map(|entry| {
        let ended = withdrawals.iter().find(|one| one.covers(entry.purpose, entry.create_time));
        ConsentView { withdrawal: ended.cloned(), entry }
    }))
}
