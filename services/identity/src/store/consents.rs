//! The consent ledger.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait as _};
use shiming_kernel::ClientInfo;
use uuid::Uuid;

use super::entities::consent::{ActiveModel, Entity};
use super::vault::Vault;
use crate::domain::consent::ConsentText;
use crate::error::IdentityError;

/// An entry about to be written.
#[derive(Clone, Debug)]
pub(crate) struct ConsentEntry<'a> {
    pub(crate) id: Uuid,
    /// `collection` or `person`.
    pub(crate) subject_kind: &'static str,
    pub(crate) subject_id: Uuid,
    pub(crate) identity_key: &'a str,
    pub(crate) text: ConsentText,
    pub(crate) agree_time: DateTime<Utc>,
    pub(crate) client: &'a ClientInfo,
}

/// Adds an entry.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    vault: &Vault,
    entry: &ConsentEntry<'_>,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let row = ActiveModel {
        id: Set(entry.id),
        subject_kind: Set(entry.subject_kind.to_owned()),
        subject_id: Set(entry.subject_id),
        identity_index: Set(vault.identities.index(entry.identity_key).to_vec()),
        index_version: Set(vault.index_version()?),
        purpose: Set(entry.text.purpose.as_str().to_owned()),
        text_version: Set(entry.text.version.to_owned()),
        text_sha256: Set(entry.text.text_sha256.to_owned()),
        agree_time: Set(entry.agree_time),
        ip_hash: Set(entry.client.ip_hash.clone()),
        device_hash: Set(entry.client.device_hash.clone()),
        user_agent: Set(entry.client.user_agent.clone()),
        create_time: Set(now),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}
