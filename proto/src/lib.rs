//! The contract: every message and service of Shiming, compiled from `shiming/**/*.proto` without protoc.
//!
//! Messages that carry personal fields (`[debug_redact = true]`) have a `Debug` that shows none of their fields.

#![allow(missing_docs, clippy::all, clippy::pedantic)] // generated; the documentation is in the .proto files

/// The encoded `FileDescriptorSet` of the whole contract, custom options kept; servers read the policies and serve reflection from it.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/shiming.bin"));

include!(concat!(env!("OUT_DIR"), "/redacted_debug.rs"));

include!(concat!(env!("OUT_DIR"), "/mutations.rs"));

/// A request that changes something: it names its intent, and may ask for a check only. Implemented for every message that has both fields.
pub trait Mutation {
    /// The client's name for this intent.
    fn request_id(&self) -> &str;
    /// Check everything, change nothing.
    fn validate_only(&self) -> bool;
}

pub mod audit {
    pub mod v1 {
        tonic::include_proto!("shiming.audit.v1");
    }
}
pub mod options {
    pub mod v1 {
        tonic::include_proto!("shiming.options.v1");
    }
}
pub mod types {
    pub mod v1 {
        tonic::include_proto!("shiming.types.v1");
    }
}
pub mod errors {
    pub mod v1 {
        tonic::include_proto!("shiming.errors.v1");
    }
}
pub mod identity {
    pub mod v1 {
        tonic::include_proto!("shiming.identity.v1");
    }
}
pub mod face {
    pub mod v1 {
        tonic::include_proto!("shiming.face.v1");
    }
}
pub mod enterprise {
    pub mod v1 {
        tonic::include_proto!("shiming.enterprise.v1");
    }
}
pub mod gateway {
    pub mod v1 {
        tonic::include_proto!("shiming.gateway.v1");
    }
}
pub mod messaging {
    pub mod v1 {
        tonic::include_proto!("shiming.messaging.v1");
    }
}
