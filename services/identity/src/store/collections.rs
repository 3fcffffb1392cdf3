//! Collections under way, found by the hash of their token.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use shiming_crypto::TokenHash;
use shiming_kernel::{CollectionId, FaceSessionId, PersonId};

use super::entities::collection::{ActiveModel, Column, Entity, Model};
use super::persons;
use super::vault::Vault;
use crate::domain::collection::{Collection, Step};
use crate::error::IdentityError;

/// Adds a collection that just began.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    collection: &Collection,
    token: &TokenHash,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let id = collection.id.as_uuid();
    let row = ActiveModel {
        id: Set(id),
        token_hash: Set(token.as_bytes().to_vec()),
        document_type: Set(collection.identity.document_type().name().to_owned()),
        number_sealed: Set(vault.seal("collections.number", id, collection.identity.document.as_str())?),
        name_sealed: Set(vault.seal("collections.name", id, collection.identity.name.original())?),
        step: Set(collection.step.as_str().to_owned()),
        face_session_id: Set(None),
        face_pass_time: Set(None),
        person_id: Set(None),
        device_hash: Set(collection.device_hash.clone()),
        version: Set(collection.version),
        create_time: Set(now),
        expire_time: Set(collection.expire_time),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The collection a token continues, as it is now.
pub(crate) async fn by_token(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    token: &TokenHash,
) -> Result<Option<Collection>, IdentityError> {
    let row = Entity::find().filter(Column::TokenHash.eq(token.as_bytes().to_vec())).one(conn).await?;
    row.map(|row| open(vault, &row)).transpose()
}

/// The collection a token continues, held against other transactions until this one ends.
pub(crate) async fn lock(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    token: &TokenHash,
) -> Result<Option<Collection>, IdentityError> {
    let query = Entity::find().filter(Column::TokenHash.eq(token.as_bytes().to_vec()));
    let row = query.lock_exclusive().one(conn).await?;
    row.map(|row| open(vault, &row)).transpose()
}

/// Writes what a step changed; refused when somebody changed the row since `collection` was read.
pub(crate) async fn save(conn: &impl ConnectionTrait, collection: &Collection) -> Result<(), IdentityError> {
    let result = Entity::update_many()
        .col_expr(Column::Step, Expr::value(collection.step.as_str()))
        .col_expr(Column::FaceSessionId, Expr::value(collection.face_session_id.map(|id| id.as_uuid())))
        .col_expr(Column::FacePassTime, Expr::value(collection.face_pass_time))
        .col_expr(Column::PersonId, Expr::value(collection.person_id.map(|id| id.as_uuid())))
        .col_expr(Column::ExpireTime, Expr::value(collection.expire_time))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(collection.id.as_uuid()))
        .filter(Column::Version.eq(collection.version))
        .exec(conn)
        .await?;
    if result.rows_affected == 1 { Ok(()) } else { Err(IdentityError::ConcurrentChange) }
}

/// Gives a collection another token; the one before continues nothing any more.
pub(crate) async fn renew_token(
    conn: &impl ConnectionTrait,
    id: CollectionId,
    token: &TokenHash,
) -> Result<(), IdentityError> {
    Entity::update_many()
        .col_expr(Column::TokenHash, Expr::value(token.as_bytes().to_vec()))
        .filter(Column::Id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

fn open(vault: &Vault, row: &Model) -> Result<Collection, IdentityError> {
    let number = vault.open("collections.number", row.id, &row.number_sealed)?;
    let name = vault.open("collections.name", row.id, &row.name_sealed)?;
    Ok(Collection {
        id: CollectionId::from(row.id),
        identity: persons::identity(&row.document_type, number.expose(), name.expose(), row.create_time)?,
        step: Step::from_str(&row.step).ok_or(IdentityError::Corrupt("collections.step"))?,
        face_session_id: row.face_session_id.map(FaceSessionId::from),
        face_pass_time: row.face_pass_time,
        expire_time: row.expire_time,
        person_id: row.person_id.map(PersonId::from),
        device_hash: row.device_hash.clone(),
        version: row.version,
    })
}
