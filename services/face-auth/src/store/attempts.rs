//! What identities used of their days.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use shiming_store::Tx;

use super::entities::face_attempt::{ActiveModel, Column, Entity, Model};
use super::{Found, Vault};
use crate::domain::Attempts;

/// How a capture that didn't pass is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    /// Somebody else's face.
    NotSame,
    /// No attempt.
    Free,
}

/// What the identity used of `day`, under whatever key its rows were written.
pub(crate) async fn used_attempts(
    db: &impl ConnectionTrait,
    vault: &Vault,
    document: &str,
    day: NaiveDate,
) -> Found<Attempts> {
    Ok(sum(&Entity::find().filter(of(vault, document, day)).all(db).await?))
}

/// The same, and nobody else may judge a capture of this identity, or count one, until the transaction ends.
pub(crate) async fn lock_attempts(tx: &Tx, vault: &Vault, document: &str, day: NaiveDate) -> Found<Attempts> {
    let first = ActiveModel {
        identity_index: Set(vault.index(document)),
        day: Set(day),
        not_same: Set(0),
        free: Set(0),
        update_time: Set(tx.now()),
    };
    let known = OnConflict::columns([Column::IdentityIndex, Column::Day]).do_nothing().to_owned();
    Entity::insert(first).on_conflict(known).try_insert().exec_without_returning(tx.conn()).await?;
    let rows = Entity::find()
        .filter(of(vault, document, day))
        .order_by_asc(Column::IdentityIndex)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    Ok(sum(&rows))
}

/// Counts a try; [`lock_attempts`] comes first.
pub(crate) async fn count_try(
    tx: &Tx,
    vault: &Vault,
    document: &str,
    day: NaiveDate,
    tried: Tried,
) -> Found<()> {
    let column = match tried {
        Tried::NotSame => Column::NotSame,
        Tried::Free => Column::Free,
    };
    let now: DateTime<Utc> = tx.now();
    Entity::update_many()
        .col_expr(column, Expr::col(column).add(1))
        .col_expr(Column::UpdateTime, Expr::value(now))
        .filter(Column::IdentityIndex.eq(vault.index(document)))
        .filter(Column::Day.eq(day))
        .exec(tx.conn())
        .await?;
    Ok(())
}

fn of(vault: &Vault, document: &str, day: NaiveDate) -> Condition {
    Condition::all().add(Column::IdentityIndex.is_in(vault.candidates(document))).add(Column::Day.eq(day))
}

fn sum(rows: &[Model]) -> Attempts {
    let total = |count: fn(&Model) -> i32| rows.iter().filter_map(|row| u32::try_from(count(row)).ok()).sum();
    Attempts { not_same: total(|row| row.not_same), free: total(|row| row.free) }
}
