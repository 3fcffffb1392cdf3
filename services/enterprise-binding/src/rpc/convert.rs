//! Between the wire and the domain.

use shiming_identifiers::DocumentType;
use shiming_kernel::{BindingId, Redacted};
use shiming_proto::enterprise::v1 as wire;
use shiming_proto::types::v1::{DocumentType as WireDocumentType, IdentityDocument};
use shiming_rpc::convert::{InvalidField, known_enum, timestamp};

use crate::app::{BindingView, ImportSummary};
use crate::clients::document_type;
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

pub(super) fn role(number: i32) -> Result<Role, InvalidField> {
    Ok(match known_enum::<wire::Role>("role", number)? {
        wire::Role::Unspecified => return Err(InvalidField::missing("role")),
        wire::Role::LegalRepresentative => Role::LegalRepresentative,
        wire::Role::FinanceOfficer => Role::FinanceOfficer,
        wire::Role::TaxClerk => Role::TaxClerk,
        wire::Role::InvoiceCollector => Role::InvoiceCollector,
        wire::Role::InvoiceIssuer => Role::InvoiceIssuer,
        wire::Role::TaxAgent => Role::TaxAgent,
        wire::Role::Administrator => Role::Administrator,
        wire::Role::Other => Role::Other,
    })
}

pub(super) fn decision(number: i32) -> Result<Decision, InvalidField> {
    Ok(match known_enum::<wire::Decision>("decision", number)? {
        wire::Decision::Unspecified => return Err(InvalidField::missing("decision")),
        wire::Decision::Approve => Decision::Approve,
        wire::Decision::Reject => Decision::Reject,
    })
}

pub(super) fn states(numbers: &[i32]) -> Result<Vec<BindingState>, InvalidField> {
    let state = |number: &i32| {
        Ok(match known_enum::<wire::BindingState>("states", *number)? {
            wire::BindingState::Unspecified => return Err(InvalidField::missing("states")),
            wire::BindingState::Pending => BindingState::Pending,
            wire::BindingState::Active => BindingState::Active,
            wire::BindingState::Rejected => BindingState::Rejected,
            wire::BindingState::Expired => BindingState::Expired,
            wire::BindingState::Suspended => BindingState::Suspended,
        })
    };
    numbers.iter().map(state).collect()
}

pub(super) fn row(sent: Option<wire::RegistryRow>) -> RegistryRow {
    let sent = sent.unwrap_or_default();
    RegistryRow {
        status: status_of(sent.status()),
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
        document_type: document_type(sent.r#type()),
        number: Redacted::new(sent.number),
        name: Redacted::new(sent.name),
    }
}

fn status_of(wire: wire::EnterpriseStatus) -> Option<EnterpriseStatus> {
    Some(match wire {
        wire::EnterpriseStatus::Unspecified => return None,
        wire::EnterpriseStatus::Normal => EnterpriseStatus::Normal,
        wire::EnterpriseStatus::Abnormal => EnterpriseStatus::Abnormal,
        wire::EnterpriseStatus::Cancelled => EnterpriseStatus::Cancelled,
        wire::EnterpriseStatus::Revoked => EnterpriseStatus::Revoked,
    })
}

pub(super) fn summary(summary: ImportSummary) -> wire::ImportEnterprisesResponse {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let failure = |(row_id, fault): (String, crate::domain::RowFault)| wire::ImportFailure {
        row_id,
        field: fault.field,
        reason: fault.reason.to_owned(),
    };
    wire::ImportEnterprisesResponse {
        stored_count: count(summary.stored),
        unchanged_count: count(summary.unchanged),
        failed_count: count(summary.failed),
        failures: summary.failures.into_iter().map(failure).collect(),
    }
}

pub(super) fn enterprise(enterprise: &Enterprise) -> wire::Enterprise {
    let status = match enterprise.status {
        EnterpriseStatus::Normal => wire::EnterpriseStatus::Normal,
        EnterpriseStatus::Abnormal => wire::EnterpriseStatus::Abnormal,
        EnterpriseStatus::Cancelled => wire::EnterpriseStatus::Cancelled,
        EnterpriseStatus::Revoked => wire::EnterpriseStatus::Revoked,
    };
    wire::Enterprise {
        enterprise_id: enterprise.id.to_string(),
        unified_social_credit_code: enterprise.unified_social_credit_code.clone().unwrap_or_default(),
        taxpayer_id: enterprise.shown_taxpayer_id(),
        name: enterprise.name.clone(),
        status: status.into(),
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
        role: wire_role(binding.role).into(),
        state: wire_state(binding.state).into(),
        create_time: Some(timestamp(binding.create_time)),
        decide_time: binding.decide_time.map(timestamp),
        expire_time: binding.expire_time.map(timestamp),
        current: view.is_current(acting_by),
        from_registry: binding.from_registry,
        etag: binding.etag(),
    }
}

/// As its approver sees it: the name in full, to know the person by, and the number masked.
pub(super) fn application(view: &BindingView) -> wire::Application {
    let BindingView { binding, enterprise: bound_to } = view;
    wire::Application {
        binding_id: binding.id.to_string(),
        enterprise: Some(enterprise(bound_to)),
        applicant_name: binding.holder.name.expose().clone(),
        applicant_document_type: wire_document_type(binding.holder.document_type).into(),
        applicant_document_masked: binding.holder.masked_number(),
        role: wire_role(binding.role).into(),
        state: wire_state(binding.state).into(),
        create_time: Some(timestamp(binding.create_time)),
        decide_time: binding.decide_time.map(timestamp),
        etag: binding.etag(),
    }
}

fn wire_role(role: Role) -> wire::Role {
    match role {
        Role::LegalRepresentative => wire::Role::LegalRepresentative,
        Role::FinanceOfficer => wire::Role::FinanceOfficer,
        Role::TaxClerk => wire::Role::TaxClerk,
        Role::InvoiceCollector => wire::Role::InvoiceCollector,
        Role::InvoiceIssuer => wire::Role::InvoiceIssuer,
        Role::TaxAgent => wire::Role::TaxAgent,
        Role::Administrator => wire::Role::Administrator,
        Role::Other => wire::Role::Other,
    }
}

fn wire_state(state: BindingState) -> wire::BindingState {
    match state {
        BindingState::Pending => wire::BindingState::Pending,
        BindingState::Active => wire::BindingState::Active,
        BindingState::Rejected => wire::BindingState::Rejected,
        BindingState::Expired => wire::BindingState::Expired,
        BindingState::Suspended => wire::BindingState::Suspended,
    }
}

/// Types the contract has no value for can't have come in through it.
fn wire_document_type(kind: DocumentType) -> WireDocumentType {
    (1..=9)
        .filter_map(|number| WireDocumentType::try_from(number).ok())
        .find(|wire| document_type(*wire) == Some(kind))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_and_state_has_its_value_on_the_wire() {
        for known in Role::ALL {
            assert_eq!(role(wire_role(known).into()), Ok(known));
        }
        for known in BindingState::ALL {
            assert_eq!(states(&[wire_state(known).into()]), Ok(vec![known]));
        }
    }

    #[test]
    fn unspecified_and_unknown_values_are_refused() {
        for number in [0, 99] {
            assert!(role(number).is_err() && decision(number).is_err() && states(&[1, number]).is_err());
        }
    }

    #[test]
    fn an_identifier_is_refused_beside_its_field() {
        let violation = |typed| identifier(typed).unwrap_err().into_violations().remove(0);
        assert_eq!(violation("  ").reason, "REQUIRED");
        assert_eq!(violation("91640100MA75000I24").reason, "USCC_CHARACTER");
        assert_eq!(violation("9164").field, "identifier");
    }
}
