//! A text message's way to the provider, written down before it is sent: a repetition sends nothing.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sms_sendings")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) request_id: Uuid,
    /// The service that asked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) caller: String,
    /// `started`, `sent` or `failed`.
    pub(crate) state: String,
    /// MAC of mobile, wording and values: the same request id with another text is refused.
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) start_time: DateTime<Utc>,
    pub(crate) end_time: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
