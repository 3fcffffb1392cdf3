//! Why a rule says no: its reason, and what it knows beyond the reason's own words.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use shiming_kernel::{Facts, Reason, ServiceError, china_time};

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
    fn reason(&self) -> Reason {
        match self {
            Self::EnterpriseNotFound { .. } => Reason::EnterpriseNotFound,
            Self::EnterpriseStatus(_) => Reason::EnterpriseStatus,
            Self::EnterpriseChanged => Reason::EnterpriseChanged,
            Self::LookupsExhausted { .. } => Reason::EnterpriseLookupsExhausted,
            Self::BindingExists { .. } => Reason::BindingExists,
            Self::BindingNotFound => Reason::BindingNotFound,
            Self::BindingNotActive(_) | Self::ApproverNotActive(_) => Reason::BindingNotActive,
            Self::ApplicationDecided(_) => Reason::ApplicationDecided,
            Self::ApproverIsApplicant => Reason::ApproverIsApplicant,
            Self::ApplicationNotFound => Reason::ApplicationNotFound,
            Self::RoleNotApplicable => Reason::RoleNotApplicable,
            Self::CoolDown { .. } => Reason::ApplicationCoolDown,
            Self::MinorNotAllowed => Reason::MinorNotAllowed,
            Self::DocumentExpired | Self::ApplicantDocumentExpired => Reason::DocumentExpired,
            Self::StepUpRequired => Reason::StepUpRequired,
            Self::ConcurrentChange => Reason::ConcurrentChange,
        }
    }

    fn words(&self) -> Cow<'_, str> {
        match self {
            Self::EnterpriseNotFound { mistyped: true } => {
                "未查询到该企业，您输入的代码校验位不正确，请核对后重新输入。".into()
            }
            Self::EnterpriseStatus(status) => {
                format!("该企业的登记状态为“{}”，不能办理企业绑定。", status.label()).into()
            }
            Self::BindingExists { role, state: BindingState::Active } => {
                format!("您已是该企业的{}，无需重复申请。", role.label()).into()
            }
            Self::BindingExists { role, .. } => {
                format!("您已申请成为该企业的{}，请等待审批。", role.label()).into()
            }
            Self::BindingNotActive(state) => {
                format!("该办税身份{}，不能以该企业身份办税。", condition(*state)).into()
            }
            Self::ApproverNotActive(state) => {
                format!("您在该企业的办税身份{}，不能审批。", condition(*state)).into()
            }
            Self::ApplicationDecided(state) => outcome(*state).into(),
            Self::CoolDown { retry_time, .. } => {
                format!("您的申请不久前被拒绝，请在{}之后再次申请。", beijing(*retry_time)).into()
            }
            Self::ApplicantDocumentExpired => "申请人的证件已过有效期，不能同意该申请。".into(),
            _ => self.reason().words().into(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::EnterpriseNotFound { mistyped: true } => Facts::none().with("checksum", "FAILED"),
            Self::EnterpriseStatus(status) => {
                Facts::none().with("status", status.as_str().to_ascii_uppercase())
            }
            Self::BindingExists { state, .. }
            | Self::BindingNotActive(state)
            | Self::ApproverNotActive(state)
            | Self::ApplicationDecided(state) => {
                Facts::none().with("state", state.as_str().to_ascii_uppercase())
            }
            Self::LookupsExhausted { retry_after } => Facts::wait(*retry_after),
            Self::CoolDown { retry_time, now } => Facts::wait((*retry_time - *now).to_std().ok())
                .with("retry_time", retry_time.to_rfc3339_opts(SecondsFormat::Secs, true)),
            _ => Facts::none(),
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
        BindingState::Rejected => "该申请已审批，结果为“已拒绝”。",
        BindingState::Expired => "该申请超过期限未审批，已自动失效。",
        BindingState::Pending | BindingState::Active | BindingState::Suspended => {
            "该申请已审批，结果为“已同意”。"
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
        assert!(refusal.words().contains("2026年3月2日08:30"), "{}", refusal.words());
        let wait = Facts::wait(Duration::from_hours(24));
        assert_eq!(refusal.facts(), wait.with("retry_time", "2026-03-02T00:30:00Z"));
    }

    #[test]
    fn a_taken_role_says_whether_to_wait() {
        let exists = |state| Refusal::BindingExists { role: Role::TaxClerk, state };
        assert_eq!(exists(BindingState::Active).words(), "您已是该企业的办税员，无需重复申请。");
        assert_eq!(exists(BindingState::Pending).words(), "您已申请成为该企业的办税员，请等待审批。");
        assert_eq!(exists(BindingState::Pending).facts(), Facts::none().with("state", "PENDING"));
    }

    #[test]
    fn a_decided_application_shows_the_outcome_in_the_manuals_words() {
        let decided = |state| Refusal::ApplicationDecided(state).words().into_owned();
        assert!(decided(BindingState::Active).contains("已同意"));
        assert!(decided(BindingState::Suspended).contains("已同意"));
        assert!(decided(BindingState::Rejected).contains("已拒绝"));
    }
}
