//! `ApplicationService`.

pub(crate) mod decide_application;
pub(crate) mod list_applications;
pub(crate) mod submit_application;
