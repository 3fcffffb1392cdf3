//! Between the wire and the domain.

use shiming_identifiers::DocumentType;
use shiming_kernel::{BindingId, Redacted};
use shiming_proto::enterprise::v1 as wire;
use shiming_proto::types::v1::IdentityDocument;
use shiming_rpc::convert::{InvalidField, timestamp};
use shiming_rpc::{Coded as _, enum_table};

use crate::app::{BindingView, ImportSummary};
use crate::domain::{
    BindingState, Decision, Enterprise, EnterpriseIdentifier, EnterpriseStatus, PersonAsSent, RegistryRow,
    Role,
};

/// The most characters of a sender's row id that come back.
const ROW_ID_MOST: usize = 100;

pub(super) fn identifier(typed: &str) -> Result<EnterpriseIdentifier, InvalidField> {
    if typed.trim().is_empty() {
        return Err(InvalidField::missing("identifier"));
    }
    EnterpriseIdentifier::parse(typed)
        .map_err(|error| InvalidField::new("identifier", error.reason(), error.message()))
}

enum_table!(Role => wire::Role {
    LegalRepresentative,
    FinanceOfficer,
    TaxClerk,
    InvoiceCollector,
    InvoiceIssuer,
    TaxAgent,
    Administrator,
    Other,
});
enum_table!(Decision => wire::Decision { Approve, Reject });
enum_table!(BindingState => wire::BindingState { Pending, Active, Rejected, Expired, Suspended });
enum_table!(EnterpriseStatus => wire::EnterpriseStatus { Normal, Abnormal, Cancelled, Revoked });

pub(super) fn row(sent: Option<wire::RegistryRow>) -> RegistryRow {
    let sent = sent.unwrap_or_default();
    RegistryRow {
        status: EnterpriseStatus::from_wire(sent.status()),
        row_id: sent.row_id.chars().take(ROW_ID_MOST).collect(),
        unified_social_credit_code: sent.unified_social_credit_code,
        taxpayer_id: sent.taxpayer_id.into(),
        name: sent.name,
        legal_representative: sent.legal_representative.map(person),
        finance_officer: sent.finance_officer.map(person),
        tax_authority: sent.tax_authority,
        address: sent.address,
    }
}

fn person(sent: IdentityDocument) -> PersonAsSent {
    PersonAsSent {
        document_type: DocumentType::from_wire(sent.r#type()),
        number: Redacted::new(sent.number),
        name: Redacted::new(sent.name),
    }
}

pub(super) fn summary(summary: ImportSummary) -> wire::ImportEnterprisesResponse {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let failure = |(row_id, fault): (String, crate::domain::RowFault)| wire::ImportFailure {
        row_id,
        field: fault.field,
        reason: fault.reason.into_owned(),
    };
    wire::ImportEnterprisesResponse {
        stored_count: count(summary.stored),
        unchanged_count: count(summary.unchanged),
        failed_count: count(summary.failed),
        failures: summary.failures.into_iter().map(failure).collect(),
    }
}

pub(super) fn enterprise(enterprise: &Enterprise) -> wire::Enterprise {
    wire::Enterprise {
        enterprise_id: enterprise.id.to_string(),
        unified_social_credit_code: enterprise.unified_social_credit_code.clone().unwrap_or_default(),
        taxpayer_id: enterprise.shown_taxpayer_id(),
        name: enterprise.name.clone(),
        status: enterprise.status.to_wire().into(),
        legal_representative_masked: enterprise.legal_representative.masked_name(),
        tax_authority: enterprise.tax_authority.clone(),
        address: enterprise.address.clone(),
        etag: enterprise.etag(),
    }
}

/// `acting_by` is the binding of the caller's session.
pub(super) fn binding(view: &BindingView, acting_by: Option<BindingId>) -> wire::Binding {
    let BindingView { binding, enterprise: bound_to } = view;
    wire::Binding {
        binding_id: binding.id.to_string(),
        enterprise: Some(enterprise(bound_to)),
        role: binding.role.to_wire().into(),
        state: binding.state.to_wire().into(),
        create_time: Some(timestamp(binding.create_time)),
        decide_time: binding.decide_time.map(timestamp),
        expire_time: binding.expire_time.map(timestamp),
        current: view.is_current(acting_by),
        from_registry: binding.from_registry,
        etag: binding.etag(),
    }
}

pub(super) fn bindings(views: &[BindingView], acting_by: Option<BindingId>) -> Vec<wire::Binding> {
    views.iter().map(|view| binding(view, acting_by)).collect()
}

/// As its approver sees it: the name in full, to know the person by, and the number masked.
pub(super) fn application(view: &BindingView) -> wire::Application {
    let BindingView { binding, enterprise: bound_to } = view;
    wire::Application {
        binding_id: binding.id.to_string(),
        enterprise: Some(enterprise(bound_to)),
        applicant_name: binding.holder.name.expose().clone(),
        applicant_document_type: binding.holder.document_type.to_wire().into(),
        applicant_document_masked: binding.holder.masked_number(),
        role: binding.role.to_wire().into(),
        state: binding.state.to_wire().into(),
        create_time: Some(timestamp(binding.create_time)),
        decide_time: binding.decide_time.map(timestamp),
        etag: binding.etag(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_refused_beside_its_field() {
        let violation = |typed| identifier(typed).unwrap_err().into_violations().remove(0);
        assert_eq!(violation("  ").reason, "REQUIRED");
        assert_eq!(violation("91640100MA75000I24").reason, "USCC_CHARACTER");
        assert_eq!(violation("9164").field, "identifier");
    }
}
