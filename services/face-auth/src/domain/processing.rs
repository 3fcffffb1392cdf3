//! What is noted of each processing of a face, so that people and authorities can see it later.

use chrono::{DateTime, Utc};
use shiming_kernel::FaceSessionId;
use uuid::Uuid;

use super::authority::Provider;
use super::purpose::Purpose;

/// A kind of personal data that was processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProcessedKind {
    /// Type and number of the document, and the name.
    Document,
    /// Pictures of the face.
    FaceImage,
    /// Movements before the camera.
    Liveness,
    /// The template of the authority's photo.
    Reference,
}

impl ProcessedKind {
    const ALL: [Self; 4] = [Self::Document, Self::FaceImage, Self::Liveness, Self::Reference];

    /// The form the column uses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::FaceImage => "face_image",
            Self::Liveness => "liveness",
            Self::Reference => "reference",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A decision about to be noted; whose and on which consent, its session knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewProcessing<'a> {
    pub(crate) record_id: Uuid,
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) kinds: &'a [ProcessedKind],
    pub(crate) provider: Provider,
    /// `PASSED`, or the reason why not.
    pub(crate) result: &'a str,
    /// Until when a picture is kept; `None`: none is.
    pub(crate) evidence_expire_time: Option<DateTime<Utc>>,
    /// Until when the record is kept.
    pub(crate) expire_time: DateTime<Utc>,
}

/// A noted processing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProcessingRecord {
    pub(crate) record_id: Uuid,
    pub(crate) process_time: DateTime<Utc>,
    pub(crate) purpose: Purpose,
    pub(crate) consent_id: Uuid,
    pub(crate) consent_version: String,
    pub(crate) kinds: Vec<ProcessedKind>,
    pub(crate) provider: Provider,
    pub(crate) result: String,
    pub(crate) evidence_expire_time: Option<DateTime<Utc>>,
    pub(crate) expire_time: DateTime<Utc>,
}
