//! Face-auth from the outside.

mod engine;
