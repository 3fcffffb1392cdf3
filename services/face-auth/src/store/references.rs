//! The authority's reference faces.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _, TryInsertResult,
};
use shiming_face_engine::Template;
use shiming_store::{StoreError, Tx};
use uuid::Uuid;

use super::entities::authority_reference::{ActiveModel, Column, Entity, Model};
use super::{Found, Vault};
use crate::domain::IdentityKeys;

/// A reference as stored; its template stays sealed until it is compared.
pub(crate) struct Reference {
    row: Model,
}

impl Reference {
    /// Which pack made the template.
    pub(crate) fn model_pack(&self) -> &str {
        &self.row.model_pack
    }

    /// Whether it was made of exactly this.
    pub(crate) fn has_content(&self, content: [u8; 32]) -> bool {
        self.row.content == content
    }

    /// The name's matching key.
    pub(crate) fn name(&self, vault: &Vault) -> Found<String> {
        Ok(vault.open_name(self.row.reference_id, &self.row.name)?)
    }

    /// The face.
    pub(crate) fn template(&self, vault: &Vault) -> Found<Template> {
        vault.open_template(self.row.reference_id, &self.row.template)
    }
}

/// A reference to be stored.
pub(crate) struct NewReference<'a> {
    pub(crate) keys: &'a IdentityKeys,
    pub(crate) template: &'a Template,
    pub(crate) model_pack: &'a str,
    pub(crate) content: [u8; 32],
}

/// Where a reference went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
    pub(crate) reference_id: Uuid,
    /// Whether it took an older one's place.
    pub(crate) is_replacement: bool,
}

/// The reference of a document, under whatever key it was written.
pub(crate) async fn find_reference(
    db: &impl ConnectionTrait,
    vault: &Vault,
    document: &str,
) -> Found<Option<Reference>> {
    let row = Entity::find().filter(Column::IdentityIndex.is_in(vault.candidates(document))).one(db).await?;
    Ok(row.map(|row| Reference { row }))
}

/// Stores a reference under `new_id`, or in the place of the document's older one.
pub(crate) async fn put_reference(
    tx: &Tx,
    vault: &Vault,
    new_id: Uuid,
    reference: &NewReference<'_>,
) -> Found<Stored> {
    if let Some(older) = lock(tx, vault, &reference.keys.document).await? {
        return replace(tx, vault, older, reference).await;
    }
    let row = ActiveModel { create_time: Set(tx.now()), ..sealed(tx, vault, new_id, reference)? };
    let conflict = OnConflict::column(Column::IdentityIndex).do_nothing().to_owned();
    let inserted =
        Entity::insert(row).on_conflict(conflict).try_insert().exec_without_returning(tx.conn()).await?;
    if matches!(inserted, TryInsertResult::Inserted(rows) if rows > 0) {
        return Ok(Stored { reference_id: new_id, is_replacement: false });
    }
    // Somebody else stored one meanwhile; the later wins.
    let older = lock(tx, vault, &reference.keys.document).await?.ok_or(StoreError::InFlight)?;
    replace(tx, vault, older, reference).await
}

/// How many persons have a reference, of a certain pack where one is named.
pub(crate) async fn count_references(db: &impl ConnectionTrait, model_pack: Option<&str>) -> Found<u64> {
    let of_pack = model_pack.map(|pack| Column::ModelPack.eq(pack));
    Ok(Entity::find().filter(Condition::all().add_option(of_pack)).count(db).await?)
}

async fn lock(tx: &Tx, vault: &Vault, document: &str) -> Found<Option<Uuid>> {
    let row = Entity::find()
        .filter(Column::IdentityIndex.is_in(vault.candidates(document)))
        .lock_exclusive()
        .one(tx.conn())
        .await?;
    Ok(row.map(|row| row.reference_id))
}

async fn replace(tx: &Tx, vault: &Vault, older: Uuid, reference: &NewReference<'_>) -> Found<Stored> {
    Entity::update(sealed(tx, vault, older, reference)?).exec(tx.conn()).await?;
    Ok(Stored { reference_id: older, is_replacement: true })
}

fn sealed(tx: &Tx, vault: &Vault, id: Uuid, reference: &NewReference<'_>) -> Found<ActiveModel> {
    Ok(ActiveModel {
        reference_id: Set(id),
        identity_index: Set(vault.index(&reference.keys.document)),
        template: Set(vault.seal_template(id, reference.template)?),
        name: Set(vault.seal_name(id, &reference.keys.name)?),
        model_pack: Set(reference.model_pack.to_owned()),
        content: Set(reference.content.to_vec()),
        create_time: NotSet,
        update_time: Set(tx.now()),
    })
}
