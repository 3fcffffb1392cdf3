//! Everything identity refuses or fails at.

use std::borrow::Cow;
use std::time::Duration;

use shiming_cache::CacheError;
use shiming_crypto::CryptoError;
use shiming_kernel::{Facts, FieldViolation, Reason, ServiceError};
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
    /// The person is under 16: no face is compared.
    #[error("too young for a face check")]
    FaceUnderAge,
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
    /// This browser or address asked for too many codes that nothing came of.
    #[error("too many tries of this sender")]
    TooManyTries(Duration),
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
    /// The session goes on under another token.
    #[error("the session has another token now")]
    SessionRenewed,
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
    /// face-auth or messaging said no, in words for the person.
    #[error("a neighbour refused")]
    Neighbour(#[source] Problem),
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

impl ServiceError for IdentityError {
    fn reason(&self) -> Reason {
        match self {
            Self::InvalidFields(_) => Reason::InvalidField,
            Self::CounterRequired | Self::FaceNotSupported => Reason::CounterRequired,
            Self::GuardianConsentRequired => Reason::GuardianConsentRequired,
            Self::FaceUnderAge => Reason::FaceUnderAge,
            Self::CollectionNotFound => Reason::CollectionNotFound,
            Self::CollectionStep(_) => Reason::CollectionStep,
            Self::ConsentRequired(_) => Reason::ConsentRequired,
            Self::ConsentNotFound => Reason::ConsentNotFound,
            Self::ErasureNotFound => Reason::FaceDataNotFound,
            Self::AlreadyCollected => Reason::AlreadyCollected,
            Self::CodeWrong(_) => Reason::CodeWrong,
            Self::CodeTooSoon(_) => Reason::CodeTooSoon,
            Self::IdentityLocked(_) => Reason::IdentityLocked,
            Self::TooManyTries(_) => Reason::TooManyRequests,
            Self::DocumentExpired => Reason::DocumentExpired,
            Self::MobileInUse => Reason::MobileInUse,
            Self::LoginRefused => Reason::LoginRefused,
            Self::SessionInvalid | Self::SessionRenewed => Reason::SessionInvalid,
            Self::PersonNotFound => Reason::PersonNotFound,
            Self::ConcurrentChange => Reason::ConcurrentChange,
            Self::SmsProvider(_) => Reason::SmsProvider,
            Self::FaceResultRefused => Reason::FaceResultRefused,
            Self::FaceUnavailable(_) => Reason::Unavailable,
            Self::Neighbour(problem) => problem.reason(),
            Self::Store(error) => error.reason(),
            Self::Cache(error) => error.reason(),
            Self::FaceFault(_) | Self::Crypto(_) | Self::Corrupt(_) => Reason::Internal,
        }
    }

    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::FaceNotSupported => {
                "刷脸验证仅支持以居民身份证完成实名采集的用户，请本人携带有效证件原件，到就近的办税服务厅办理。".into()
            }
            Self::CollectionStep(Step::Face) => "请先完成人脸识别，再填写实名信息。".into(),
            Self::CollectionStep(Step::Profile) => "人脸识别已通过，请继续填写实名信息。".into(),
            Self::CollectionStep(Step::Done) => Reason::AlreadyCollected.words().into(),
            Self::ErasureNotFound => "未找到该删除证明，请刷新后重试。".into(),
            Self::CodeWrong(refusal) => refusal.words(),
            Self::CodeTooSoon(wait) => too_soon(*wait).into(),
            Self::FaceUnavailable(_) => {
                "人脸识别服务暂时不可用，请稍后再试；急需办理的，可以使用短信验证码登录，或者本人携带有效证件原件，到就近的办税服务厅办理。".into()
            }
            Self::Neighbour(problem) => problem.words(),
            _ => self.reason().words().into(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::InvalidFields(violations) => Facts::fields(violations.clone()),
            Self::SessionRenewed => Facts::none().with(shiming_rpc::session::RENEWED, "true"),
            Self::CollectionStep(step) => Facts::none().with("next_step", step.wire_name()),
            Self::ConsentRequired(version) => Facts::none().with("version", *version),
            Self::CodeWrong(refusal) => refusal.facts(),
            Self::CodeTooSoon(wait) | Self::IdentityLocked(wait) | Self::TooManyTries(wait) => {
                Facts::wait(*wait)
            }
            Self::SmsProvider(_) | Self::FaceUnavailable(_) => Facts::wait(Duration::from_secs(5)),
            Self::Neighbour(problem) => problem.facts(),
            Self::Store(error) => error.facts(),
            Self::Cache(error) => error.facts(),
            _ => Facts::none(),
        }
    }
}

impl CodeRefusal {
    fn words(self) -> Cow<'static, str> {
        match self {
            Self::Wrong(0) | Self::Dead => "验证码输错次数过多，已失效，请重新获取。".into(),
            Self::Wrong(left) => format!("验证码有误，还可以再试{left}次。").into(),
            Self::Expired => "验证码已过期，请重新获取。".into(),
            Self::Absent => "验证码已失效，请重新获取。".into(),
        }
    }

    fn facts(self) -> Facts {
        let field = FieldViolation::new("code", Reason::CodeWrong.to_string(), self.words());
        let facts = Facts::fields(vec![field]);
        match self {
            Self::Wrong(left) => facts.with("tries_left", left.to_string()),
            Self::Expired | Self::Dead => facts.with("tries_left", "0"),
            Self::Absent => facts,
        }
    }
}

fn too_soon(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match seconds {
        0..=90 => format!("验证码发送过于频繁，请在{}秒后重新获取。", seconds.max(1)),
        91..=5400 => format!("验证码获取次数过多，请在{}分钟后重新获取。", seconds.div_ceil(60)),
        _ => format!("今天获取验证码的次数已达上限，请在{}小时后重新获取。", seconds.div_ceil(3600)),
    }
}

impl From<InvalidField> for IdentityError {
    fn from(error: InvalidField) -> Self {
        Self::InvalidFields(error.into_violations())
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
            IdentityError::LoginRefused.words(),
            "登录信息有误或尚未做实名采集，如果您是首次使用，请先通过“实名采集”模块进行实名信息采集。"
        );
    }

    #[test]
    fn ways_out_are_named() {
        for error in [
            IdentityError::CounterRequired,
            IdentityError::GuardianConsentRequired,
            IdentityError::FaceUnderAge,
            IdentityError::FaceUnavailable("down".into()),
        ] {
            assert!(error.words().contains("办税服务厅"), "{error}");
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
