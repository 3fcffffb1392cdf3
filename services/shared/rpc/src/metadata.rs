//! The names of the metadata Shiming's calls carry.

/// The person's session token.
pub const SESSION: &str = "x-shiming-session";
/// The caller's name, believed only from this machine and without TLS: `gateway`, a service's name, `ops:<name>`, `partner:<id>`.
pub const CALLER: &str = "x-shiming-caller";
/// What the gateway knows of the person's device; ignored from anybody else.
pub const CLIENT_AGENT: &str = "x-shiming-client-agent";
/// See [`CLIENT_AGENT`]: keyed hash of the address.
pub const CLIENT_IP_HASH: &str = "x-shiming-client-ip-hash";
/// See [`CLIENT_AGENT`]: keyed hash of the WeChat openid.
pub const CLIENT_OPENID_HASH: &str = "x-shiming-client-openid-hash";
/// See [`CLIENT_AGENT`]: keyed hash of the device cookie.
pub const CLIENT_DEVICE_HASH: &str = "x-shiming-client-device-hash";
/// The remaining time, in gRPC's own form.
pub(crate) const TIMEOUT: &str = "grpc-timeout";
