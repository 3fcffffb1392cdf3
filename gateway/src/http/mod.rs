//! HTTP itself: connections, the layers around every request, bodies, problems, files and pages.

pub(crate) mod admin;
pub(crate) mod doors;
pub(crate) mod fixed;
pub(crate) mod host;
pub(crate) mod input;
pub(crate) mod layers;
pub(crate) mod linger;
pub(crate) mod openapi;
pub(crate) mod pages;
pub(crate) mod problem;
pub(crate) mod request_id;
pub(crate) mod server;
pub(crate) mod stack;
pub(crate) mod upload;
