//! Everything identity refuses or fails at, with the words people read.

use std::borrow::Cow;
use std::time::Duration;

use shiming_cache::CacheError;
use shiming_crypto::CryptoError;
use shiming_kernel::{ErrorKind, FieldViolation, ServiceError};
use shiming_rpc::convert::InvalidField;
use shiming_rpc::status::Problem;
use shiming_store::{AsStoreError, StoreError};

use crate::domain::collection::Step;

/// Why a use case of identity did not end well. Carries no personal data.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Fields of the request are wrong.
    #[error("invalid fields")]
    InvalidFields(Vec<FieldViolation>),
    /// This document type is collected at the counter only.
    #[error("document type is collected at the counter")]
    CounterRequired,
    /// A face check was asked for somebody who was not collected with a resident ID.
    #[error("document type has no face check")]
    FaceNotSupported,
    /// The person is under 14.
    #[error("guardian's consent needed")]
    GuardianConsentRequired,
    /// Unknown, finished or expired.
    #[error("collection not found")]
    CollectionNotFound,
    /// Another step is due.
    #[error("collection needs another step first")]
    CollectionStep(Step),
    /// No consent, or one to another text; with the version in force.
    #[error("consent to the text in force is missing")]
    ConsentRequired(&'static str),
    /// No such consent of this person, or no such text.
    #[error("consent not found")]
    ConsentNotFound,
    /// No such erasure of this person's.
    #[error("erasure not found")]
    ErasureNotFound,
    /// The person is collected already.
    #[error("person is collected already")]
    AlreadyCollected,
    /// The code does not count.
    #[error("one-time code refused")]
    CodeWrong(CodeRefusal),
    /// Too many codes were sent to the phone.
    #[error("codes were sent too often")]
    CodeTooSoon(Duration),
    /// Too many wrong tries for this identity today.
    #[error("identity is locked")]
    IdentityLocked(Duration),
    /// The document's last day is over.
    #[error("document expired")]
    DocumentExpired,
    /// The mobile serves as many persons as it may.
    #[error("mobile serves too many persons")]
    MobileInUse,
    /// Unknown, wrong or not collected: one answer.
    #[error("login refused")]
    LoginRefused,
    /// No such session any more.
    #[error("session is not valid")]
    SessionInvalid,
    /// No such person.
    #[error("person not found")]
    PersonNotFound,
    /// Somebody else was faster.
    #[error("lost against a concurrent change")]
    ConcurrentChange,
    /// The text message could not be handed over.
    #[error("sms not sent")]
    SmsProvider(#[source] Option<BoxedCause>),
    /// The face session is not the one that was opened for this, or was used.
    #[error("face result refused")]
    FaceResultRefused,
    /// face-auth said no.
    #[error("face-auth refused")]
    Face(Problem),
    /// face-auth can't be asked.
    #[error("face-auth unavailable")]
    FaceUnavailable(#[source] BoxedCause),
    /// face-auth answered what it must not.
    #[error("face-auth answered out of contract")]
    FaceFault(#[source] BoxedCause),
    /// The database.
    #[error("store")]
    Store(#[from] StoreError),
    /// The cache: what protects people is refused while it is away.
    #[error("cache")]
    Cache(#[from] CacheError),
    /// A sealed value.
    #[error("sealed value")]
    Crypto(#[from] CryptoError),
    /// A stored value that no version of this service writes.
    #[error("stored value can't be read: {0}")]
    Corrupt(&'static str),
}

/// The cause of an error, for the log.
pub type BoxedCause = Box<dyn std::error::Error + Send + Sync>;

/// Why a one-time code does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefusal {
    /// Wrong; so many tries are left.
    Wrong(u32),
    /// Its time has run out.
    Expired,
    /// Too many wrong tries.
    Dead,
    /// None was asked for, or it was used.
    Absent,
}

const LOGIN_REFUSED: &str =
    "登录信息有误或尚未做实名采集，如果您是首次使用，请先通过“实名采集”模块进行实名信息采集。";

impl ServiceError for IdentityError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidFields(_) | Self::CodeWrong(_) => ErrorKind::InvalidArgument,
            Self::LoginRefused | Self::SessionInvalid => ErrorKind::Unauthenticated,
            Self::CollectionNotFound
            | Self::PersonNotFound
            | Self::ConsentNotFound
            | Self::ErasureNotFound => ErrorKind::NotFound,
            Self::AlreadyCollected => ErrorKind::AlreadyExists,
            Self::CounterRequired
            | Self::FaceNotSupported
            | Self::GuardianConsentRequired
            | Self::CollectionStep(_)
            | Self::ConsentRequired(_)
            | Self::DocumentExpired
            | Self::MobileInUse => ErrorKind::FailedPrecondition,
            Self::FaceResultRefused => ErrorKind::PermissionDenied,
            Self::ConcurrentChange => ErrorKind::Aborted,
            Self::CodeTooSoon(_) | Self::IdentityLocked(_) => ErrorKind::ResourceExhausted,
            Self::SmsProvider(_) | Self::FaceUnavailable(_) => ErrorKind::Unavailable,
            Self::Face(problem) => problem.kind,
            Self::Store(error) => error.kind(),
            Self::Cache(error) => error.kind(),
            Self::FaceFault(_) | Self::Crypto(_) | Self::Corrupt(_) => ErrorKind::Internal,
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::InvalidFields(_) => "INVALID_FIELD",
            Self::CounterRequired | Self::FaceNotSupported => "COUNTER_REQUIRED",
            Self::GuardianConsentRequired => "GUARDIAN_CONSENT_REQUIRED",
            Self::CollectionNotFound => "COLLECTION_NOT_FOUND",
            Self::CollectionStep(_) => "COLLECTION_STEP",
            Self::ConsentRequired(_) => "CONSENT_REQUIRED",
            Self::ConsentNotFound => "CONSENT_NOT_FOUND",
            Self::ErasureNotFound => "FACE_DATA_NOT_FOUND",
            Self::AlreadyCollected => "ALREADY_COLLECTED",
            Self::CodeWrong(_) => "CODE_WRONG",
            Self::CodeTooSoon(_) => "CODE_TOO_SOON",
            Self::IdentityLocked(_) => "IDENTITY_LOCKED",
            Self::DocumentExpired => "DOCUMENT_EXPIRED",
            Self::MobileInUse => "MOBILE_IN_USE",
            Self::LoginRefused => "LOGIN_REFUSED",
            Self::SessionInvalid => "SESSION_INVALID",
            Self::PersonNotFound => "PERSON_NOT_FOUND",
            Self::ConcurrentChange => "CONCURRENT_CHANGE",
            Self::SmsProvider(_) => "SMS_PROVIDER",
            Self::FaceResultRefused => "FACE_RESULT_REFUSED",
            Self::FaceUnavailable(_) => "UNAVAILABLE",
            Self::Face(problem) => problem.reason(),
            Self::Store(error) => error.reason(),
            Self::Cache(error) => error.reason(),
            Self::FaceFault(_) | Self::Crypto(_) | Self::Corrupt(_) => "INTERNAL",
        }
    }

    fn message(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::InvalidFields(_) => "提交的内容有误，请按提示修改后重试。",
            Self::CounterRequired => {
                "该证件类型暂不支持在线实名采集，请本人携带有效证件原件，到就近的办税服务厅办理实名信息采集。"
            }
            Self::FaceNotSupported => {
                "刷脸验证仅支持以居民身份证完成实名采集的用户，请本人携带有效证件原件，到就近的办税服务厅办理。"
            }
            Self::GuardianConsentRequired => {
                "未满十四周岁的，须经监护人同意，请由监护人陪同，携带双方有效证件原件，到就近的办税服务厅办理。"
            }
            Self::CollectionNotFound => "本次实名采集已失效或已完成，请重新开始。",
            Self::CollectionStep(Step::Face) => "请先完成人脸识别，再填写实名信息。",
            Self::CollectionStep(Step::Profile) => "人脸识别已通过，请继续填写实名信息。",
            Self::CollectionStep(Step::Done) => "您已完成实名采集，请直接登录。",
            Self::ConsentRequired(_) => "请阅读最新的人脸信息处理同意书，并勾选“同意服务”后继续。",
            Self::ConsentNotFound => "未找到该授权记录，请刷新后重试。",
            Self::ErasureNotFound => "未找到该删除证明，请刷新后重试。",
            Self::AlreadyCollected => "您已完成实名采集，无需重复采集，请直接登录。",
            Self::CodeWrong(refusal) => return refusal.message(),
            Self::CodeTooSoon(wait) => return too_soon(*wait),
            Self::IdentityLocked(_) => {
                "今天验证码输错次数过多，为保护您的信息安全，已暂停验证，请明天再试；如需当天办理，请本人携带有效证件原件到就近的办税服务厅。"
            }
            Self::DocumentExpired => "您的证件已过有效期，请换领新证件后再办理实名采集。",
            Self::MobileInUse => "该手机号码绑定的人数已达上限，请更换其他手机号码。",
            Self::LoginRefused => LOGIN_REFUSED,
            Self::SessionInvalid => "登录状态已失效，请重新登录。",
            Self::PersonNotFound => "未找到该人员的实名信息。",
            Self::ConcurrentChange => "该信息正在另一处办理，请稍后刷新再试。",
            Self::FaceResultRefused => "本次人脸识别结果无效或已使用，请重新进行人脸识别。",
            Self::SmsProvider(_) => "短信暂时无法发送，本次不计入发送次数，请稍后再试。",
            Self::FaceUnavailable(_) => {
                "人脸识别服务暂时不可用，请稍后再试；急需办理的，可以使用短信验证码登录，或者本人携带有效证件原件到就近的办税服务厅办理。"
            }
            Self::Face(problem) => return problem.message.clone().into(),
            Self::Store(error) => return error.message(),
            Self::Cache(error) => return error.message(),
            Self::FaceFault(_) | Self::Crypto(_) | Self::Corrupt(_) => "系统异常，请稍后再试。",
        })
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::CollectionStep(step) => vec![("next_step", step.wire_name().to_owned())],
            Self::ConsentRequired(version) => vec![("version", (*version).to_owned())],
            Self::CodeWrong(CodeRefusal::Wrong(left)) => vec![("tries_left", left.to_string())],
            Self::CodeWrong(CodeRefusal::Expired | CodeRefusal::Dead) => vec![("tries_left", "0".to_owned())],
            Self::Face(problem) => problem.metadata(),
            _ => Vec::new(),
        }
    }

    fn violations(&self) -> Vec<FieldViolation> {
        match self {
            Self::InvalidFields(violations) => violations.clone(),
            Self::CodeWrong(refusal) => vec![FieldViolation::new("code", "CODE_WRONG", refusal.message())],
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::CodeTooSoon(wait) | Self::IdentityLocked(wait) => Some(*wait),
            Self::SmsProvider(_) | Self::FaceUnavailable(_) => Some(Duration::from_secs(5)),
            Self::Face(problem) => problem.retry_after,
            Self::Store(error) => error.retry_after(),
            Self::Cache(error) => error.retry_after(),
            _ => None,
        }
    }
}

impl CodeRefusal {
    fn message(self) -> Cow<'static, str> {
        match self {
            Self::Wrong(0) | Self::Dead => "验证码输错次数过多，已失效，请重新获取。".into(),
            Self::Wrong(left) => format!("验证码有误，还可以再试{left}次。").into(),
            Self::Expired => "验证码已过期，请重新获取。".into(),
            Self::Absent => "验证码已失效，请重新获取。".into(),
        }
    }
}

fn too_soon(wait: Duration) -> Cow<'static, str> {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match seconds {
        0..=90 => format!("验证码发送过于频繁，请在{}秒后重新获取。", seconds.max(1)),
        91..=5400 => format!("验证码获取次数过多，请在{}分钟后重新获取。", seconds.div_ceil(60)),
        _ => format!("今天获取验证码的次数已达上限，请在{}小时后重新获取。", seconds.div_ceil(3600)),
    }
    .into()
}

impl From<InvalidField> for IdentityError {
    fn from(error: InvalidField) -> Self {
        Self::InvalidFields(error.violations())
    }
}

impl AsStoreError for IdentityError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_login_prompt_is_the_manuals_word_for_word() {
        assert_eq!(
            IdentityError::LoginRefused.message(),
            "登录信息有误或尚未做实名采集，如果您是首次使用，请先通过“实名采集”模块进行实名信息采集。"
        );
    }

    #[test]
    fn ways_out_are_named() {
        for error in [
            IdentityError::CounterRequired,
            IdentityError::GuardianConsentRequired,
            IdentityError::FaceUnavailable("down".into()),
        ] {
            assert!(error.message().contains("办税服务厅"), "{error}");
        }
    }

    #[test]
    fn waits_are_told_in_a_fitting_unit() {
        assert!(too_soon(Duration::from_millis(59_001)).contains("60秒"));
        assert!(too_soon(Duration::from_mins(55)).contains("55分钟"));
        assert!(too_soon(Duration::from_hours(20)).contains("20小时"));
        assert!(too_soon(Duration::ZERO).contains("1秒"));
    }
}
