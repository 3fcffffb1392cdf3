//! What face-auth says no to, in words that show a way out.

use std::borrow::Cow;
use std::time::Duration;

use shiming_face_engine::CaptureFault;
use shiming_kernel::{Facts, Reason, ServiceError};

use super::action::Action;

/// A rule's no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused: {}", self.reason())]
pub(crate) enum Refusal {
    /// No receipt of the person's separate consent.
    ConsentRequired,
    /// The identity's day is used up.
    RetryExhausted {
        /// When the next one begins.
        retry_after: Duration,
    },
    /// No session for this id and capture token.
    SessionNotFound,
    /// The session, or its result, is over.
    SessionExpired,
    /// The session has its result.
    AlreadyFinished,
    /// The session has no result yet.
    NotFinished,
    /// The result is used, or of another purpose or subject.
    ResultRefused,
    /// Another capture of the same session or identity is being judged.
    ConcurrentCapture,
    /// A picture is none, or damaged.
    NotAnImage,
    /// A picture is too large.
    ImageTooLarge {
        /// Bytes one may have.
        max_bytes: usize,
        /// Pixels one may have.
        max_pixels: u64,
    },
    /// No picture shows one face well enough.
    CaptureQuality(CaptureFault),
    /// The face is somebody else's.
    NotSame {
        /// How often one may try again today.
        attempts_left: u32,
    },
    /// The person's face data was erased, and they haven't agreed again.
    FaceDataErased,
    /// There is no such evidence.
    FaceDataNotFound,
    /// There is nothing to compare with.
    NoAuthoritativePhoto,
    /// The person is under 16, or was on the photo.
    UnderAge,
    /// The authority knows the number under another name.
    NameMismatch,
    /// The challenge is over, used or another one's.
    ChallengeExpired,
    /// An action wasn't seen.
    LivenessIncomplete {
        /// Counted from 1.
        step: usize,
        /// What was asked for.
        action: Action,
    },
    /// No living face. More isn't said: whoever tries to pass as somebody else would learn from it.
    LivenessAttack {
        /// How often one may try again today.
        attempts_left: u32,
    },
    /// The identity is locked for face checks.
    Locked {
        /// When the lock ends, if it does by itself.
        retry_after: Option<Duration>,
    },
    /// The provider's page has no result yet.
    HostedNotFinished {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The provider found the picture too poor; it doesn't say why in our words.
    ProviderQuality,
    /// No provider can be reached.
    ProviderTemporary {
        /// When to come again.
        retry_after: Duration,
    },
    /// No provider accepts our account.
    ProviderNotAuthorised,
    /// The person left the provider's page.
    UserCancelled,
    /// The provider doesn't support the device.
    DeviceUnsupported,
    /// Camera or microphone were not granted.
    CameraPermission,
    /// No demo citizen.
    PersonNotFound,
    /// More captures than the machine can judge.
    Overloaded {
        /// When to come again.
        retry_after: Duration,
    },
}

impl ServiceError for Refusal {
    fn reason(&self) -> Reason {
        match self {
            Self::ConsentRequired => Reason::ConsentRequired,
            Self::RetryExhausted { .. } => Reason::FaceRetryExhausted,
            Self::SessionNotFound => Reason::FaceSessionNotFound,
            Self::SessionExpired => Reason::FaceSessionExpired,
            Self::AlreadyFinished => Reason::FaceAlreadyFinished,
            Self::NotFinished | Self::HostedNotFinished { .. } => Reason::FaceNotFinished,
            Self::ResultRefused => Reason::FaceResultRefused,
            Self::ConcurrentCapture => Reason::ConcurrentChange,
            Self::NotAnImage => Reason::NotAnImage,
            Self::ImageTooLarge { .. } => Reason::ImageTooLarge,
            Self::CaptureQuality(_) | Self::ProviderQuality => Reason::CaptureQuality,
            Self::ProviderTemporary { .. } => Reason::ProviderTemporary,
            Self::ProviderNotAuthorised => Reason::ProviderNotAuthorised,
            Self::UserCancelled => Reason::UserCancelled,
            Self::DeviceUnsupported => Reason::DeviceUnsupported,
            Self::CameraPermission => Reason::CameraPermission,
            Self::NotSame { .. } => Reason::FaceNotSame,
            Self::FaceDataErased => Reason::FaceDataErased,
            Self::FaceDataNotFound => Reason::FaceDataNotFound,
            Self::NoAuthoritativePhoto => Reason::NoAuthoritativePhoto,
            Self::UnderAge => Reason::FaceUnderAge,
            Self::NameMismatch => Reason::NameIdMismatch,
            Self::ChallengeExpired => Reason::FaceChallengeExpired,
            Self::LivenessIncomplete { .. } => Reason::LivenessIncomplete,
            Self::LivenessAttack { .. } => Reason::LivenessAttack,
            Self::Locked { .. } => Reason::FaceLocked,
            Self::PersonNotFound => Reason::PersonNotFound,
            Self::Overloaded { .. } => Reason::Overloaded,
        }
    }

    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::ConcurrentCapture => "正在进行人脸识别，请等待结果，不要重复提交。".into(),
            Self::CaptureQuality(fault) => fault.message().into(),
            Self::NotSame { attempts_left: 0 } => {
                "人脸比对未通过，今天的次数已用完，请明天再试，或到办税服务厅办理。".into()
            }
            Self::NotSame { attempts_left } => format!(
                "人脸比对未通过，请摘下口罩、墨镜，在光线均匀处由本人正对镜头重试，今天还可尝试{attempts_left}次；也可到办税服务厅办理。"
            )
            .into(),
            Self::LivenessIncomplete { action, .. } => {
                format!("没有看到“{}”的动作，请正对镜头，按提示重新完成。", action.words()).into()
            }
            Self::LivenessAttack { attempts_left: 0 } => {
                "未能确认是本人在镜头前，今天的次数已用完，请明天再试，或到办税服务厅办理。".into()
            }
            Self::LivenessAttack { attempts_left } => format!(
                "未能确认是本人在镜头前，请由本人在光线均匀处正对镜头重试，今天还可尝试{attempts_left}次；也可到办税服务厅办理。"
            )
            .into(),
            Self::PersonNotFound => "该证件不属于演示人员，请选择页面列出的演示人员。".into(),
            _ => self.reason().words().into(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::CaptureQuality(fault) => Facts::none().with("fault", fault.reason()),
            Self::NotSame { attempts_left } | Self::LivenessAttack { attempts_left } => {
                Facts::none().with("attempts_left", attempts_left.to_string())
            }
            Self::LivenessIncomplete { step, action } => {
                Facts::none().with("action", action.wire_name()).with("step", step.to_string())
            }
            Self::ImageTooLarge { max_bytes, max_pixels } => Facts::none()
                .with("max_bytes", max_bytes.to_string())
                .with("max_pixels", max_pixels.to_string()),
            Self::RetryExhausted { retry_after }
            | Self::Overloaded { retry_after }
            | Self::HostedNotFinished { retry_after }
            | Self::ProviderTemporary { retry_after } => Facts::wait(*retry_after),
            Self::Locked { retry_after } => Facts::wait(*retry_after),
            _ => Facts::none(),
        }
    }
}
