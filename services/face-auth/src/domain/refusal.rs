//! What face-auth says no to, in words that show a way out.

use std::borrow::Cow;
use std::time::Duration;

use shiming_kernel::{ErrorKind, ServiceError};

use super::challenge::Action;
use shiming_face_engine::CaptureFault;

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
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotAnImage | Self::ImageTooLarge { .. } => ErrorKind::InvalidArgument,
            Self::NotSame { .. } => ErrorKind::Unauthenticated,
            Self::ResultRefused | Self::LivenessAttack { .. } => ErrorKind::PermissionDenied,
            Self::SessionNotFound | Self::PersonNotFound | Self::FaceDataNotFound => ErrorKind::NotFound,
            Self::ConsentRequired
            | Self::SessionExpired
            | Self::AlreadyFinished
            | Self::NotFinished
            | Self::CaptureQuality(_)
            | Self::ChallengeExpired
            | Self::LivenessIncomplete { .. }
            | Self::FaceDataErased
            | Self::NoAuthoritativePhoto
            | Self::NameMismatch
            | Self::HostedNotFinished { .. }
            | Self::ProviderQuality
            | Self::DeviceUnsupported
            | Self::CameraPermission => ErrorKind::FailedPrecondition,
            Self::ConcurrentCapture | Self::UserCancelled => ErrorKind::Aborted,
            Self::ProviderTemporary { .. } => ErrorKind::Unavailable,
            Self::ProviderNotAuthorised => ErrorKind::Internal,
            Self::RetryExhausted { .. } | Self::Overloaded { .. } | Self::Locked { .. } => {
                ErrorKind::ResourceExhausted
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::ConsentRequired => "CONSENT_REQUIRED",
            Self::RetryExhausted { .. } => "FACE_RETRY_EXHAUSTED",
            Self::SessionNotFound => "FACE_SESSION_NOT_FOUND",
            Self::SessionExpired => "FACE_SESSION_EXPIRED",
            Self::AlreadyFinished => "FACE_ALREADY_FINISHED",
            Self::NotFinished | Self::HostedNotFinished { .. } => "FACE_NOT_FINISHED",
            Self::ResultRefused => "FACE_RESULT_REFUSED",
            Self::ConcurrentCapture => "CONCURRENT_CHANGE",
            Self::NotAnImage => "NOT_AN_IMAGE",
            Self::ImageTooLarge { .. } => "IMAGE_TOO_LARGE",
            Self::CaptureQuality(_) | Self::ProviderQuality => "CAPTURE_QUALITY",
            Self::ProviderTemporary { .. } => "PROVIDER_TEMPORARY",
            Self::ProviderNotAuthorised => "PROVIDER_NOT_AUTHORISED",
            Self::UserCancelled => "USER_CANCELLED",
            Self::DeviceUnsupported => "DEVICE_UNSUPPORTED",
            Self::CameraPermission => "CAMERA_PERMISSION",
            Self::NotSame { .. } => "FACE_NOT_SAME",
            Self::FaceDataErased => "FACE_DATA_ERASED",
            Self::FaceDataNotFound => "FACE_DATA_NOT_FOUND",
            Self::NoAuthoritativePhoto => "NO_AUTHORITATIVE_PHOTO",
            Self::NameMismatch => "NAME_ID_MISMATCH",
            Self::ChallengeExpired => "FACE_CHALLENGE_EXPIRED",
            Self::LivenessIncomplete { .. } => "LIVENESS_INCOMPLETE",
            Self::LivenessAttack { .. } => "LIVENESS_ATTACK",
            Self::Locked { .. } => "FACE_LOCKED",
            Self::PersonNotFound => "PERSON_NOT_FOUND",
            Self::Overloaded { .. } => "OVERLOADED",
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::ConsentRequired => "请先阅读并同意人脸信息处理同意书；不同意的，可到办税服务厅窗口办理".into(),
            Self::RetryExhausted { .. } => "今日人脸识别次数已用完，请明天再试，或到办税服务厅窗口办理".into(),
            Self::SessionNotFound => "人脸识别已失效，请返回重新开始".into(),
            Self::SessionExpired => "人脸识别已超时，请返回重新开始".into(),
            Self::AlreadyFinished => "人脸识别已完成，请继续下一步".into(),
            Self::NotFinished => "请先完成人脸识别".into(),
            Self::ResultRefused => "人脸识别结果无效，请重新进行人脸识别".into(),
            Self::ConcurrentCapture => "正在进行人脸识别，请等待结果，不要重复提交".into(),
            Self::NotAnImage => CaptureFault::NotAnImage.message().into(),
            Self::ImageTooLarge { .. } => CaptureFault::ImageTooLarge.message().into(),
            Self::CaptureQuality(fault) => fault.message().into(),
            Self::HostedNotFinished { .. } => "人脸识别尚未完成，请在识别页面完成后再继续".into(),
            Self::ProviderQuality => {
                "拍摄效果不佳，请摘下口罩、墨镜，在光线均匀处由本人单独正对镜头，保持稳定后重试".into()
            }
            Self::ProviderTemporary { .. } => {
                "人脸识别服务暂不可用，本次不计入尝试次数，请稍后重试；已完成实名采集的可使用短信验证码登录，也可到办税服务厅窗口办理".into()
            }
            Self::ProviderNotAuthorised => {
                "人脸识别服务暂不可用，已完成实名采集的可使用短信验证码登录，也可到办税服务厅窗口办理".into()
            }
            Self::UserCancelled => "您已退出人脸识别，本次不计入尝试次数；如需继续，请重新开始人脸识别".into(),
            Self::DeviceUnsupported => {
                "当前设备不支持人脸识别，请更换手机重试；已完成实名采集的可使用短信验证码登录，也可到办税服务厅窗口办理".into()
            }
            Self::CameraPermission => {
                "未获得相机或麦克风权限，请在手机系统设置中允许微信使用相机和麦克风后重试；也可到办税服务厅窗口办理".into()
            }
            Self::NotSame { attempts_left: 0 } => {
                "人脸比对未通过，今日次数已用完，请明天再试，或到办税服务厅窗口办理".into()
            }
            Self::NotSame { attempts_left } => format!(
                "人脸比对未通过，请摘下口罩、墨镜，在光线均匀处由本人正对镜头重试，今日还可尝试{attempts_left}次；也可到办税服务厅窗口办理"
            )
            .into(),
            Self::FaceDataErased => "本人已撤回同意，人脸信息已删除；重新同意后方可再次处理".into(),
            Self::FaceDataNotFound => "未找到相关人脸信息，可能未保存、已到期或已删除".into(),
            Self::NoAuthoritativePhoto => "未查询到可用于比对的证件照片，请携带证件到办税服务厅窗口办理".into(),
            Self::NameMismatch => {
                "姓名与证件号码不一致，请核对后重新填写；确认无误的，请携带证件到办税服务厅窗口办理".into()
            }
            Self::ChallengeExpired => "本次动作验证已失效，请重新开始识别".into(),
            Self::LivenessIncomplete { action, .. } => {
                format!("没有看到“{}”的动作，请正对镜头，按提示重新完成", action.words()).into()
            }
            Self::LivenessAttack { attempts_left: 0 } => {
                "未能确认是本人在镜头前，今日次数已用完，请明天再试，或到办税服务厅窗口办理".into()
            }
            Self::LivenessAttack { attempts_left } => format!(
                "未能确认是本人在镜头前，请由本人在光线均匀处正对镜头重试，今日还可尝试{attempts_left}次；也可到办税服务厅窗口办理"
            )
            .into(),
            Self::Locked { .. } => {
                "该证件的人脸识别已被锁定，可使用短信验证码登录，或携带证件到办税服务厅窗口办理".into()
            }
            Self::PersonNotFound => "该证件不属于演示人员，请选择页面列出的演示人员".into(),
            Self::Overloaded { .. } => "当前办理人数较多，请稍后重试".into(),
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::CaptureQuality(fault) => vec![("fault", fault.reason().to_owned())],
            Self::NotSame { attempts_left } | Self::LivenessAttack { attempts_left } => {
                vec![("attempts_left", attempts_left.to_string())]
            }
            Self::LivenessIncomplete { step, action } => {
                vec![("action", action.wire_name().to_owned()), ("step", step.to_string())]
            }
            Self::ImageTooLarge { max_bytes, max_pixels } => {
                vec![("max_bytes", max_bytes.to_string()), ("max_pixels", max_pixels.to_string())]
            }
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RetryExhausted { retry_after }
            | Self::Overloaded { retry_after }
            | Self::HostedNotFinished { retry_after }
            | Self::ProviderTemporary { retry_after } => Some(*retry_after),
            Self::Locked { retry_after } => *retry_after,
            _ => None,
        }
    }
}
