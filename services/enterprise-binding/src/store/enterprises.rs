//! The registry's rows.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use shiming_kernel::EnterpriseId;
use shiming_store::{StoreError, Tx};

use super::Vault;
use super::entities::enterprise::{ActiveModel, Column, Entity, Model};
use crate::domain::{Enterprise, EnterpriseStatus, NaturalPerson};
use crate::error::EnterpriseBindingError;

const REPRESENTATIVE: &str = "enterprises.representative";
const OFFICER: &str = "enterprises.officer";
const TAXPAYER: &str = "enterprises.taxpayer_id";

type Found<T> = Result<T, EnterpriseBindingError>;

/// The enterprises that carry one of `identifiers` as code or taxpayer id, those with it as code first.
pub(crate) async fn find_by_identifiers(
    db: &impl ConnectionTrait,
    vault: &Vault,
    identifiers: &[&str],
) -> Found<Vec<Enterprise>> {
    let indexes = identifiers.iter().flat_map(|identifier| vault.taxpayer_candidates(identifier));
    let either = Condition::any()
        .add(Column::Code.is_in(identifiers.iter().copied()))
        .add(Column::TaxpayerIndex.is_in(indexes));
    let rows =
        Entity::find().filter(either).order_by_asc(Column::Id).all(db).await.map_err(StoreError::from)?;
    let mut found = rows.into_iter().map(|row| open(vault, row)).collect::<Found<Vec<_>>>()?;
    let by_code = |enterprise: &Enterprise| {
        enterprise.unified_social_credit_code.as_deref().is_some_and(|code| identifiers.contains(&code))
    };
    found.sort_by_key(|enterprise| !by_code(enterprise));
    Ok(found)
}

pub(crate) async fn find_enterprise(
    db: &impl ConnectionTrait,
    vault: &Vault,
    id: EnterpriseId,
) -> Found<Option<Enterprise>> {
    let row = Entity::find_by_id(id.as_uuid()).one(db).await.map_err(StoreError::from)?;
    row.map(|row| open(vault, row)).transpose()
}

pub(crate) async fn find_enterprises(
    db: &impl ConnectionTrait,
    vault: &Vault,
    ids: impl Iterator<Item = EnterpriseId>,
) -> Found<HashMap<EnterpriseId, Enterprise>> {
    let ids: BTreeSet<_> = ids.map(|id| id.as_uuid()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(Column::Id.is_in(ids)).all(db).await.map_err(StoreError::from)?;
    rows.into_iter().map(|row| open(vault, row).map(|enterprise| (enterprise.id, enterprise))).collect()
}

/// Reads the record and keeps it from changing until the transaction ends. Whoever changes a binding or decides over one holds
/// this lock first: what is decided for one enterprise is decided one after the other.
pub(crate) async fn lock_enterprise(tx: &Tx, vault: &Vault, id: EnterpriseId) -> Found<Option<Enterprise>> {
    let row =
        Entity::find_by_id(id.as_uuid()).lock_exclusive().one(tx.conn()).await.map_err(StoreError::from)?;
    row.map(|row| open(vault, row)).transpose()
}

/// Locks every record that names this person's document, in one order, so that two of these can't wait for each other.
pub(crate) async fn lock_naming(tx: &Tx, vault: &Vault, person: &NaturalPerson) -> Found<Vec<Enterprise>> {
    let indexes = vault.person_candidates(person);
    let either = Condition::any()
        .add(Column::RepresentativeIndex.is_in(indexes.clone()))
        .add(Column::OfficerIndex.is_in(indexes));
    let rows = Entity::find()
        .filter(either)
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    rows.into_iter().map(|row| open(vault, row)).collect()
}

pub(crate) async fn insert_enterprise(tx: &Tx, vault: &Vault, enterprise: &Enterprise) -> Found<()> {
    let row = ActiveModel { create_time: Set(tx.now()), ..sealed(vault, enterprise, tx.now())? };
    Entity::insert(row).exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    Ok(())
}

pub(crate) async fn update_enterprise(tx: &Tx, vault: &Vault, enterprise: &Enterprise) -> Found<()> {
    Entity::update(sealed(vault, enterprise, tx.now())?).exec(tx.conn()).await.map_err(StoreError::from)?;
    Ok(())
}

fn sealed(vault: &Vault, enterprise: &Enterprise, now: DateTime<Utc>) -> Found<ActiveModel> {
    let id = enterprise.id.as_uuid();
    let officer = enterprise.finance_officer.as_ref();
    Ok(ActiveModel {
        id: Set(id),
        code: Set(enterprise.unified_social_credit_code.clone()),
        taxpayer_id: Set(vault.seal_text(TAXPAYER, id, &enterprise.taxpayer_id)?),
        taxpayer_index: Set(vault.taxpayer_index(enterprise.taxpayer_id.expose())),
        name: Set(enterprise.name.clone()),
        status: Set(enterprise.status.as_str().to_owned()),
        representative: Set(vault.seal_person(REPRESENTATIVE, id, &enterprise.legal_representative)?),
        representative_index: Set(vault.person_index(&enterprise.legal_representative)),
        officer: Set(officer.map(|officer| vault.seal_person(OFFICER, id, officer)).transpose()?),
        officer_index: Set(officer.map(|officer| vault.person_index(officer))),
        tax_authority: Set(enterprise.tax_authority.clone()),
        address: Set(enterprise.address.clone()),
        revision: Set(enterprise.revision),
        create_time: NotSet,
        update_time: Set(now),
    })
}

fn open(vault: &Vault, row: Model) -> Found<Enterprise> {
    let id = row.id;
    let officer = row.officer.as_deref().map(|sealed| vault.open_person(OFFICER, id, sealed)).transpose()?;
    Ok(Enterprise {
        id: id.into(),
        unified_social_credit_code: row.code,
        taxpayer_id: vault.open_text(TAXPAYER, id, &row.taxpayer_id)?,
        name: row.name,
        status: EnterpriseStatus::from_column(&row.status)
            .ok_or(EnterpriseBindingError::Stored("enterprises.status"))?,
        legal_representative: vault.open_person(REPRESENTATIVE, id, &row.representative)?,
        finance_officer: officer,
        tax_authority: row.tax_authority,
        address: row.address,
        revision: row.revision,
    })
}
