//! Processing records: written with each decision, listed for the person, kept as long as the law wants.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use shiming_store::Tx;
use uuid::Uuid;

use super::entities::face_session;
use super::entities::processing_record::{ActiveModel, Column, Entity, Model};
use super::{Found, Vault};
use crate::domain::{NewProcessing, ProcessedKind, ProcessingRecord, Provider, Purpose, Refusal};
use crate::error::FaceAuthError;

/// Notes a decision in a session, with the consent the session was opened on.
pub(crate) async fn insert_processing(tx: &Tx, new: &NewProcessing<'_>) -> Found<()> {
    let session = face_session::Entity::find_by_id(new.face_session_id.as_uuid()).one(tx.conn()).await?;
    let session = session.ok_or(Refusal::SessionNotFound)?;
    let kinds: Vec<_> = new.kinds.iter().map(|kind| kind.as_str()).collect();
    let row = ActiveModel {
        record_id: Set(new.record_id),
        identity_index: Set(session.identity_index),
        process_time: Set(tx.now()),
        face_session_id: Set(session.face_session_id),
        purpose: Set(session.purpose),
        consent_id: Set(session.consent_id),
        consent_version: Set(session.consent_version),
        kinds: Set(kinds.join(" ")),
        processor: Set(new.provider.as_str().to_owned()),
        result: Set(new.result.to_owned()),
        evidence_expire_time: Set(new.evidence_expire_time),
        expire_time: Set(new.expire_time),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Up to `limit` records of an identity, the newest first, before the record `before`.
pub(crate) async fn list_processing(
    db: &impl ConnectionTrait,
    vault: &Vault,
    document: &str,
    before: Option<Uuid>,
    limit: u64,
) -> Found<Vec<ProcessingRecord>> {
    let mut select = Entity::find().filter(Column::IdentityIndex.is_in(vault.candidates(document)));
    if let Some(before) = before {
        select = select.filter(Column::RecordId.lt(before));
    }
    let rows = select.order_by_desc(Column::RecordId).limit(limit).all(db).await?;
    rows.into_iter().map(open).collect()
}

fn open(row: Model) -> Found<ProcessingRecord> {
    let stored = FaceAuthError::Stored;
    let kinds = row.kinds.split_whitespace().map(ProcessedKind::from_column).collect::<Option<_>>();
    Ok(ProcessingRecord {
        record_id: row.record_id,
        process_time: row.process_time,
        purpose: Purpose::from_column(&row.purpose).ok_or(stored("purpose"))?,
        consent_id: row.consent_id,
        consent_version: row.consent_version,
        kinds: kinds.ok_or(stored("kinds"))?,
        provider: Provider::from_column(&row.processor).ok_or(stored("processor"))?,
        result: row.result,
        evidence_expire_time: row.evidence_expire_time,
        expire_time: row.expire_time,
    })
}
