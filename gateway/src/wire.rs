//! Between JSON and the contract: enums without their prefix, times as RFC 3339.

use chrono::{DateTime, Utc};
use prost_types::{Duration, Timestamp};
use shiming_proto::{enterprise, face, identity, types};
use shiming_rpc::convert::to_time;

use crate::error::GatewayError;

/// An enum of the contract as JSON spells it: the value's name without its prefix.
macro_rules! wire_enum {
    ($(#[$meta:meta])* $vis:vis $name:ident = $wire:path { $($(#[$value:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        $vis enum $name {
            /// A value this build doesn't know; refused on input.
            Unspecified,
            $($(#[$value])* $variant),+
        }

        impl From<i32> for $name {
            /// Reads a message's field.
            fn from(value: i32) -> Self {
                type Wire = $wire;
                match Wire::try_from(value) {
                    $(Ok(Wire::$variant) => Self::$variant,)+
                    Ok(Wire::Unspecified) | Err(_) => Self::Unspecified,
                }
            }
        }

        impl From<$name> for i32 {
            /// Writes a message's field.
            fn from(value: $name) -> Self {
                type Wire = $wire;
                (match value {
                    $name::Unspecified => Wire::Unspecified,
                    $($name::$variant => Wire::$variant,)+
                }) as i32
            }
        }
    };
}

wire_enum!(
    /// 证件类型.
    pub DocumentType = types::v1::DocumentType {
        /// 居民身份证
        ResidentId,
        /// 临时居民身份证
        TemporaryResidentId,
        /// 港澳居民来往内地通行证
        HongKongMacaoPermit,
        /// 台湾居民来往大陆通行证
        TaiwanPermit,
        /// 外国公民护照
        ForeignPassport,
        /// 外国人永久居留身份证
        ForeignPermanentResidentId,
        /// 中国护照
        ChinesePassport,
        /// 港澳居民居住证
        HongKongMacaoResidencePermit,
        /// 台湾居民居住证
        TaiwanResidencePermit,
    }
);

wire_enum!(
    /// How strongly somebody has proven who they are.
    pub(crate) Evidence = types::v1::EvidenceLevel {
        /// A one-time code to the collected mobile.
        Sms,
        /// A face compared with the authority's reference.
        Face,
        /// The same, at the stricter threshold.
        FaceStrict,
    }
);

wire_enum!(
    /// Something to do before the camera. Left and right are the person's own.
    pub(crate) LivenessAction = face::v1::LivenessAction {
        /// 眨眼
        Blink,
        /// 张嘴
        OpenMouth,
        /// 向左转头
        TurnLeft,
        /// 向右转头
        TurnRight,
        /// 点头
        Nod,
    }
);

wire_enum!(
    /// Who compares a face.
    pub(crate) FaceProvider = face::v1::FaceProvider {
        /// Our own engine.
        BuiltIn,
        /// An authority of the bureau's.
        External,
        /// 微信人脸核身
        Wechat,
        /// 腾讯云慧眼
        Tencent,
    }
);

wire_enum!(
    /// The next thing a collection needs.
    pub(crate) CollectionStep = identity::v1::CollectionStep {
        /// Consent and face.
        Face,
        /// Profile and one-time code.
        Profile,
        /// Nothing: the person is collected.
        Done,
    }
);

wire_enum!(
    /// How far the erasure after a withdrawal is.
    pub(crate) WithdrawalState = identity::v1::WithdrawalState {
        /// The consent is withdrawn, the erasure is under way.
        Erasing,
        /// The face data is erased.
        Erased,
    }
);

wire_enum!(
    /// What a face was checked for.
    pub(crate) FacePurpose = face::v1::FacePurpose {
        /// 实名采集
        Collection,
        /// A sensitive act in a session.
        StepUp,
    }
);

wire_enum!(
    /// A kind of personal data that was processed.
    pub(crate) ProcessedKind = face::v1::ProcessedKind {
        /// Type and number of the document, and the name.
        Document,
        /// Pictures of the face.
        FaceImage,
        /// Movements before the camera.
        Liveness,
        /// The template of the authority's photo.
        Reference,
    }
);

wire_enum!(
    /// The registration's state.
    pub(crate) EnterpriseStatus = enterprise::v1::EnterpriseStatus {
        /// 正常
        Normal,
        /// 非正常
        Abnormal,
        /// 注销
        Cancelled,
        /// 吊销
        Revoked,
    }
);

wire_enum!(
    /// What a person does for an enterprise.
    pub(crate) Role = enterprise::v1::Role {
        /// 法定代表人; from the registry only.
        LegalRepresentative,
        /// 财务负责人
        FinanceOfficer,
        /// 办税员
        TaxClerk,
        /// 领票人
        InvoiceCollector,
        /// 开票员
        InvoiceIssuer,
        /// 税务代理人
        TaxAgent,
        /// 管理员
        Administrator,
        /// 其他
        Other,
    }
);

wire_enum!(
    /// Where a binding stands.
    pub(crate) BindingState = enterprise::v1::BindingState {
        /// Applied for, not decided.
        Pending,
        /// The person may act for the enterprise.
        Active,
        /// The approver refused.
        Rejected,
        /// Not decided in time.
        Expired,
        /// The registry no longer names the person.
        Suspended,
    }
);

wire_enum!(
    /// What an approver says to an application.
    pub(crate) Decision = enterprise::v1::Decision {
        /// 同意
        Approve,
        /// 拒绝
        Reject,
    }
);

/// A part that a service's answer must have.
pub(crate) fn part<T>(name: &'static str, value: Option<T>) -> Result<T, GatewayError> {
    value.ok_or(GatewayError::BadAnswer(name))
}

/// A moment that a service's answer must have.
pub(crate) fn time(name: &'static str, value: Option<Timestamp>) -> Result<DateTime<Utc>, GatewayError> {
    to_time(name, part(name, value)?).map_err(|_| GatewayError::BadAnswer(name))
}

/// A moment that a service's answer may have.
pub(crate) fn maybe_time(
    name: &'static str,
    value: Option<Timestamp>,
) -> Result<Option<DateTime<Utc>>, GatewayError> {
    value.map(|value| time(name, Some(value))).transpose()
}

/// Whole seconds of a length of time that a service's answer must have.
pub(crate) fn seconds(name: &'static str, value: Option<Duration>) -> Result<u64, GatewayError> {
    u64::try_from(part(name, value)?.seconds).map_err(|_| GatewayError::BadAnswer(name))
}

/// Milliseconds of a length of time that a service's answer must have.
pub(crate) fn milliseconds(name: &'static str, value: Option<Duration>) -> Result<u64, GatewayError> {
    let length = part(name, value)?;
    let length = std::time::Duration::try_from(length).map_err(|_| GatewayError::BadAnswer(name))?;
    u64::try_from(length.as_millis()).map_err(|_| GatewayError::BadAnswer(name))
}

/// A text that is absent in JSON when it is empty on the wire.
pub(crate) fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enums_are_spelled_as_the_contract_names_them() {
        for value in 1..=9 {
            let wire = types::v1::DocumentType::try_from(value).unwrap();
            let json = serde_json::to_value(DocumentType::from(value)).unwrap();
            assert_eq!(wire.as_str_name(), format!("DOCUMENT_TYPE_{}", json.as_str().unwrap()));
        }
        for value in 1..=8 {
            let wire = enterprise::v1::Role::try_from(value).unwrap();
            let json = serde_json::to_value(Role::from(value)).unwrap();
            assert_eq!(wire.as_str_name(), format!("ROLE_{}", json.as_str().unwrap()));
        }
        for value in 1..=5 {
            let wire = face::v1::LivenessAction::try_from(value).unwrap();
            let json = serde_json::to_value(LivenessAction::from(value)).unwrap();
            assert_eq!(wire.as_str_name(), format!("LIVENESS_ACTION_{}", json.as_str().unwrap()));
        }
    }

    #[test]
    fn a_value_of_a_newer_peer_is_unspecified() {
        assert_eq!(Role::from(4711), Role::Unspecified);
        assert_eq!(serde_json::to_value(Role::from(0)).unwrap(), "UNSPECIFIED");
        assert_eq!(i32::from(Role::TaxClerk), 3);
    }

    #[test]
    fn a_part_that_is_missing_is_the_peers_fault() {
        assert!(matches!(time("expire_time", None), Err(GatewayError::BadAnswer("expire_time"))));
        assert!(seconds("lifetime", Some(Duration { seconds: -1, nanos: 0 })).is_err());
        assert!(milliseconds("step_time", Some(Duration { seconds: -1, nanos: 0 })).is_err());
        let length = Duration { seconds: 2, nanos: 500_000_000 };
        assert_eq!(milliseconds("step_time", Some(length)).unwrap(), 2500);
    }
}
