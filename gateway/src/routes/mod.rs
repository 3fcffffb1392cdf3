//! The endpoints, one file each, with what they take and give. Grouped by how long they may take.

mod applications;
mod bindings;
mod captcha;
mod collection;
mod demo;
mod enterprises;
mod face;
mod face_data;
mod inbox;
mod login;
mod session;
mod start;
mod step_up;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::SharedEdge;
use crate::error::GatewayError;

type Routes = OpenApiRouter<SharedEdge>;

/// An answer that says nothing but that it is done.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Done {}

/// Everything that is answered at once.
pub(crate) fn quick(demo: bool) -> Routes {
    let routes = OpenApiRouter::new()
        .routes(routes!(start::bootstrap::bootstrap))
        .routes(routes!(start::codes::codes))
        .routes(routes!(start::consent::consent))
        .routes(routes!(collection::get::get, collection::start::start))
        .routes(routes!(collection::begin_face::begin_face))
        .routes(routes!(collection::complete_face::complete_face))
        .routes(routes!(collection::send_code::send_code))
        .routes(routes!(collection::finish::finish))
        .routes(routes!(face::challenge::challenge))
        .routes(routes!(captcha::issue::issue))
        .routes(routes!(login::send_code::send_code))
        .routes(routes!(login::log_in::log_in))
        .routes(routes!(login::log_out::log_out))
        .routes(routes!(session::get::get))
        .routes(routes!(session::profile::profile))
        .routes(routes!(face_data::consents::list))
        .routes(routes!(face_data::withdraw::withdraw))
        .routes(routes!(face_data::records::list))
        .routes(routes!(face_data::proof::proof))
        .routes(routes!(face::hosted::hosted))
        .routes(routes!(step_up::begin::begin))
        .routes(routes!(step_up::complete::complete))
        .routes(routes!(bindings::list::list))
        .routes(routes!(bindings::refresh::refresh))
        .routes(routes!(bindings::switch::switch))
        .routes(routes!(enterprises::look_up::look_up))
        .routes(routes!(applications::list::list, applications::submit::submit))
        .routes(routes!(applications::decide::decide))
        .routes(routes!(inbox::messages::list))
        .routes(routes!(inbox::read_message::read))
        .routes(routes!(inbox::todos::list))
        .routes(routes!(inbox::counts::counts));
    if demo {
        routes
            .routes(routes!(demo::sms::sms))
            .routes(routes!(demo::sample_photo::sample_photo))
            .routes(routes!(demo::clip::clip))
    } else {
        routes
    }
}

/// What takes as long as a phone needs to send pictures.
pub(crate) fn uploads(demo: bool) -> Routes {
    let routes = OpenApiRouter::new().routes(routes!(face::capture::capture));
    if demo { routes.routes(routes!(demo::reference::reference)) } else { routes }
}

/// What goes on as long as a page is open.
pub(crate) fn live() -> Routes {
    OpenApiRouter::new().routes(routes!(inbox::live::live))
}

/// A path that is there, asked for in a way that is not.
pub(crate) async fn no_such_method() -> GatewayError {
    GatewayError::NoSuchMethod
}
