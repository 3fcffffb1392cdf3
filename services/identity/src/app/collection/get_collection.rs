//! Says where a collection stands, so that a page that was closed, or a service that crashed, goes on where it was.

use chrono::{DateTime, Utc};
use shiming_crypto::TokenHash;
use shiming_identifiers::{DocumentType, MASKED_DATE};
use shiming_kernel::{CallContext, Redacted};

use crate::app::App;
use crate::domain::collection::Step;
use crate::error::IdentityError;
use crate::store::collections;

/// Where a collection stands.
#[derive(Clone, Debug)]
pub(crate) struct CollectionView {
    pub(crate) step: Step,
    pub(crate) expire_time: DateTime<Utc>,
    pub(crate) document_type: DocumentType,
    pub(crate) document_masked: String,
    pub(crate) name_masked: String,
    /// As it may be shown, once the face has passed and where the number states it; whole it would tell the number.
    pub(crate) birth_date: &'static str,
}

/// Reads a collection, finished ones included until they expire.
pub(crate) async fn get_collection(
    app: &App,
    caller: &CallContext,
    token: &Redacted<String>,
) -> Result<CollectionView, IdentityError> {
    let hash = TokenHash::of(token.expose());
    let found = collections::by_token(app.store.reader(), &app.vault, &hash).await?;
    let device = caller.client.device_hash.as_deref();
    let collection = found.filter(|one| !one.is_expired(app.now()) && one.is_of(device));
    let collection = collection.ok_or(IdentityError::CollectionNotFound)?;
    let identity = &collection.identity;
    let birth_date = identity.birth_date().filter(|_| collection.step != Step::Face);
    Ok(CollectionView {
        step: collection.step,
        expire_time: collection.expire_time,
        document_type: identity.document_type(),
        document_masked: identity.document.masked(),
        name_masked: identity.name.masked(),
        birth_date: if birth_date.is_some() { MASKED_DATE } else { "" },
    })
}
