//! Why a picture was not turned into a template.

use std::borrow::Cow;
use std::time::Duration;

use shiming_kernel::{Facts, Reason, ServiceError};

/// What is wrong with a picture, in the order it is looked for. Never counted as a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}", self.reason())]
pub enum CaptureFault {
    /// No JPEG, PNG or WebP, or a damaged one.
    NotAnImage,
    /// More bytes or pixels than allowed.
    ImageTooLarge,
    /// Nothing in it looks like a face.
    NoFace,
    /// A second face, near enough to be meant.
    SeveralFaces,
    /// The face has too few pixels to tell people apart.
    FaceTooSmall,
    /// A part of the face is beyond the picture's edge.
    FaceCutOff,
    /// Moved, out of focus or enlarged from too little.
    TooBlurred,
    /// The face lies in the dark.
    TooDark,
    /// The face is washed out by light.
    TooBright,
    /// Turned or tipped away from the camera.
    FaceTurnedAway,
    /// A mask, dark glasses or a hand lie over it.
    FaceCovered,
}

impl CaptureFault {
    /// Every fault, for tables and tests that must cover each of them.
    pub const ALL: [Self; 11] = [
        Self::NotAnImage,
        Self::ImageTooLarge,
        Self::NoFace,
        Self::SeveralFaces,
        Self::FaceTooSmall,
        Self::FaceCutOff,
        Self::TooBlurred,
        Self::TooDark,
        Self::TooBright,
        Self::FaceTurnedAway,
        Self::FaceCovered,
    ];

    /// Upper snake case, stable: what the page chooses its hint by (`metadata.fault`).
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotAnImage => "NOT_AN_IMAGE",
            Self::ImageTooLarge => "IMAGE_TOO_LARGE",
            Self::NoFace => "NO_FACE",
            Self::SeveralFaces => "SEVERAL_FACES",
            Self::FaceTooSmall => "FACE_TOO_SMALL",
            Self::FaceCutOff => "FACE_CUT_OFF",
            Self::TooBlurred => "TOO_BLURRED",
            Self::TooDark => "TOO_DARK",
            Self::TooBright => "TOO_BRIGHT",
            Self::FaceTurnedAway => "FACE_TURNED_AWAY",
            Self::FaceCovered => "FACE_COVERED",
        }
    }

    /// zh-CN: what to do better.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotAnImage => Reason::NotAnImage.words(),
            Self::ImageTooLarge => Reason::ImageTooLarge.words(),
            Self::NoFace => "未检测到人脸，请正对摄像头并露出整个面部。",
            Self::SeveralFaces => "检测到多张人脸，请确保画面中只有您本人。",
            Self::FaceTooSmall => "人脸过小，请靠近摄像头。",
            Self::FaceCutOff => "人脸未完全进入画面，请将整个面部置于取景框内。",
            Self::TooBlurred => "图像模糊，请保持手机稳定并擦拭镜头后重试。",
            Self::TooDark => "光线过暗，请到明亮处重试。",
            Self::TooBright => "光线过强，请避开强光或逆光后重试。",
            Self::FaceTurnedAway => "请正对摄像头，不要低头、抬头或侧脸。",
            Self::FaceCovered => "面部有遮挡，请摘下口罩、墨镜，露出整张脸。",
        }
    }
}

/// Why the engine gave no template.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The picture is at fault.
    #[error("picture refused")]
    Capture(#[from] CaptureFault),
    /// All workers are busy and the queue is full.
    #[error("all face workers are busy")]
    Busy {
        /// When a place is likely to be free.
        retry_after: Duration,
    },
    /// The engine is shutting down, or a worker broke off this job.
    #[error("the job was broken off")]
    BrokenOff,
    /// A net failed or answered in another shape than the manifest says.
    #[error("inference failed")]
    Inference(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl EngineError {
    pub(super) fn inference(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Inference(cause.into())
    }
}

impl ServiceError for EngineError {
    fn reason(&self) -> Reason {
        match self {
            Self::Capture(CaptureFault::NotAnImage) => Reason::NotAnImage,
            Self::Capture(CaptureFault::ImageTooLarge) => Reason::ImageTooLarge,
            Self::Capture(_) => Reason::CaptureQuality,
            Self::Busy { .. } => Reason::Overloaded,
            Self::BrokenOff => Reason::Unavailable,
            Self::Inference(_) => Reason::Internal,
        }
    }

    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::Capture(fault) => fault.message().into(),
            _ => self.reason().words().into(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Capture(fault) => Facts::none().with("fault", fault.reason()),
            Self::Busy { retry_after } => Facts::wait(*retry_after),
            Self::BrokenOff | Self::Inference(_) => Facts::none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_fault_has_its_own_reason_and_words() {
        let reasons: HashSet<_> = CaptureFault::ALL.iter().map(|fault| fault.reason()).collect();
        let messages: HashSet<_> = CaptureFault::ALL.iter().map(|fault| fault.message()).collect();
        assert_eq!((reasons.len(), messages.len()), (CaptureFault::ALL.len(), CaptureFault::ALL.len()));
    }

    #[test]
    fn the_fault_travels_as_metadata() {
        let error = EngineError::from(CaptureFault::TooDark);
        assert_eq!(error.reason(), Reason::CaptureQuality);
        assert_eq!(error.facts(), Facts::none().with("fault", "TOO_DARK"));
        assert_eq!(EngineError::from(CaptureFault::NotAnImage).reason(), Reason::NotAnImage);
    }
}
