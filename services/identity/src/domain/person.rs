//! A collected person.

use chrono::{DateTime, NaiveDate, Utc};
use shiming_identifiers::{Identity, Mobile};
use shiming_kernel::{EvidenceLevel, PersonId, age_on};

use super::profile::Profile;

const ADULT_AT: u32 = 18;

/// Somebody whose face was compared once and whose phone answered. Debug shows nothing of the person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) identity: Identity,
    pub(crate) mobile: Mobile,
    pub(crate) profile: Profile,
    /// What the record rests on.
    pub(crate) evidence: EvidenceLevel,
    /// Since when it does.
    pub(crate) evidence_time: DateTime<Utc>,
}

impl Person {
    /// Whether the collected document is valid on `day`.
    pub(crate) fn document_valid(&self, day: NaiveDate) -> bool {
        self.profile.validity.covers(day)
    }

    /// Whether the person is 18 or older on `day`.
    pub(crate) fn is_adult(&self, day: NaiveDate) -> bool {
        age_on(*self.profile.birth_date.expose(), day) >= ADULT_AT
    }
}
