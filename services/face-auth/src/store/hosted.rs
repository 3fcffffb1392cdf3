//! What face sessions need for providers outside the house: the person in full, a check's ticket, its last word.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde::{Deserialize, Serialize};
use shiming_identifiers::{DocumentType, Identity};
use shiming_kernel::{FaceSessionId, Redacted};
use shiming_store::{StoreError, Tx};

use super::entities::face_session;
use super::entities::provider_check::{ActiveModel, Column, Entity, Model};
use super::{Found, Vault};
use crate::domain::{FaceSession, ProviderOutcome, Ticket};
use crate::error::FaceAuthError;

/// A session's dealings with providers.
pub(crate) struct ProviderCheck {
    /// The person, while the session is open.
    pub(crate) person: Option<Identity>,
    /// What the provider gave, while the session is open.
    pub(crate) ticket: Option<Ticket>,
    /// Before that the provider isn't asked again.
    pub(crate) next_query_time: Option<DateTime<Utc>>,
    /// The provider's last word.
    pub(crate) outcome: Option<ProviderOutcome>,
}

#[derive(Serialize, Deserialize)]
struct StoredPerson {
    kind: DocumentType,
    number: Redacted<String>,
    name: Redacted<String>,
}

/// Keeps the person in full, sealed, for as long as the session is open.
pub(crate) async fn keep_person(
    tx: &Tx,
    vault: &Vault,
    session: &FaceSession,
    person: &Identity,
) -> Found<()> {
    let id = session.face_session_id.as_uuid();
    let stored = StoredPerson {
        kind: person.document.document_type(),
        number: person.document.as_str().into(),
        name: person.name.original().into(),
    };
    let row = ActiveModel {
        face_session_id: Set(id),
        person: Set(Some(vault.seal_json("provider_checks.person", id, &stored)?)),
        provider: NotSet,
        ticket: NotSet,
        next_query_time: NotSet,
        outcome: NotSet,
        expire_time: Set(session.expire_time),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The dealings of this session, if it has any.
pub(crate) async fn find_check(
    db: &impl ConnectionTrait,
    vault: &Vault,
    id: FaceSessionId,
) -> Found<Option<ProviderCheck>> {
    Entity::find_by_id(id.as_uuid()).one(db).await?.map(|row| open(vault, &row)).transpose()
}

/// The dealings of this session; nobody else may change them until the transaction ends.
pub(crate) async fn lock_check(tx: &Tx, vault: &Vault, id: FaceSessionId) -> Found<Option<ProviderCheck>> {
    let row = Entity::find_by_id(id.as_uuid()).lock_exclusive().one(tx.conn()).await?;
    row.map(|row| open(vault, &row)).transpose()
}

/// Writes down the check that was opened.
pub(crate) async fn keep_ticket(tx: &Tx, vault: &Vault, id: FaceSessionId, ticket: &Ticket) -> Found<()> {
    let sealed = vault.seal_json("provider_checks.ticket", id.as_uuid(), ticket)?;
    Entity::update_many()
        .col_expr(Column::Provider, Expr::value(ticket.provider().as_str()))
        .col_expr(Column::Ticket, Expr::value(sealed))
        .filter(Column::FaceSessionId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes when the provider may be asked again.
pub(crate) async fn set_next_query(tx: &Tx, id: FaceSessionId, at: DateTime<Utc>) -> Found<()> {
    Entity::update_many()
        .col_expr(Column::NextQueryTime, Expr::value(at))
        .filter(Column::FaceSessionId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes the provider's last word, forgets the person and the ticket, and, when the face did not pass, ends the session: its person
/// begins a new one.
pub(crate) async fn end_check(tx: &Tx, id: FaceSessionId, outcome: ProviderOutcome) -> Found<()> {
    let word = serde_json::to_value(outcome).map_err(StoreError::from)?;
    Entity::update_many()
        .col_expr(Column::Outcome, Expr::value(word.as_str()))
        .filter(Column::FaceSessionId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    forget_person(tx, id).await?;
    if outcome != ProviderOutcome::Passed {
        face_session::Entity::update_many()
            .col_expr(face_session::Column::ExpireTime, Expr::value(tx.now()))
            .filter(face_session::Column::FaceSessionId.eq(id.as_uuid()))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Forgets the person and the ticket of a session that has ended.
pub(crate) async fn forget_person(tx: &Tx, id: FaceSessionId) -> Found<()> {
    Entity::update_many()
        .col_expr(Column::Person, Expr::value(None::<Vec<u8>>))
        .col_expr(Column::Ticket, Expr::value(None::<Vec<u8>>))
        .filter(Column::FaceSessionId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

fn open(vault: &Vault, row: &Model) -> Found<ProviderCheck> {
    let id = row.face_session_id;
    let stored = |sealed| vault.open_json::<StoredPerson>("provider_checks.person", id, sealed);
    let person = row.person.as_deref().map(stored).transpose()?.as_ref().map(person).transpose()?;
    let ticket = |sealed| vault.open_json::<Ticket>("provider_checks.ticket", id, sealed);
    let ticket = row.ticket.as_deref().map(ticket).transpose()?;
    let outcome =
        row.outcome.clone().map(|word| serde_json::from_value(word.into()).map_err(StoreError::from));
    Ok(ProviderCheck { person, ticket, next_query_time: row.next_query_time, outcome: outcome.transpose()? })
}

fn person(stored: &StoredPerson) -> Found<Identity> {
    // It was read by its rules when it came; only a birth in the future depends on the day.
    let (number, name) = (stored.number.expose(), stored.name.expose());
    Identity::parse(stored.kind, number, name, NaiveDate::MAX, "person")
        .map_err(|_| FaceAuthError::Stored("provider_checks.person"))
}
