//! What a page needs before anything else.

pub(crate) mod bootstrap;
pub(crate) mod codes;
pub(crate) mod consent;
