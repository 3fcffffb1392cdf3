//! One answer per request id: a repeat is answered from the record, never done twice.
//!
//! [`Tx::replayed`](crate::Tx::replayed) inserts the record's row first thing in the transaction. A concurrent call with the same
//! id waits on that row until the first one commits, and then finds its answer; if the first rolls back, it takes its place.
//! The fingerprint of the command is kept inside the sealed answer: commands hold personal data, and a bare hash of a guessable
//! value can be guessed.

use aws_lc_rs::digest::{SHA256, digest};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait as _, TryInsertResult};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shiming_crypto::Sealer;
use shiming_kernel::{CallContext, RequestMeta};

use crate::entities::idempotency::{ActiveModel, Column, Entity};
use crate::error::StoreError;

const FINGERPRINT: usize = 32;

/// What makes two calls the same call.
#[derive(Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The client's id of the intent, and whether it is only to be checked.
    pub request: RequestMeta,
    /// Who asks for what: person or caller, and method. Another scope is another record.
    pub scope: String,
    /// Hash of the command: the same id with another one is refused.
    pub fingerprint: [u8; FINGERPRINT],
}

impl Idempotency {
    /// The record by which a repeat of `call`'s `method` (`SubmitApplication`) is known: who asks, for what, with which words.
    pub fn of(
        call: &CallContext,
        method: &'static str,
        request: RequestMeta,
        command: &impl Serialize,
    ) -> Self {
        Self::new(request, format!("{}/{method}", call.actor()), command)
    }

    /// A record's key, with the fingerprint taken of the command's JSON (fields in declaration order; leave `request_id` and
    /// `validate_only` out of the command, or in: they are equal on a repeat).
    pub fn new(request: RequestMeta, scope: impl Into<String>, command: &impl Serialize) -> Self {
        Self { request, scope: scope.into(), fingerprint: fingerprint(command) }
    }

    fn context(&self) -> Vec<u8> {
        format!("idempotency.response:{}:{}", self.scope, self.request.request_id).into_bytes()
    }
}

impl std::fmt::Debug for Idempotency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Idempotency")
            .field("request", &self.request)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// SHA-256 of a value's JSON: for [`Idempotency::fingerprint`] and for the filter of a page token.
pub fn fingerprint(value: &impl Serialize) -> [u8; FINGERPRINT] {
    // A type that can't be JSON (a map with non-string keys) fails for every value alike; its error text stands in for it.
    let json = serde_json::to_vec(value).unwrap_or_else(|error| error.to_string().into_bytes());
    sha256(&json)
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; FINGERPRINT] {
    let mut out = [0; FINGERPRINT];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

/// What taking a record's place found.
pub(crate) enum Claim {
    /// The row is ours until the transaction ends.
    Ours,
    /// It was answered before: the sealed answer.
    Answered(Vec<u8>),
}

/// Takes the record's place, waiting for a transaction that is just answering it.
pub(crate) async fn claim(
    conn: &impl ConnectionTrait,
    key: &Idempotency,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Claim, StoreError> {
    let request_id = key.request.request_id.as_uuid();
    let row = ActiveModel {
        scope: Set(key.scope.clone()),
        request_id: Set(request_id),
        response: NotSet,
        create_time: Set(now),
    };
    let conflict = OnConflict::columns([Column::Scope, Column::RequestId]).do_nothing().to_owned();
    match Entity::insert(row).on_conflict(conflict).try_insert().exec_without_returning(conn).await? {
        TryInsertResult::Inserted(1..) => return Ok(Claim::Ours),
        // Without RETURNING, sea-orm reports the conflict as "inserted 0 rows".
        TryInsertResult::Inserted(0) | TryInsertResult::Conflicted | TryInsertResult::Empty => {}
    }
    let found = Entity::find_by_id((key.scope.clone(), request_id)).one(conn).await?;
    found.and_then(|row| row.response).map(Claim::Answered).ok_or(StoreError::InFlight)
}

/// Writes the answer into the row [`claim`] took.
pub(crate) async fn answer(
    conn: &impl ConnectionTrait,
    sealer: &Sealer,
    key: &Idempotency,
    out: &impl Serialize,
) -> Result<(), StoreError> {
    let mut content = key.fingerprint.to_vec();
    serde_json::to_writer(&mut content, out)?;
    let row = ActiveModel {
        scope: Set(key.scope.clone()),
        request_id: Set(key.request.request_id.as_uuid()),
        response: Set(Some(sealer.seal(&key.context(), &content)?)),
        create_time: NotSet,
    };
    Entity::update(row).exec(conn).await?;
    Ok(())
}

/// Reads an earlier answer, if it was given to the same command.
pub(crate) fn read<T: DeserializeOwned>(
    sealer: &Sealer,
    key: &Idempotency,
    record: &[u8],
) -> Result<T, StoreError> {
    let plain = sealer.open(&key.context(), record)?;
    match plain.split_first_chunk::<FINGERPRINT>() {
        Some((fingerprint, json)) if *fingerprint == key.fingerprint => Ok(serde_json::from_slice(json)?),
        _ => Err(StoreError::RequestIdReused),
    }
}
