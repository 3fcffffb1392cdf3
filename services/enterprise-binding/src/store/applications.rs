//! Applications as approvers and the sweep ask for them.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use shiming_kernel::{BindingId, EnterpriseId, PersonId};
use shiming_store::StoreError;
use uuid::Uuid;

use super::Vault;
use super::bindings::open_all;
use super::entities::binding::{Column, Entity};
use crate::domain::{Binding, BindingState};
use crate::error::EnterpriseBindingError;

type Found<T> = Result<T, EnterpriseBindingError>;

/// Where a page of applications ended: whether it was still among the pending ones, and the last one's id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct ApplicationCursor {
    pending: bool,
    id: BindingId,
}

impl ApplicationCursor {
    pub(crate) fn at(application: &Binding) -> Self {
        Self { pending: application.state == BindingState::Pending, id: application.id }
    }
}

/// Applications of `enterprises`, but for those of `approver` themselves: the pending ones first, then the newest.
pub(crate) async fn list_applications(
    db: &impl ConnectionTrait,
    vault: &Vault,
    enterprises: &[EnterpriseId],
    approver: PersonId,
    after: Option<ApplicationCursor>,
    limit: u64,
) -> Found<Vec<Binding>> {
    if enterprises.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Entity::find()
        .filter(Column::EnterpriseId.is_in(enterprises.iter().map(|id| Uuid::from(*id))))
        .filter(Column::AppliedFor.eq(true))
        .filter(Column::PersonId.ne(approver.as_uuid()));
    if let Some(ApplicationCursor { pending, id }) = after {
        let rank = i16::from(pending);
        let same_rank = Condition::all().add(Column::Rank.eq(rank)).add(Column::Id.lt(id.as_uuid()));
        select = select.filter(Condition::any().add(Column::Rank.lt(rank)).add(same_rank));
    }
    let rows = select
        .order_by_desc(Column::Rank)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await
        .map_err(StoreError::from)?;
    open_all(vault, &rows)
}

/// What waits for a decision in the enterprise, the oldest first.
pub(crate) async fn pending_applications(
    db: &impl ConnectionTrait,
    vault: &Vault,
    enterprise_id: EnterpriseId,
) -> Found<Vec<Binding>> {
    let rows = Entity::find()
        .filter(Column::EnterpriseId.eq(enterprise_id.as_uuid()))
        .filter(Column::State.eq(BindingState::Pending.as_str()))
        .order_by_asc(Column::Id)
        .all(db)
        .await
        .map_err(StoreError::from)?;
    open_all(vault, &rows)
}

/// Applications whose time was over at `now`, the oldest first.
pub(crate) async fn list_overdue(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Found<Vec<(BindingId, EnterpriseId)>> {
    let rows: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::EnterpriseId])
        .filter(Column::ExpireTime.is_not_null())
        .filter(Column::ExpireTime.lte(now))
        .order_by_asc(Column::ExpireTime)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
        .map_err(StoreError::from)?;
    Ok(rows.into_iter().map(|(id, enterprise)| (id.into(), enterprise.into())).collect())
}
