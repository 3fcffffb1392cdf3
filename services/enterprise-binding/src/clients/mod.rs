//! Other services, as ports the use cases call and adapters that reach them.

mod identity;
mod messaging;

pub(crate) use identity::{Identity, Purpose, RemoteIdentity, document_type};
pub(crate) use messaging::MessagingSink;
