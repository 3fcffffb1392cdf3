//! The system as its users meet it: the journey and its refusals over HTTP, the operators' calls by grpcurl, in one process and in five.

#![expect(clippy::unwrap_used, reason = "tests")]

mod connect;
mod face_attacks;
mod face_data;
mod face_session;
mod journey;
mod operators;
mod refusals;
mod secrecy;
mod trace;
mod walk;
