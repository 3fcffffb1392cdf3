//! Every exposed method of the contract, served by one handler: as JSON for pages, by the Connect protocol for anybody's client, streams as
//! server-sent events.

mod call;
mod connect;
mod raw;
mod secret;
mod stream;

pub(crate) use call::Exposed;
pub(crate) use connect::errors as connect_errors;
