//! The wire: each method converts, calls its use case and converts back.

mod collection;
mod consent;
mod convert;
mod login;
mod person;
mod resolver;
mod session;
mod step_up;

use std::sync::Arc;

use shiming_kernel::CallContext;
use shiming_proto::identity::v1::collection_service_server::CollectionServiceServer;
use shiming_proto::identity::v1::consent_service_server::ConsentServiceServer;
use shiming_proto::identity::v1::login_service_server::LoginServiceServer;
use shiming_proto::identity::v1::person_service_server::PersonServiceServer;
use shiming_proto::identity::v1::session_service_server::SessionServiceServer;
use shiming_proto::identity::v1::step_up_service_server::StepUpServiceServer;
use shiming_rpc::ServerBuilder;
use tonic::Request;

use crate::app::App;
pub(crate) use resolver::LocalSessions;

/// The services this crate answers for, by their full names.
pub(crate) const NAMES: [&str; 6] = [
    "shiming.identity.v1.CollectionService",
    "shiming.identity.v1.ConsentService",
    "shiming.identity.v1.LoginService",
    "shiming.identity.v1.PersonService",
    "shiming.identity.v1.SessionService",
    "shiming.identity.v1.StepUpService",
];

/// Adds every service to a server.
pub(crate) fn mount(app: &Arc<App>, server: ServerBuilder) -> ServerBuilder {
    server
        .add(CollectionServiceServer::new(collection::Collections(app.clone())))
        .add(ConsentServiceServer::new(consent::Consents(app.clone())))
        .add(LoginServiceServer::new(login::Logins(app.clone())))
        .add(PersonServiceServer::new(person::Persons(app.clone())))
        .add(SessionServiceServer::new(session::Sessions(app.clone())))
        .add(StepUpServiceServer::new(step_up::StepUps(app.clone())))
}

/// Who calls, and what they say.
fn split<T>(request: Request<T>) -> (CallContext, T) {
    (shiming_rpc::context(&request), request.into_inner())
}
