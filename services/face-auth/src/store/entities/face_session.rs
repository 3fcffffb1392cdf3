//! A face session: whom and what for, how far it got, what it proved.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "face_sessions")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) face_session_id: Uuid,
    pub(crate) purpose: String,
    pub(crate) subject_id: Uuid,
    /// Blind index of the document's family and number.
    pub(crate) identity_index: Vec<u8>,
    /// Sealed JSON of document and name keys.
    pub(crate) identity: Vec<u8>,
    pub(crate) token_hash: Vec<u8>,
    pub(crate) consent_id: Uuid,
    pub(crate) consent_version: String,
    pub(crate) consent_sha256: String,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) expire_time: DateTime<Utc>,
    /// The level the result must have.
    pub(crate) evidence: String,
    /// What the next capture must answer; all of it or none.
    pub(crate) challenge_nonce: Option<Vec<u8>>,
    pub(crate) challenge_actions: Option<String>,
    pub(crate) challenge_issue_time: Option<DateTime<Utc>>,
    pub(crate) challenge_expire_time: Option<DateTime<Utc>>,
    /// The capture that is being judged, and when it is given up.
    pub(crate) capture_id: Option<Uuid>,
    pub(crate) capture_until: Option<DateTime<Utc>>,
    /// The outcome; all of it or none.
    pub(crate) similarity: Option<f32>,
    pub(crate) threshold: Option<f32>,
    pub(crate) reached_evidence: Option<String>,
    pub(crate) liveness: Option<String>,
    pub(crate) passive: Option<f32>,
    pub(crate) actions: Option<String>,
    pub(crate) model_pack: Option<String>,
    pub(crate) decide_time: Option<DateTime<Utc>>,
    pub(crate) result_expire_time: Option<DateTime<Utc>>,
    /// Who compared; rows of version 0.1 have none: it was our own engine.
    pub(crate) provider: Option<String>,
    pub(crate) redeem_time: Option<DateTime<Utc>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
