//! The contract's services on top of the use cases: one line per method. The only place that names a tonic status.

mod application;
mod binding;
mod convert;
mod registry;

use shiming_rpc::status::from_error;
use tonic::Status;

use crate::error::EnterpriseBindingError;

pub(crate) use application::ApplicationApi;
pub(crate) use binding::BindingApi;
pub(crate) use registry::RegistryApi;

impl From<EnterpriseBindingError> for Status {
    fn from(error: EnterpriseBindingError) -> Self {
        from_error(&error)
    }
}
