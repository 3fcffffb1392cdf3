//! Wrong codes per identity and day. The row is locked while a code is compared, so that no number of parallel tries gets past the limit.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::entities::identity_attempt::{ActiveModel, Column, Entity, Model};
use super::vault::Vault;
use crate::error::IdentityError;

/// How many tries of the day were wrong.
pub(crate) async fn wrong(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
    day: NaiveDate,
) -> Result<u32, IdentityError> {
    let rows = Entity::find().filter(of(vault, identity_key)).filter(Column::Day.eq(day)).all(conn).await?;
    Ok(sum(&rows))
}

/// The same, held against other transactions until this one ends.
pub(crate) async fn lock(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
    day: NaiveDate,
    now: DateTime<Utc>,
) -> Result<u32, IdentityError> {
    let first = ActiveModel {
        identity_index: Set(vault.identities.index(identity_key).to_vec()),
        day: Set(day),
        wrong_tries: Set(0),
        update_time: Set(now),
    };
    let known = OnConflict::columns([Column::IdentityIndex, Column::Day]).do_nothing().to_owned();
    Entity::insert(first).on_conflict(known).try_insert().exec_without_returning(conn).await?;
    let query = Entity::find().filter(of(vault, identity_key)).filter(Column::Day.eq(day));
    Ok(sum(&query.lock_exclusive().all(conn).await?))
}

/// Counts a wrong try; the row is locked already.
pub(crate) async fn count(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
    day: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    Entity::update_many()
        .col_expr(Column::WrongTries, Expr::col(Column::WrongTries).add(1))
        .col_expr(Column::UpdateTime, Expr::value(now))
        .filter(Column::IdentityIndex.eq(vault.identities.index(identity_key).to_vec()))
        .filter(Column::Day.eq(day))
        .exec(conn)
        .await?;
    Ok(())
}

fn sum(rows: &[Model]) -> u32 {
    rows.iter().map(|row| u32::try_from(row.wrong_tries).unwrap_or(0)).sum()
}

fn of(vault: &Vault, identity_key: &str) -> sea_orm::sea_query::SimpleExpr {
    let indexes: Vec<Vec<u8>> =
        vault.identities.candidates(identity_key).into_iter().map(Vec::from).collect();
    Column::IdentityIndex.is_in(indexes)
}
