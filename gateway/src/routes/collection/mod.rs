//! 实名采集.

pub(crate) mod begin_face;
pub(crate) mod complete_face;
pub(crate) mod finish;
pub(crate) mod get;
pub(crate) mod send_code;
pub(crate) mod start;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::Redacted;
use shiming_proto::face::v1::HostedCheck as WireHosted;
use shiming_proto::identity::v1::FaceSessionTicket;
use shiming_proto::types::v1::IdentityDocument;
use utoipa::ToSchema;

use crate::error::GatewayError;
use crate::wire::{CollectionStep, DocumentType, FaceProvider, part, time};

/// Who somebody says they are.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity {
    document_type: DocumentType,
    /// As typed.
    #[schema(value_type = String)]
    document_number: Redacted<String>,
    /// As typed.
    #[schema(value_type = String)]
    name: Redacted<String>,
}

impl From<Identity> for IdentityDocument {
    fn from(identity: Identity) -> Self {
        Self {
            r#type: identity.document_type.into(),
            number: identity.document_number.into_inner(),
            name: identity.name.into_inner(),
        }
    }
}

/// Where a collection stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Collection {
    next_step: CollectionStep,
    /// When it ends unless another step is taken.
    expire_time: DateTime<Utc>,
    /// Such as 640101********0015.
    document_masked: String,
    /// Such as 张*.
    name_masked: String,
    /// As the document number states it, YYYY-MM-DD.
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_type: Option<DocumentType>,
}

/// Lets one browser submit one capture, or sends it to a provider's face check.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaceTicket {
    face_session_id: String,
    /// The secret that submits frames, and asks what came of a provider's check.
    capture_token: String,
    expire_time: DateTime<Utc>,
    /// The provider's face check to show instead of our own camera page.
    #[serde(skip_serializing_if = "Option::is_none")]
    hosted: Option<HostedCheck>,
}

/// A face check on a provider's own page.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HostedCheck {
    provider: FaceProvider,
    /// The page to open; empty for WeChat.
    url: String,
    /// What WeChat's JS-SDK opens; empty for all others.
    verify_id: String,
}

impl From<WireHosted> for HostedCheck {
    fn from(hosted: WireHosted) -> Self {
        let WireHosted { provider, url, verify_id } = hosted;
        Self { provider: provider.into(), url, verify_id }
    }
}

impl FaceTicket {
    pub(crate) fn from_wire(ticket: Option<FaceSessionTicket>) -> Result<Self, GatewayError> {
        let ticket = part("face_session", ticket)?;
        Ok(Self {
            face_session_id: ticket.face_session_id,
            capture_token: ticket.capture_token,
            expire_time: time("expire_time", ticket.expire_time)?,
            hosted: ticket.hosted.map(HostedCheck::from),
        })
    }
}

/// How long a one-time code lives.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CodeSent {
    pub(crate) lifetime_seconds: u64,
    /// How long to wait before asking for another.
    pub(crate) resend_after_seconds: u64,
}
