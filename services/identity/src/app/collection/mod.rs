//! `CollectionService`.

pub(crate) mod begin_collection_face;
pub(crate) mod complete_collection_face;
pub(crate) mod finish_collection;
pub(crate) mod get_collection;
pub(crate) mod send_collection_code;
pub(crate) mod start_collection;
