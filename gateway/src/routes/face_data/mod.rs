//! 人脸信息与授权: what a person agreed to, how their face was processed, and the proof that it was erased.

pub(crate) mod consents;
pub(crate) mod proof;
pub(crate) mod records;
pub(crate) mod withdraw;

use chrono::{DateTime, Utc};
use serde::Serialize;
use shiming_proto::face::v1::ErasedCounts as WireCounts;
use shiming_proto::identity::v1::ConsentWithdrawal;
use utoipa::ToSchema;

use crate::error::GatewayError;
use crate::wire::{WithdrawalState, maybe_time, time};

/// How much of each kind was erased.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasedCounts {
    /// Templates of the authority's photo.
    references: i32,
    /// Pictures kept of passed checks.
    evidence: i32,
    /// Face checks, with the document and name in them.
    sessions: i32,
    /// Counters of past days.
    counters: i32,
}

impl From<WireCounts> for ErasedCounts {
    fn from(counts: WireCounts) -> Self {
        let WireCounts { references, evidence, sessions, counters } = counts;
        Self { references, evidence, sessions, counters }
    }
}

/// The end of a consent, and what was erased with it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Withdrawal {
    withdraw_time: DateTime<Utc>,
    state: WithdrawalState,
    /// Names the proof; absent until erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    erasure_id: Option<String>,
    /// Absent until erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    erase_time: Option<DateTime<Utc>>,
    /// Absent until erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<ErasedCounts>,
}

impl Withdrawal {
    pub(crate) fn from_wire(withdrawal: ConsentWithdrawal) -> Result<Self, GatewayError> {
        Ok(Self {
            withdraw_time: time("withdraw_time", withdrawal.withdraw_time)?,
            state: withdrawal.state.into(),
            erasure_id: Some(withdrawal.erasure_id).filter(|id| !id.is_empty()),
            erase_time: maybe_time("erase_time", withdrawal.erase_time)?,
            counts: withdrawal.counts.map(Into::into),
        })
    }
}
