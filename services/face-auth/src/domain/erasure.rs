//! What an erasure of a person's face data took away, and what its proof claims.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The `typ` of a proof of erasure.
pub(crate) const ERASURE_KIND: &str = "shiming-erasure+jwt";
/// Who issues it.
const ISSUER: &str = "shiming:face-auth";

/// How much of each kind was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErasedCounts {
    /// Templates of the authority's photo.
    pub(crate) references: u64,
    /// Pictures kept of passed captures.
    pub(crate) evidence: u64,
    /// Face sessions, with the sealed document and name in them.
    pub(crate) sessions: u64,
    /// Counters of past days.
    pub(crate) counters: u64,
}

/// An erasure that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Erasure {
    pub(crate) erasure_id: Uuid,
    pub(crate) erase_time: DateTime<Utc>,
    pub(crate) counts: ErasedCounts,
    /// The signed [`ErasureClaims`].
    pub(crate) proof: String,
}

/// What a proof of erasure says, in the names of RFC 7519. Nothing of it tells who the person is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErasureClaims {
    iss: String,
    /// The erasure.
    pub(crate) jti: Uuid,
    /// A pseudonym of the person.
    pub(crate) sub: String,
    /// When, in seconds since 1970.
    pub(crate) iat: i64,
    pub(crate) erased: ErasedCounts,
    pub(crate) audit: AuditClaim,
}

/// The audit row of the erasure: the head of the chain when it was committed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditClaim {
    pub(crate) sequence: i64,
    /// Lower-case hex.
    pub(crate) hash: String,
}

impl ErasureClaims {
    pub(crate) fn new(
        erasure_id: Uuid,
        pseudonym: String,
        erase_time: DateTime<Utc>,
        erased: ErasedCounts,
        audit: AuditClaim,
    ) -> Self {
        let iss = ISSUER.to_owned();
        Self { iss, jti: erasure_id, sub: pseudonym, iat: erase_time.timestamp(), erased, audit }
    }
}
