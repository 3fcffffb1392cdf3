//! Types and rules of enterprises, bindings and applications. Pure: no wire, no database, no clock of its own.

pub(crate) mod binding;
mod decision;
mod enterprise;
mod event;
mod identifier;
mod person;
mod refusal;
pub(crate) mod registry;
mod role;
mod submission;

pub(crate) use binding::{Binding, BindingState, NewBinding};
pub(crate) use decision::{Approver, Decision, check_decision};
pub(crate) use enterprise::{Enterprise, EnterpriseStatus};
pub(crate) use event::{EventKind, Telling};
pub(crate) use identifier::EnterpriseIdentifier;
pub(crate) use person::NaturalPerson;
pub(crate) use refusal::Refusal;
pub(crate) use registry::{PersonAsSent, RegistryRecord, RegistryRow, RowFault, is_displaced, roles_naming};
pub(crate) use role::Role;
pub(crate) use submission::{Applicant, SubmissionRules, check_submission};
