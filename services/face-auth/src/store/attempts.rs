//! What identities and devices used of their days.

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
use crate::domain::{Attempts, Tried};

/// Whose day it is: an identity's or a device's, by the indexes its rows may have; the first is what new rows get.
pub(crate) struct Quota(Vec<Vec<u8>>);

impl Quota {
    pub(crate) fn of_identity(vault: &Vault, document: &str) -> Self {
        Self(vault.candidates(document))
    }

    pub(crate) fn of_device(vault: &Vault, device: &str) -> Self {
        Self(vault.device_candidates(device))
    }

    fn index(&self) -> Vec<u8> {
        self.0.first().cloned().unwrap_or_default()
    }

    fn on(&self, day: NaiveDate) -> Condition {
        Condition::all().add(Column::IdentityIndex.is_in(self.0.iter().cloned())).add(Column::Day.eq(day))
    }
}

/// What was used of `day`, under whatever key its rows were written.
pub(crate) async fn used_attempts(
    db: &impl ConnectionTrait,
    quota: &Quota,
    day: NaiveDate,
) -> Found<Attempts> {
    Ok(sum(&Entity::find().filter(quota.on(day)).all(db).await?))
}

/// The same, and nobody else may judge a capture under this quota, or count one, until the transaction ends. An identity's comes before
/// a device's.
pub(crate) async fn lock_attempts(tx: &Tx, quota: &Quota, day: NaiveDate) -> Found<Attempts> {
    let first = ActiveModel {
        identity_index: Set(quota.index()),
        day: Set(day),
        not_same: Set(0),
        attacks: Set(0),
        incomplete: Set(0),
        free: Set(0),
        update_time: Set(tx.now()),
    };
    let known = OnConflict::columns([Column::IdentityIndex, Column::Day]).do_nothing().to_owned();
    Entity::insert(first).on_conflict(known).try_insert().exec_without_returning(tx.conn()).await?;
    let rows = Entity::find()
        .filter(quota.on(day))
        .order_by_asc(Column::IdentityIndex)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    Ok(sum(&rows))
}

/// Counts a try; [`lock_attempts`] comes first.
pub(crate) async fn count_try(tx: &Tx, quota: &Quota, day: NaiveDate, tried: Tried) -> Found<()> {
    let columns: &[Column] = match tried {
        Tried::NotSame => &[Column::NotSame],
        Tried::Attack => &[Column::NotSame, Column::Attacks],
        Tried::Incomplete => &[Column::Incomplete],
        Tried::Free => &[Column::Free],
    };
    let now: DateTime<Utc> = tx.now();
    let update = Entity::update_many().col_expr(Column::UpdateTime, Expr::value(now));
    let update =
        columns.iter().fold(update, |update, column| update.col_expr(*column, Expr::col(*column).add(1)));
    let mine = update.filter(Column::IdentityIndex.eq(quota.index())).filter(Column::Day.eq(day));
    mine.exec(tx.conn()).await?;
    Ok(())
}

/// Gives a fresh day.
pub(crate) async fn forgive(tx: &Tx, quota: &Quota, day: NaiveDate) -> Found<()> {
    Entity::delete_many().filter(quota.on(day)).exec(tx.conn()).await?;
    Ok(())
}

fn sum(rows: &[Model]) -> Attempts {
    let total = |count: fn(&Model) -> i32| rows.iter().filter_map(|row| u32::try_from(count(row)).ok()).sum();
    Attempts {
        not_same: total(|row| row.not_same),
        attacks: total(|row| row.attacks),
        incomplete: total(|row| row.incomplete),
        free: total(|row| row.free),
    }
}
