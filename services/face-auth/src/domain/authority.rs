//! Who compares faces, and everything they can say about one: one closed set for every provider.
//!
//! The rows of [`ProviderOutcome`] are those of the vendors' codes in [`provider_codes`](super::provider_codes).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::attempts::Tried;
use super::refusal::Refusal;

/// Who compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Provider {
    /// The references kept here, by our own engine: also what answers of version 0.1 mean.
    #[default]
    BuiltIn,
    /// An authority over gRPC.
    External,
    /// WeChat 人脸核身 2.0, on WeChat's own page.
    #[serde(rename = "wechat")]
    WeChat,
    /// Tencent Cloud FaceID, on Tencent's own page.
    Tencent,
}

impl Provider {
    pub(crate) const ALL: [Self; 4] = [Self::BuiltIn, Self::External, Self::WeChat, Self::Tencent];

    /// The form configuration, columns and audit rows use.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "built_in",
            Self::External => "external",
            Self::WeChat => "wechat",
            Self::Tencent => "tencent",
        }
    }

    pub(crate) fn from_column(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == text)
    }

    /// Whether it shows a face check of its own, so that no frames come to us.
    pub(crate) const fn is_hosted(self) -> bool {
        matches!(self, Self::WeChat | Self::Tencent)
    }
}

/// What a provider gave for a check. Stored sealed, never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "snake_case")]
pub(crate) enum Ticket {
    /// WeChat's.
    #[serde(rename = "wechat")]
    WeChat {
        /// What the JS-SDK opens.
        verify_id: String,
        /// Whose WeChat it must be.
        openid: String,
    },
    /// Tencent's.
    Tencent {
        /// What the result is asked by.
        biz_token: String,
        /// The page to open.
        url: String,
    },
}

impl Ticket {
    pub(crate) const fn provider(&self) -> Provider {
        match self {
            Self::WeChat { .. } => Provider::WeChat,
            Self::Tencent { .. } => Provider::Tencent,
        }
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({}, [redacted])", self.provider().as_str())
    }
}

/// Everything a provider can say about a face check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum ProviderOutcome {
    /// A living person, and the person of the document.
    Passed,
    /// Not done yet.
    FaceNotFinished,
    /// Done before, with this very ticket.
    AlreadyFinished,
    /// The provider's own session is over.
    FaceSessionExpired,
    /// The provider takes no more tries of this person today.
    FaceRetryExhausted,
    /// The provider doesn't accept our account.
    ProviderNotAuthorised,
    /// No living person.
    LivenessAttack,
    /// A fault of the provider's, or an answer nobody knows.
    ProviderTemporary,
    /// The name is not the one of the number.
    NameIdMismatch,
    /// Nothing to compare with.
    NoAuthoritativePhoto,
    /// Somebody else.
    FaceNotSame,
    /// Light, distance, blur, several faces.
    CaptureQuality,
    /// The person left the page.
    UserCancelled,
    /// The device can't.
    DeviceUnsupported,
    /// Camera or microphone were not granted.
    CameraPermission,
}

impl ProviderOutcome {
    /// Whether it is the last word about this face check; all others may be asked for again.
    pub(crate) const fn is_final(self) -> bool {
        match self {
            Self::Passed
            | Self::FaceSessionExpired
            | Self::FaceRetryExhausted
            | Self::LivenessAttack
            | Self::NameIdMismatch
            | Self::NoAuthoritativePhoto
            | Self::FaceNotSame => true,
            Self::FaceNotFinished
            | Self::AlreadyFinished
            | Self::ProviderNotAuthorised
            | Self::ProviderTemporary
            | Self::CaptureQuality
            | Self::UserCancelled
            | Self::DeviceUnsupported
            | Self::CameraPermission => false,
        }
    }

    /// Whether it says something about the provider instead of the person: only then another provider may be asked.
    pub(crate) const fn is_about_the_provider(self) -> bool {
        matches!(self, Self::ProviderTemporary | Self::ProviderNotAuthorised)
    }

    /// How the try is counted, if it is.
    pub(crate) const fn counts_as(self) -> Option<Tried> {
        match self {
            Self::FaceNotSame => Some(Tried::NotSame),
            Self::LivenessAttack => Some(Tried::Attack),
            Self::NameIdMismatch | Self::NoAuthoritativePhoto => Some(Tried::Free),
            _ => None,
        }
    }

    /// What the person is told; `None` when the face passed. `attempts_left` are the day's, `rest_of_day` is when the next one begins,
    /// `pause` when asking again makes sense.
    pub(crate) const fn refusal(
        self,
        attempts_left: u32,
        rest_of_day: Duration,
        pause: Duration,
    ) -> Option<Refusal> {
        Some(match self {
            Self::Passed => return None,
            Self::FaceNotFinished => Refusal::HostedNotFinished { retry_after: pause },
            Self::AlreadyFinished => Refusal::AlreadyFinished,
            Self::FaceSessionExpired => Refusal::SessionExpired,
            Self::FaceRetryExhausted => Refusal::RetryExhausted { retry_after: rest_of_day },
            Self::ProviderNotAuthorised => Refusal::ProviderNotAuthorised,
            Self::LivenessAttack => Refusal::LivenessAttack { attempts_left },
            Self::ProviderTemporary => Refusal::ProviderTemporary { retry_after: pause },
            Self::NameIdMismatch => Refusal::NameMismatch,
            Self::NoAuthoritativePhoto => Refusal::NoAuthoritativePhoto,
            Self::FaceNotSame => Refusal::NotSame { attempts_left },
            Self::CaptureQuality => Refusal::ProviderQuality,
            Self::UserCancelled => Refusal::UserCancelled,
            Self::DeviceUnsupported => Refusal::DeviceUnsupported,
            Self::CameraPermission => Refusal::CameraPermission,
        })
    }
}

#[cfg(test)]
mod tests {
    use shiming_kernel::{ErrorKind, ServiceError as _};

    use super::super::provider_codes::ALL_OUTCOMES;
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn refusal(outcome: ProviderOutcome) -> Option<Refusal> {
        outcome.refusal(3, SECOND, SECOND)
    }

    #[test]
    fn only_a_pass_is_no_refusal() {
        for outcome in ALL_OUTCOMES {
            assert_eq!(refusal(outcome).is_none(), outcome == ProviderOutcome::Passed, "{outcome:?}");
        }
    }

    #[test]
    fn kinds_and_reasons_are_those_of_the_table() {
        use ErrorKind as K;
        use ProviderOutcome as O;
        let table = [
            (O::FaceNotFinished, K::FailedPrecondition, "FACE_NOT_FINISHED"),
            (O::AlreadyFinished, K::FailedPrecondition, "FACE_ALREADY_FINISHED"),
            (O::FaceSessionExpired, K::FailedPrecondition, "FACE_SESSION_EXPIRED"),
            (O::FaceRetryExhausted, K::ResourceExhausted, "FACE_RETRY_EXHAUSTED"),
            (O::ProviderNotAuthorised, K::Internal, "PROVIDER_NOT_AUTHORISED"),
            (O::LivenessAttack, K::PermissionDenied, "LIVENESS_ATTACK"),
            (O::ProviderTemporary, K::Unavailable, "PROVIDER_TEMPORARY"),
            (O::NameIdMismatch, K::FailedPrecondition, "NAME_ID_MISMATCH"),
            (O::NoAuthoritativePhoto, K::FailedPrecondition, "NO_AUTHORITATIVE_PHOTO"),
            (O::FaceNotSame, K::Unauthenticated, "FACE_NOT_SAME"),
            (O::CaptureQuality, K::FailedPrecondition, "CAPTURE_QUALITY"),
            (O::UserCancelled, K::Aborted, "USER_CANCELLED"),
            (O::DeviceUnsupported, K::FailedPrecondition, "DEVICE_UNSUPPORTED"),
            (O::CameraPermission, K::FailedPrecondition, "CAMERA_PERMISSION"),
        ];
        for (outcome, kind, reason) in table {
            let refusal = refusal(outcome).unwrap();
            assert_eq!((refusal.kind(), refusal.reason().as_str()), (kind, reason));
        }
    }

    #[test]
    fn where_the_camera_is_no_way_another_is_named() {
        use ProviderOutcome as O;
        for outcome in [O::ProviderTemporary, O::ProviderNotAuthorised, O::DeviceUnsupported] {
            let words = refusal(outcome).unwrap().words().into_owned();
            assert!(words.contains("短信") && words.contains("办税服务厅"), "{words}");
        }
        for outcome in [O::NameIdMismatch, O::NoAuthoritativePhoto, O::LivenessAttack, O::FaceRetryExhausted]
        {
            assert!(refusal(outcome).unwrap().words().contains("办税服务厅"));
        }
    }

    #[test]
    fn what_is_counted_is_final() {
        for outcome in ALL_OUTCOMES {
            assert!(
                outcome.counts_as().is_none() || outcome.is_final(),
                "{outcome:?} would be counted twice"
            );
        }
    }

    #[test]
    fn providers_keep_their_names() {
        for provider in Provider::ALL {
            assert_eq!(Provider::from_column(provider.as_str()), Some(provider));
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.as_str());
        }
    }
}
