//! Why a rule says no: reason, kind and the words people read.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use shiming_kernel::{ErrorKind, ServiceError, china_time};

use super::{BindingState, EnterpriseStatus, Role};

/// A rule's no. Carries nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the registry knows no such enterprise")]
    EnterpriseNotFound {
        /// What was typed fails its own check digit, so a slip of the finger is likely.
        mistyped: bool,
    },
    #[error("the enterprise is not in normal state: {}", .0.as_str())]
    EnterpriseStatus(EnterpriseStatus),
    #[error("the registry's record changed since it was shown")]
    EnterpriseChanged,
    #[error("this person's look-ups of today are used up")]
    LookupsExhausted { retry_after: Duration },
    #[error("the role is taken by a {} binding of the same person", .state.as_str())]
    BindingExists { role: Role, state: BindingState },
    #[error("no such binding of this person")]
    BindingNotFound,
    #[error("the binding gives no right: it is {}", .0.as_str())]
    BindingNotActive(BindingState),
    #[error("the approver's own binding gives no right: it is {}", .0.as_str())]
    ApproverNotActive(BindingState),
    #[error("the application is {} already", .0.as_str())]
    ApplicationDecided(BindingState),
    #[error("the approver is the applicant")]
    ApproverIsApplicant,
    #[error("no such application for this approver")]
    ApplicationNotFound,
    #[error("the role follows from the registry alone")]
    RoleNotApplicable,
    #[error("rejected a short while ago")]
    CoolDown { retry_time: DateTime<Utc>, now: DateTime<Utc> },
    #[error("a minor takes no role")]
    MinorNotAllowed,
    #[error("the person's own document is not valid today")]
    DocumentExpired,
    #[error("the applicant's document is not valid today")]
    ApplicantDocumentExpired,
    #[error("no face check within the time allowed")]
    StepUpRequired,
    #[error("somebody else changed it first")]
    ConcurrentChange,
}

impl ServiceError for Refusal {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::EnterpriseNotFound { .. } | Self::BindingNotFound | Self::ApplicationNotFound => {
                ErrorKind::NotFound
            }
            Self::EnterpriseStatus(_)
            | Self::ApplicationDecided(_)
            | Self::RoleNotApplicable
            | Self::CoolDown { .. }
            | Self::MinorNotAllowed
            | Self::DocumentExpired
            | Self::ApplicantDocumentExpired
            | Self::StepUpRequired => ErrorKind::FailedPrecondition,
            Self::EnterpriseChanged | Self::ConcurrentChange => ErrorKind::Aborted,
            Self::LookupsExhausted { .. } => ErrorKind::ResourceExhausted,
            Self::BindingExists { .. } => ErrorKind::AlreadyExists,
            Self::BindingNotActive(_) | Self::ApproverNotActive(_) | Self::ApproverIsApplicant => {
                ErrorKind::PermissionDenied
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::EnterpriseNotFound { .. } => "ENTERPRISE_NOT_FOUND",
            Self::EnterpriseStatus(_) => "ENTERPRISE_STATUS",
            Self::EnterpriseChanged => "ENTERPRISE_CHANGED",
            Self::LookupsExhausted { .. } => "ENTERPRISE_LOOKUPS_EXHAUSTED",
            Self::BindingExists { .. } => "BINDING_EXISTS",
            Self::BindingNotFound => "BINDING_NOT_FOUND",
            Self::BindingNotActive(_) | Self::ApproverNotActive(_) => "BINDING_NOT_ACTIVE",
            Self::ApplicationDecided(_) => "APPLICATION_DECIDED",
            Self::ApproverIsApplicant => "APPROVER_IS_APPLICANT",
            Self::ApplicationNotFound => "APPLICATION_NOT_FOUND",
            Self::RoleNotApplicable => "ROLE_NOT_APPLICABLE",
            Self::CoolDown { .. } => "APPLICATION_COOL_DOWN",
            Self::MinorNotAllowed => "MINOR_NOT_ALLOWED",
            Self::DocumentExpired | Self::ApplicantDocumentExpired => "DOCUMENT_EXPIRED",
            Self::StepUpRequired => "STEP_UP_REQUIRED",
            Self::ConcurrentChange => "CONCURRENT_CHANGE",
        }
    }

    fn message(&self) -> Cow<'static, str> {
        match self {
            Self::EnterpriseNotFound { mistyped: false } => {
                "未查询到该企业，请核对社会信用代码（纳税人识别号）".into()
            }
            Self::EnterpriseNotFound { mistyped: true } => {
                "未查询到该企业，您输入的代码校验位不正确，请核对后重新输入".into()
            }
            Self::EnterpriseStatus(status) => {
                format!("该企业的登记状态为“{}”，不能办理企业绑定", status.label()).into()
            }
            Self::EnterpriseChanged => "企业登记信息已发生变化，请重新确认企业信息".into(),
            Self::LookupsExhausted { .. } => "您今日查询企业的次数已用完，请明天再试".into(),
            Self::BindingExists { role, state: BindingState::Active } => {
                format!("您已是该企业的{}，无需重复申请", role.label()).into()
            }
            Self::BindingExists { role, .. } => {
                format!("您已申请成为该企业的{}，请等待审批", role.label()).into()
            }
            Self::BindingNotFound => "未找到该办税身份".into(),
            Self::BindingNotActive(state) => {
                format!("该办税身份{}，不能以该企业身份办税", condition(*state)).into()
            }
            Self::ApproverNotActive(state) => {
                format!("您在该企业的办税身份{}，不能审批", condition(*state)).into()
            }
            Self::ApplicationDecided(state) => outcome(*state).into(),
            Self::ApproverIsApplicant => "不能审批本人提交的申请".into(),
            Self::ApplicationNotFound => "未找到该办税身份申请".into(),
            Self::RoleNotApplicable => "法定代表人以税务登记信息为准，不能申请，请使用“刷新”功能".into(),
            Self::CoolDown { retry_time, .. } => {
                format!("您的申请不久前被拒绝，请在{}之后再次申请", beijing(*retry_time)).into()
            }
            Self::MinorNotAllowed => "未满18周岁，不能担任企业的办税身份".into(),
            Self::DocumentExpired => "您的证件已过有效期，请更新证件信息后再办理".into(),
            Self::ApplicantDocumentExpired => "申请人的证件已过有效期，不能同意该申请".into(),
            Self::StepUpRequired => "请先完成人脸识别，再刷新办税身份".into(),
            Self::ConcurrentChange => "该信息已被更新，请刷新页面后重试".into(),
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        let upper = |text: &str| text.to_ascii_uppercase();
        match self {
            Self::EnterpriseNotFound { mistyped: true } => vec![("checksum", "FAILED".to_owned())],
            Self::EnterpriseStatus(status) => vec![("status", upper(status.as_str()))],
            Self::BindingExists { state, .. }
            | Self::BindingNotActive(state)
            | Self::ApproverNotActive(state)
            | Self::ApplicationDecided(state) => vec![("state", upper(state.as_str()))],
            Self::CoolDown { retry_time, .. } => {
                vec![("retry_time", retry_time.to_rfc3339_opts(SecondsFormat::Secs, true))]
            }
            _ => Vec::new(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::LookupsExhausted { retry_after } => Some(*retry_after),
            Self::CoolDown { retry_time, now } => (*retry_time - *now).to_std().ok(),
            _ => None,
        }
    }
}

fn condition(state: BindingState) -> &'static str {
    match state {
        BindingState::Pending => "正在等待审批",
        BindingState::Active => "已生效",
        BindingState::Rejected => "申请未获同意",
        BindingState::Expired => "申请已过期",
        BindingState::Suspended => "已停用",
    }
}

fn outcome(state: BindingState) -> &'static str {
    match state {
        BindingState::Rejected => "该申请已审批，结果为“已拒绝”",
        BindingState::Expired => "该申请超过期限未审批，已自动失效",
        BindingState::Pending | BindingState::Active | BindingState::Suspended => {
            "该申请已审批，结果为“已同意”"
        }
    }
}

/// `2026年3月2日08:30`
fn beijing(time: DateTime<Utc>) -> String {
    china_time(time).format("%Y年%-m月%-d日%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cool_down_says_until_when_in_local_time() {
        let now: DateTime<Utc> = "2026-03-01T00:30:00Z".parse().unwrap();
        let refusal = Refusal::CoolDown { retry_time: now + chrono::TimeDelta::hours(24), now };
        assert!(refusal.message().contains("2026年3月2日08:30"), "{}", refusal.message());
        assert_eq!(refusal.metadata(), [("retry_time", "2026-03-02T00:30:00Z".to_owned())]);
        assert_eq!(refusal.retry_after(), Some(Duration::from_hours(24)));
    }

    #[test]
    fn a_taken_role_says_whether_to_wait() {
        let exists = |state| Refusal::BindingExists { role: Role::TaxClerk, state };
        assert_eq!(exists(BindingState::Active).message(), "您已是该企业的办税员，无需重复申请");
        assert_eq!(exists(BindingState::Pending).message(), "您已申请成为该企业的办税员，请等待审批");
        assert_eq!(exists(BindingState::Pending).metadata(), [("state", "PENDING".to_owned())]);
    }

    #[test]
    fn a_decided_application_shows_the_outcome_in_the_manuals_words() {
        let decided = |state| Refusal::ApplicationDecided(state).message();
        assert!(decided(BindingState::Active).contains("已同意"));
        assert!(decided(BindingState::Suspended).contains("已同意"));
        assert!(decided(BindingState::Rejected).contains("已拒绝"));
    }
}
