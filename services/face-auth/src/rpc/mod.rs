//! The contract's services on top of the use cases: one line per method. The only place that names a tonic status.

mod authority;
mod capture;
mod convert;
mod convert_limits;
mod demo_authority;
mod face_data;
mod face_limit;
mod face_session;
mod hosted;

use shiming_rpc::status::from_error;
use tonic::Status;

use crate::error::FaceAuthError;

pub(crate) use authority::AuthorityApi;
pub(crate) use demo_authority::DemoAuthorityApi;
pub(crate) use face_data::FaceDataApi;
pub(crate) use face_limit::FaceLimitApi;
pub(crate) use face_session::FaceSessionApi;

impl From<FaceAuthError> for Status {
    fn from(error: FaceAuthError) -> Self {
        from_error(&error)
    }
}
