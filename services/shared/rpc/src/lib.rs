//! gRPC as every Shiming process speaks it: server, client, policies, errors.
//!
//! - [`server`]: a builder that puts the same ordered layers around any generated service, with health and reflection.
//! - [`client`]: channels with deadlines, retries, trace context and balancing, for any generated client.
//! - [`policy`]: who may call a method, read from the contract.
//! - [`status`]: the one mapping between [`ServiceError`](shiming_kernel::ServiceError) and the wire, both ways.
//! - [`convert`]: checks for what requests bring.

mod body;
mod call;
mod caller;
mod certificate;
pub mod client;
pub mod convert;
pub mod deadline;
mod enum_table;
pub mod metadata;
pub mod policy;
pub mod server;
pub mod session;
pub mod status;
mod step;

pub use call::{context, request_id, serve, session_token};
pub use client::{ClientChannel, Connector, with_session};
pub use enum_table::{Coded, coded};
pub use policy::PolicyTable;
pub use server::{Listeners, Readiness, ServerBuilder};
pub use session::{NoSessions, RemoteSessions, Repeater, SessionError, SessionResolver, SessionUse};
