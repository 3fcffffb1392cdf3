//! The contract's services on top of the use cases: read, call, convert. The only place that names a tonic status.

mod collection;
mod consent;
mod convert;
mod login;
mod person;
mod resolver;
mod session;
mod step_up;

pub(crate) use collection::CollectionApi;
pub(crate) use consent::ConsentApi;
pub(crate) use login::LoginApi;
pub(crate) use person::PersonApi;
pub(crate) use resolver::LocalSessions;
pub(crate) use session::SessionApi;
pub(crate) use step_up::StepUpApi;
