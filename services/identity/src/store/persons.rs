//! Collected persons: found by id or by the blind index of their identity key.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use shiming_identifiers::{
    DocumentNumber, DocumentType, EmailAddress, Ethnicity, Identity, Mobile, Nationality, PersonName,
};
use shiming_kernel::{CollectionId, EvidenceLevel, PersonId, china_date};
use uuid::Uuid;

use super::entities::person::{ActiveModel, Column, Entity, Model};
use super::vault::Vault;
use crate::domain::person::Person;
use crate::domain::profile::{Profile, Validity};
use crate::error::IdentityError;

/// The unique index that lets one identity be collected once.
pub(crate) const ONE_PER_IDENTITY: &str = "uq_persons_identity_index";
/// The unique index that holds the persons of one mobile apart.
pub(crate) const ONE_PER_MOBILE_SLOT: &str = "uq_persons_mobile_index_mobile_slot";

/// The person of an id.
pub(crate) async fn by_id(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    id: PersonId,
) -> Result<Option<Person>, IdentityError> {
    Entity::find_by_id(id.as_uuid()).one(conn).await?.map(|row| open(vault, &row)).transpose()
}

/// A row of nobody's: opening it costs what opening a person's costs.
#[derive(Clone)]
pub(crate) struct Decoy(Model);

impl Decoy {
    /// A decoy sealed with the service's own keys.
    pub(crate) fn new(vault: &Vault, now: DateTime<Utc>) -> Result<Self, IdentityError> {
        let broken = |_| IdentityError::Corrupt("decoy");
        let person = Person {
            id: PersonId::from(Uuid::nil()),
            identity: identity(DocumentType::ResidentId.name(), "11010519491231002X", "无名氏", now)?,
            mobile: Vault::stored_mobile("10000000000")?,
            profile: Profile {
                email: Some(EmailAddress::parse("nobody@example.cn").map_err(broken)?),
                nationality: Nationality::from_alpha2("CN").map_err(broken)?,
                ethnicity: Ethnicity::from_code("01").map_err(broken)?.into(),
                birth_date: NaiveDate::default().into(),
                validity: Validity { from: NaiveDate::default(), until: None },
                issuing_authority: "北京市公安局朝阳分局".into(),
                address: "北京市朝阳区某街道某小区一号楼一单元一零一室".into(),
            },
            evidence: EvidenceLevel::Face,
            evidence_time: now,
        };
        Ok(Self(sealed(vault, &person, 0, CollectionId::from(Uuid::nil()), now)?))
    }
}

/// The person of an identity key and `true`, or the decoy and `false`. Takes the same steps in both cases.
pub(crate) async fn by_identity_or_decoy(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    decoy: &Decoy,
    key: &str,
) -> Result<(Person, bool), IdentityError> {
    let row = Entity::find().filter(Column::IdentityIndex.is_in(candidates(vault, key))).one(conn).await?;
    let collected = row.is_some();
    Ok((open(vault, row.as_ref().unwrap_or(&decoy.0))?, collected))
}

/// Whether an identity key is collected.
pub(crate) async fn is_collected(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    key: &str,
) -> Result<bool, IdentityError> {
    let query = Entity::find().select_only().column(Column::Id);
    let row = query
        .filter(Column::IdentityIndex.is_in(candidates(vault, key)))
        .into_tuple::<Uuid>()
        .one(conn)
        .await?;
    Ok(row.is_some())
}

/// The places a mobile's persons take.
pub(crate) async fn taken_slots(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    mobile: &Mobile,
) -> Result<Vec<i16>, IdentityError> {
    let indexes: Vec<Vec<u8>> =
        vault.mobiles.candidates(mobile.as_str()).into_iter().map(Vec::from).collect();
    let query =
        Entity::find().select_only().column(Column::MobileSlot).filter(Column::MobileIndex.is_in(indexes));
    Ok(query.into_tuple().all(conn).await?)
}

/// Adds a person in a place of the mobile. Both unique indexes may refuse.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    person: &Person,
    slot: i16,
    collection: CollectionId,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let row = sealed(vault, person, slot, collection, now)?;
    Entity::insert(ActiveModel::from(row)).exec_without_returning(conn).await?;
    Ok(())
}

fn sealed(
    vault: &Vault,
    person: &Person,
    slot: i16,
    collection: CollectionId,
    now: DateTime<Utc>,
) -> Result<Model, IdentityError> {
    let id = person.id.as_uuid();
    let seal = |column: &str, text: &str| vault.seal(column, id, text);
    let Person { identity, mobile, profile, .. } = person;
    let email = profile.email.as_ref().map(|email| seal("persons.email", email.as_str())).transpose()?;
    Ok(Model {
        id,
        document_type: identity.document_type().name().to_owned(),
        identity_index: vault.identities.index(&identity.key()).to_vec(),
        index_version: vault.index_version()?,
        number_sealed: seal("persons.number", identity.document.as_str())?,
        name_sealed: seal("persons.name", identity.name.original())?,
        mobile_index: vault.mobiles.index(mobile.as_str()).to_vec(),
        mobile_slot: slot,
        mobile_sealed: seal("persons.mobile", mobile.as_str())?,
        email_sealed: email,
        nationality: profile.nationality.alpha2().to_owned(),
        ethnicity_sealed: seal("persons.ethnicity", profile.ethnicity.expose().code())?,
        birth_date_sealed: seal("persons.birth_date", &profile.birth_date.expose().to_string())?,
        valid_from: profile.validity.from,
        valid_until: profile.validity.until,
        issuing_authority_sealed: seal("persons.issuing_authority", profile.issuing_authority.expose())?,
        address_sealed: seal("persons.address", profile.address.expose())?,
        evidence: person.evidence.as_str().to_owned(),
        evidence_time: Some(person.evidence_time),
        collection_id: collection.as_uuid(),
        create_time: now,
    })
}

fn candidates(vault: &Vault, key: &str) -> Vec<Vec<u8>> {
    vault.identities.candidates(key).into_iter().map(Vec::from).collect()
}

fn open(vault: &Vault, row: &Model) -> Result<Person, IdentityError> {
    let id = row.id;
    let field = |column: &str, sealed: &[u8]| vault.open(column, id, sealed);
    let number = field("persons.number", &row.number_sealed)?;
    let name = field("persons.name", &row.name_sealed)?;
    let email = row.email_sealed.as_deref().map(|sealed| field("persons.email", sealed)).transpose()?;
    let email = email.map(|text| EmailAddress::parse(text.expose())).transpose();
    let birth_date: NaiveDate = field("persons.birth_date", &row.birth_date_sealed)?
        .expose()
        .parse()
        .map_err(|_| IdentityError::Corrupt("persons.birth_date"))?;
    let ethnicity = Ethnicity::from_code(field("persons.ethnicity", &row.ethnicity_sealed)?.expose());
    let nationality = Nationality::from_alpha2(&row.nationality);
    Ok(Person {
        id: PersonId::from(id),
        identity: identity(&row.document_type, number.expose(), name.expose(), row.create_time)?,
        mobile: Vault::stored_mobile(field("persons.mobile", &row.mobile_sealed)?.expose())?,
        profile: Profile {
            email: email.map_err(|_| IdentityError::Corrupt("persons.email"))?,
            nationality: nationality.map_err(|_| IdentityError::Corrupt("persons.nationality"))?,
            ethnicity: ethnicity.map_err(|_| IdentityError::Corrupt("persons.ethnicity"))?.into(),
            birth_date: birth_date.into(),
            validity: Validity { from: row.valid_from, until: row.valid_until },
            issuing_authority: field("persons.issuing_authority", &row.issuing_authority_sealed)?,
            address: field("persons.address", &row.address_sealed)?,
        },
        evidence: match row.evidence.as_str() {
            "sms" => EvidenceLevel::Sms,
            "face" => EvidenceLevel::Face,
            "face_strict" => EvidenceLevel::FaceStrict,
            _ => return Err(IdentityError::Corrupt("persons.evidence")),
        },
        evidence_time: row.evidence_time.unwrap_or(row.create_time),
    })
}

/// A stored identity; `when` it was stored it was well-formed.
pub(super) fn identity(
    kind: &str,
    number: &str,
    name: &str,
    when: DateTime<Utc>,
) -> Result<Identity, IdentityError> {
    let kind = DocumentType::from_name(kind).map_err(|_| IdentityError::Corrupt("document_type"))?;
    let document = DocumentNumber::parse(kind, number, china_date(when));
    Ok(Identity {
        document: document.map_err(|_| IdentityError::Corrupt("number"))?,
        name: PersonName::parse(name).map_err(|_| IdentityError::Corrupt("name"))?,
    })
}
