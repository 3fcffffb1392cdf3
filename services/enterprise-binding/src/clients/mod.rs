//! Other services, as ports the use cases call and adapters that reach them.

mod identity;

pub(crate) use identity::{Identity, Purpose, RemoteIdentity};
