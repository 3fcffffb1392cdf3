//! Bindings: written under the lock of their enterprise.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, IntoActiveModel as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use shiming_kernel::{BindingId, EnterpriseId, PersonId};
use shiming_store::{StoreError, Tx};
use uuid::Uuid;

use super::Vault;
use super::entities::binding::{ActiveModel, Column, Entity, Model};
use crate::domain::{Binding, BindingState, Refusal, Role};
use crate::error::EnterpriseBindingError;

/// The index that refuses a second pending or active binding of one person in one role.
pub(crate) const ROLE_TAKEN: &str = "uq_bindings_person_id_enterprise_id_role";

const HOLDER: &str = "bindings.holder";

type Found<T> = Result<T, EnterpriseBindingError>;

pub(crate) async fn find_binding(
    db: &impl ConnectionTrait,
    vault: &Vault,
    id: BindingId,
) -> Found<Option<Binding>> {
    let row = Entity::find_by_id(id.as_uuid()).one(db).await.map_err(StoreError::from)?;
    row.map(|row| open(vault, &row)).transpose()
}

/// All of a person's bindings of these enterprises, whatever became of them.
pub(crate) async fn own_bindings(
    db: &impl ConnectionTrait,
    vault: &Vault,
    person_id: PersonId,
    enterprises: &[EnterpriseId],
) -> Found<Vec<Binding>> {
    let rows = Entity::find()
        .filter(Column::PersonId.eq(person_id.as_uuid()))
        .filter(Column::EnterpriseId.is_in(enterprises.iter().map(|id| Uuid::from(*id))))
        .order_by_desc(Column::Id)
        .all(db)
        .await
        .map_err(StoreError::from)?;
    open_all(vault, &rows)
}

/// A person's bindings in `states` (all when empty), the newest first, after the one named.
pub(crate) async fn list_own_bindings(
    db: &impl ConnectionTrait,
    vault: &Vault,
    person_id: PersonId,
    states: &[BindingState],
    after: Option<BindingId>,
    limit: u64,
) -> Found<Vec<Binding>> {
    let mut select = Entity::find().filter(Column::PersonId.eq(person_id.as_uuid()));
    if !states.is_empty() {
        select = select.filter(Column::State.is_in(states.iter().map(|state| state.as_str())));
    }
    if let Some(after) = after {
        select = select.filter(Column::Id.lt(after.as_uuid()));
    }
    let rows = select.order_by_desc(Column::Id).limit(limit).all(db).await.map_err(StoreError::from)?;
    open_all(vault, &rows)
}

/// Who decides applications of the enterprise now, each once.
pub(crate) async fn approvers(
    db: &impl ConnectionTrait,
    enterprise_id: EnterpriseId,
) -> Found<Vec<PersonId>> {
    let people: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::PersonId)
        .distinct()
        .filter(Column::EnterpriseId.eq(enterprise_id.as_uuid()))
        .filter(Column::State.eq(BindingState::Active.as_str()))
        .filter(Column::Role.is_in(Role::APPROVERS.map(Role::as_str)))
        .into_tuple()
        .all(db)
        .await
        .map_err(StoreError::from)?;
    Ok(people.into_iter().map(PersonId::from).collect())
}

/// The enterprises whose applications the person decides now.
pub(crate) async fn managed_enterprises(
    db: &impl ConnectionTrait,
    person_id: PersonId,
) -> Found<Vec<EnterpriseId>> {
    let ids: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::EnterpriseId)
        .distinct()
        .filter(Column::PersonId.eq(person_id.as_uuid()))
        .filter(Column::State.eq(BindingState::Active.as_str()))
        .filter(Column::Role.is_in(Role::APPROVERS.map(Role::as_str)))
        .into_tuple()
        .all(db)
        .await
        .map_err(StoreError::from)?;
    Ok(ids.into_iter().map(EnterpriseId::from).collect())
}

/// Every active binding of the enterprise.
pub(crate) async fn active_bindings(
    db: &impl ConnectionTrait,
    enterprise_id: EnterpriseId,
) -> Found<Vec<BindingId>> {
    let ids: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::EnterpriseId.eq(enterprise_id.as_uuid()))
        .filter(Column::State.eq(BindingState::Active.as_str()))
        .into_tuple()
        .all(db)
        .await
        .map_err(StoreError::from)?;
    Ok(ids.into_iter().map(BindingId::from).collect())
}

/// The active bindings whose ground is the registry.
pub(crate) async fn registry_bindings(
    db: &impl ConnectionTrait,
    vault: &Vault,
    enterprise_id: EnterpriseId,
) -> Found<Vec<Binding>> {
    let rows = Entity::find()
        .filter(Column::EnterpriseId.eq(enterprise_id.as_uuid()))
        .filter(Column::State.eq(BindingState::Active.as_str()))
        .filter(Column::FromRegistry.eq(true))
        .all(db)
        .await
        .map_err(StoreError::from)?;
    open_all(vault, &rows)
}

pub(crate) async fn insert_binding(tx: &Tx, vault: &Vault, binding: &Binding) -> Found<()> {
    let row = sealed(vault, binding)?.into_active_model();
    Entity::insert(row).exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    Ok(())
}

/// Writes a changed binding over the revision it was read at; another one there means that somebody was faster.
pub(crate) async fn update_binding(tx: &Tx, binding: &Binding) -> Found<()> {
    let changed = ActiveModel {
        state: Set(binding.state.as_str().to_owned()),
        rank: Set(rank(binding)),
        from_registry: Set(binding.from_registry),
        decide_time: Set(binding.decide_time),
        decided_by: Set(binding.decided_by.map(Uuid::from)),
        expire_time: Set(binding.expire_time),
        revision: Set(binding.revision),
        ..ActiveModel::default()
    };
    let written = Entity::update_many()
        .set(changed)
        .filter(Column::Id.eq(binding.id.as_uuid()))
        .filter(Column::Revision.eq(binding.revision - 1))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if written.rows_affected == 1 { Ok(()) } else { Err(Refusal::ConcurrentChange.into()) }
}

fn rank(binding: &Binding) -> i16 {
    i16::from(binding.state == BindingState::Pending)
}

fn sealed(vault: &Vault, binding: &Binding) -> Found<Model> {
    let id = binding.id.as_uuid();
    Ok(Model {
        id,
        enterprise_id: binding.enterprise_id.into(),
        person_id: binding.person_id.into(),
        role: binding.role.as_str().to_owned(),
        state: binding.state.as_str().to_owned(),
        rank: rank(binding),
        applied_for: binding.applied_for,
        from_registry: binding.from_registry,
        holder: vault.seal_person(HOLDER, id, &binding.holder)?,
        create_time: binding.create_time,
        decide_time: binding.decide_time,
        decided_by: binding.decided_by.map(Uuid::from),
        expire_time: binding.expire_time,
        revision: binding.revision,
    })
}

pub(super) fn open_all(vault: &Vault, rows: &[Model]) -> Found<Vec<Binding>> {
    rows.iter().map(|row| open(vault, row)).collect()
}

fn open(vault: &Vault, row: &Model) -> Found<Binding> {
    let stored = EnterpriseBindingError::Stored;
    Ok(Binding {
        id: row.id.into(),
        enterprise_id: row.enterprise_id.into(),
        person_id: row.person_id.into(),
        role: Role::from_column(&row.role).ok_or(stored("bindings.role"))?,
        state: BindingState::from_column(&row.state).ok_or(stored("bindings.state"))?,
        applied_for: row.applied_for,
        from_registry: row.from_registry,
        holder: vault.open_person(HOLDER, row.id, &row.holder)?,
        create_time: row.create_time,
        decide_time: row.decide_time,
        decided_by: row.decided_by.map(PersonId::from),
        expire_time: row.expire_time,
        revision: row.revision,
    })
}
