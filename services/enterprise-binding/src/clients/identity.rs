//! The identity service: who a person is, and whom a session acts for.

use async_trait::async_trait;
use shiming_identifiers::{self as identifiers, DocumentType};
use shiming_kernel::{
    BindingId, EnterpriseId, ErrorKind, PersonId, Reason, Redacted, RequestMeta, SharedClock, china_date,
};
use shiming_proto::identity::v1::person_service_client::PersonServiceClient;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::identity::v1::{ResolvePersonRequest, ResolvePurpose, SetSessionEnterpriseRequest};
use shiming_rpc::status::Problem;
use shiming_rpc::{ClientChannel, Coded as _, with_session};
use tonic::{Request, Status};

use crate::domain::Applicant;
use crate::error::EnterpriseBindingError;

/// Why a person is read; identity audits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To find the enterprises whose registry names them.
    RegistryMatch,
    /// To show the applicant to the approver, and to check their document.
    Application,
}

/// What the use cases ask of the identity service.
#[async_trait]
pub(crate) trait Identity: Send + Sync {
    /// Name and document of a person, as collected.
    async fn resolve_person(
        &self,
        person_id: PersonId,
        purpose: Purpose,
    ) -> Result<Applicant, EnterpriseBindingError>;

    /// Makes the session act by a binding, and gives its new token. Safe to repeat with the same request id.
    async fn set_session_enterprise(
        &self,
        token: &Redacted<String>,
        acts: (EnterpriseId, BindingId),
        meta: RequestMeta,
    ) -> Result<Redacted<String>, EnterpriseBindingError>;
}

/// The identity service behind a channel.
pub(crate) struct RemoteIdentity {
    channel: ClientChannel,
    clock: SharedClock,
}

impl RemoteIdentity {
    pub(crate) fn new(channel: ClientChannel, clock: SharedClock) -> Self {
        Self { channel, clock }
    }
}

#[async_trait]
impl Identity for RemoteIdentity {
    async fn resolve_person(
        &self,
        person_id: PersonId,
        purpose: Purpose,
    ) -> Result<Applicant, EnterpriseBindingError> {
        let purpose = match purpose {
            Purpose::RegistryMatch => ResolvePurpose::RegistryMatch,
            Purpose::Application => ResolvePurpose::Application,
        };
        let request = ResolvePersonRequest { person_id: person_id.to_string(), purpose: purpose.into() };
        let mut client = PersonServiceClient::new(self.channel.clone());
        let answer = client.resolve_person(request).await.map_err(|status| problem(&status))?.into_inner();
        let document = answer.document.ok_or_else(|| unusable("no document"))?;
        let kind =
            DocumentType::from_wire(document.r#type()).ok_or_else(|| unusable("unknown document type"))?;
        let today = china_date(self.clock.now());
        let read = identifiers::Identity::parse(kind, &document.number, &document.name, today, "document");
        let person = read.map_err(|faults| {
            let faults = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.reason));
            unusable(&faults.collect::<Vec<_>>().join(", "))
        })?;
        Ok(Applicant { person: person.into(), document_valid: answer.document_valid, adult: answer.adult })
    }

    async fn set_session_enterprise(
        &self,
        token: &Redacted<String>,
        (enterprise_id, binding_id): (EnterpriseId, BindingId),
        meta: RequestMeta,
    ) -> Result<Redacted<String>, EnterpriseBindingError> {
        let request = SetSessionEnterpriseRequest {
            enterprise_id: enterprise_id.to_string(),
            binding_id: binding_id.to_string(),
            request_id: meta.request_id.to_string(),
            validate_only: meta.validate_only,
        };
        let mut client = SessionServiceClient::new(self.channel.clone());
        let request = with_session(Request::new(request), token);
        let answer = client.set_session_enterprise(request).await.map_err(|status| problem(&status))?;
        Ok(Redacted::from(answer.into_inner().session_token))
    }
}

fn problem(status: &Status) -> EnterpriseBindingError {
    let problem = Problem::from_status(status);
    match (&problem.reason, problem.kind()) {
        (Reason::PersonNotFound, _) => EnterpriseBindingError::PersonNotFound,
        (Reason::SessionInvalid | Reason::SessionRequired, _) => EnterpriseBindingError::SessionInvalid,
        (
            _,
            ErrorKind::Unavailable
            | ErrorKind::DeadlineExceeded
            | ErrorKind::ResourceExhausted
            | ErrorKind::Aborted,
        ) => EnterpriseBindingError::IdentityUnavailable(problem.into()),
        _ => EnterpriseBindingError::IdentityUnusable(problem.into()),
    }
}

fn unusable(why: &str) -> EnterpriseBindingError {
    EnterpriseBindingError::IdentityUnusable(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_kernel::ServiceError as _;

    #[test]
    fn what_identity_says_is_told_apart() {
        let told = |status: Status| problem(&status).reason();
        assert_eq!(told(Status::unavailable("down")), Reason::Unavailable);
        assert_eq!(told(Status::deadline_exceeded("slow")), Reason::Unavailable);
        assert_eq!(told(Status::permission_denied("policy")), Reason::Internal);
    }
}
