//! What identity asks of others: ports as traits, and their adapters to the other services.

pub mod events;
pub mod face;
pub mod face_data;
mod signed_result;
pub mod sms;
