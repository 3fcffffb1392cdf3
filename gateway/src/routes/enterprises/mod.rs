//! The registry of enterprises.

pub(crate) mod look_up;

use serde::Serialize;
use shiming_proto::enterprise::v1::Enterprise as WireEnterprise;
use utoipa::ToSchema;

use crate::wire::EnterpriseStatus;

/// A registry record, fit to be shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Enterprise {
    /// Opaque.
    enterprise_id: String,
    /// Empty for a taxpayer without one.
    unified_social_credit_code: String,
    taxpayer_id: String,
    name: String,
    status: EnterpriseStatus,
    /// Such as 王*.
    legal_representative_masked: String,
    tax_authority: String,
    address: String,
    /// Changes with the record.
    etag: String,
}

impl From<WireEnterprise> for Enterprise {
    fn from(enterprise: WireEnterprise) -> Self {
        Self {
            enterprise_id: enterprise.enterprise_id,
            unified_social_credit_code: enterprise.unified_social_credit_code,
            taxpayer_id: enterprise.taxpayer_id,
            name: enterprise.name,
            status: EnterpriseStatus::from(enterprise.status),
            legal_representative_masked: enterprise.legal_representative_masked,
            tax_authority: enterprise.tax_authority,
            address: enterprise.address,
            etag: enterprise.etag,
        }
    }
}
