//! Wrong codes per identity and day. A try is taken before the code is compared and given back when it was right, so that no number of
//! parallel tries gets past the limit.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::entities::identity_attempt::{ActiveModel, Column, Entity};
use super::vault::Vault;
use crate::error::IdentityError;

/// How many tries of the day are taken.
pub(crate) async fn taken(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
    day: NaiveDate,
) -> Result<u32, IdentityError> {
    let rows = Entity::find().filter(of(vault, identity_key)).filter(Column::Day.eq(day)).all(conn).await?;
    Ok(rows.iter().map(|row| u32::try_from(row.wrong_tries).unwrap_or(0)).sum())
}

/// Takes one try of the day; `false` when none is left.
pub(crate) async fn take(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
    day: NaiveDate,
    limit: u32,
    now: DateTime<Utc>,
) -> Result<bool, IdentityError> {
    let index = vault.identities.index(identity_key).to_vec();
    let first = ActiveModel {
        identity_index: Set(index.clone()),
        day: Set(day),
        wrong_tries: Set(0),
        update_time: Set(now),
    };
    let known = OnConflict::columns([Column::IdentityIndex, Column::Day]).do_nothing().to_owned();
    Entity::insert(first).on_conflict(known).try_insert().exec_without_returning(conn).await?;
    let limit = i32::try_from(limit).unwrap_or(i32::MAX);
    let counted = Entity::update_many()
        .col_expr(Column::WrongTries, Expr::col(Column::WrongTries).add(1))
        .col_expr(Column::UpdateTime, Expr::value(now))
        .filter(Column::IdentityIndex.eq(index))
        .filter(Column::Day.eq(day))
        .filter(Expr::col(Column::WrongTries).lt(limit))
        .exec(conn)
        .await?;
    Ok(counted.rows_affected > 0)
}

/// Gives a try back.
pub(crate) async fn give_back(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    identity_key: &str,
    day: NaiveDate,
) -> Result<(), IdentityError> {
    Entity::update_many()
        .col_expr(Column::WrongTries, Expr::col(Column::WrongTries).sub(1))
        .filter(Column::IdentityIndex.eq(vault.identities.index(identity_key).to_vec()))
        .filter(Column::Day.eq(day))
        .filter(Expr::col(Column::WrongTries).gt(0))
        .exec(conn)
        .await?;
    Ok(())
}

fn of(vault: &Vault, identity_key: &str) -> sea_orm::sea_query::SimpleExpr {
    let indexes: Vec<Vec<u8>> =
        vault.identities.candidates(identity_key).into_iter().map(Vec::from).collect();
    Column::IdentityIndex.is_in(indexes)
}
