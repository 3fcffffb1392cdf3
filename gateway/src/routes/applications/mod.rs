//! 办税身份申请 and 办税身份审批.

pub(crate) mod decide;
pub(crate) mod list;
pub(crate) mod submit;

use chrono::{DateTime, Utc};
use serde::Serialize;
use shiming_proto::enterprise::v1::Application as WireApplication;
use utoipa::ToSchema;

use crate::error::GatewayError;
use crate::routes::enterprises::Enterprise;
use crate::wire::{BindingState, DocumentType, Role, maybe_time, part, time};

/// A binding as its approver sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Application {
    /// Opaque.
    binding_id: String,
    enterprise: Enterprise,
    /// In full, for the approver to know them by.
    applicant_name: String,
    applicant_document_type: DocumentType,
    /// Such as 640101********0015.
    applicant_document_masked: String,
    role: Role,
    state: BindingState,
    create_time: DateTime<Utc>,
    /// Absent while pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    decide_time: Option<DateTime<Utc>>,
    /// To decide with.
    etag: String,
}

impl Application {
    pub(crate) fn from_wire(application: WireApplication) -> Result<Self, GatewayError> {
        Ok(Self {
            binding_id: application.binding_id,
            enterprise: part("enterprise", application.enterprise)?.into(),
            applicant_name: application.applicant_name,
            applicant_document_type: DocumentType::from(application.applicant_document_type),
            applicant_document_masked: application.applicant_document_masked,
            role: Role::from(application.role),
            state: BindingState::from(application.state),
            create_time: time("create_time", application.create_time)?,
            decide_time: maybe_time("decide_time", application.decide_time)?,
            etag: application.etag,
        })
    }
}
