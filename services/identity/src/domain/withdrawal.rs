//! The end of a consent: withdrawn at once, erased as soon as face-auth can be reached.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::PersonId;
use uuid::Uuid;

use super::consent::ConsentPurpose;

/// How much of each kind face-auth erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedCounts {
    /// Templates of the authority's photo.
    pub references: u32,
    /// Pictures kept of passed captures.
    pub evidence: u32,
    /// Face sessions.
    pub sessions: u32,
    /// Counters of past days.
    pub counters: u32,
}

/// What face-auth erased, and its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Its name, and that of the proof.
    pub erasure_id: Uuid,
    /// When.
    pub erase_time: DateTime<Utc>,
    /// How much.
    pub counts: ErasedCounts,
    /// A signed statement without anything personal.
    pub proof: String,
}

/// A withdrawal: of one consent, and with it of all earlier ones of its purpose.
#[derive(Clone, Debug)]
pub(crate) struct Withdrawal {
    pub(crate) id: Uuid,
    /// The consent that was withdrawn.
    pub(crate) consent_id: Uuid,
    pub(crate) person_id: PersonId,
    pub(crate) purpose: ConsentPurpose,
    pub(crate) withdraw_time: DateTime<Utc>,
    /// `None` while the erasure is under way.
    pub(crate) erasure: Option<Erasure>,
}

impl Withdrawal {
    /// Whether it ended a consent that entered the ledger at `create_time`.
    pub(crate) fn covers(&self, purpose: ConsentPurpose, create_time: DateTime<Utc>) -> bool {
        self.purpose == purpose && create_time <= self.withdraw_time
    }
}
