//! `FaceDataService`.

pub(crate) mod erase_face_data;
pub(crate) mod get_face_data_statistics;
pub(crate) mod list_processing_records;
pub(crate) mod read_face_evidence;
pub(crate) mod verify_erasure_proof;
