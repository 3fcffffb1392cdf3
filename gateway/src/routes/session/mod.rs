//! 我的: the session and its person.

pub(crate) mod get;
pub(crate) mod profile;

use chrono::{DateTime, Utc};
use serde::Serialize;
use shiming_proto::identity::v1::Session as WireSession;
use utoipa::ToSchema;

use crate::error::GatewayError;
use crate::wire::{Evidence, maybe_time, non_empty, time};

/// A session as its own person may see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    /// Opaque.
    person_id: String,
    /// Such as 张*.
    name_masked: String,
    evidence: Evidence,
    /// When the face was last checked in this session.
    #[serde(skip_serializing_if = "Option::is_none")]
    step_up_time: Option<DateTime<Utc>>,
    /// The enterprise the session acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    enterprise_id: Option<String>,
    /// The binding it acts by.
    #[serde(skip_serializing_if = "Option::is_none")]
    binding_id: Option<String>,
    /// When it ends without use.
    idle_expire_time: DateTime<Utc>,
    /// When it ends in any case.
    absolute_expire_time: DateTime<Utc>,
}

/// An answer that carries the session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    /// Absent in the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Session>,
}

impl SessionAnswer {
    pub(crate) fn from_wire(session: Option<WireSession>) -> Result<Self, GatewayError> {
        let session = session.map(|session| {
            Ok::<_, GatewayError>(Session {
                person_id: session.person_id,
                name_masked: session.name_masked,
                evidence: Evidence::from(session.evidence),
                step_up_time: maybe_time("step_up_time", session.step_up_time)?,
                enterprise_id: non_empty(session.enterprise_id),
                binding_id: non_empty(session.binding_id),
                idle_expire_time: time("idle_expire_time", session.idle_expire_time)?,
                absolute_expire_time: time("absolute_expire_time", session.absolute_expire_time)?,
            })
        });
        Ok(Self { session: session.transpose()? })
    }
}
