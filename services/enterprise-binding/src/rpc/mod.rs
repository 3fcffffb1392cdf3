//! The contract's services on top of the use cases: read, call, convert. The only place that names a tonic status.

mod application;
mod binding;
mod convert;
mod registry;

pub(crate) use application::ApplicationApi;
pub(crate) use binding::BindingApi;
pub(crate) use registry::RegistryApi;
