//! Checks for what requests bring, for a service's `rpc/convert.rs`.

use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use prost_types::Timestamp;
use shiming_identifiers::Identity;
use shiming_kernel::{AskedPage, Facts, FieldViolation, Reason, RequestMeta, ServiceError};
use shiming_proto::Mutation;
use shiming_proto::types::v1::IdentityDocument;

use crate::enum_table::Coded as _;

/// A person's document as the contract spells it, the name as it was written.
pub fn identity_document(identity: &Identity) -> IdentityDocument {
    IdentityDocument {
        r#type: identity.document_type().to_wire().into(),
        number: identity.document.as_str().to_owned(),
        name: identity.name.original().to_owned(),
    }
}

/// Fields of a request that were refused. On the wire: `INVALID_ARGUMENT`, reason `INVALID_FIELD`, with a violation per field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid field {}", self.names())]
pub struct InvalidField {
    violations: Vec<FieldViolation>,
}

impl InvalidField {
    /// One refused field; `reason` in upper snake case for programs, `description` in zh-CN for people.
    pub fn new(field: impl Into<String>, reason: &'static str, description: impl Into<String>) -> Self {
        Self { violations: vec![FieldViolation::new(field, reason, description)] }
    }

    /// A field that must be there and is not.
    pub fn missing(field: impl Into<String>) -> Self {
        Self::new(field, "REQUIRED", "此项必填")
    }

    /// A field that can't be read.
    pub fn malformed(field: impl Into<String>) -> Self {
        Self::new(field, "MALFORMED", "格式不正确")
    }

    /// The refused fields.
    pub fn into_violations(self) -> Vec<FieldViolation> {
        self.violations
    }

    /// Several refused fields at once.
    pub fn all(violations: Vec<FieldViolation>) -> Self {
        Self { violations }
    }

    fn names(&self) -> String {
        self.violations.iter().map(|violation| violation.field.as_str()).collect::<Vec<_>>().join(", ")
    }
}

impl ServiceError for InvalidField {
    fn reason(&self) -> Reason {
        Reason::InvalidField
    }
    fn facts(&self) -> Facts {
        Facts::fields(self.violations.clone())
    }
}

/// A message field that must be there.
pub fn required<T>(field: &str, value: Option<T>) -> Result<T, InvalidField> {
    value.ok_or_else(|| InvalidField::missing(field))
}

/// A text field that must not be empty.
pub fn required_text<'a>(field: &str, value: &'a str) -> Result<&'a str, InvalidField> {
    if value.is_empty() { Err(InvalidField::missing(field)) } else { Ok(value) }
}

/// An id, in its one spelling.
pub fn parse_id<T: FromStr>(field: &str, value: &str) -> Result<T, InvalidField> {
    required_text(field, value)?.parse().map_err(|_| InvalidField::malformed(field))
}

/// An id that may be absent: empty.
pub fn optional_id<T: FromStr>(field: &str, value: &str) -> Result<Option<T>, InvalidField> {
    if value.is_empty() { Ok(None) } else { parse_id(field, value).map(Some) }
}

/// An enum value this build knows; `_UNSPECIFIED` and unknown numbers are refused.
pub fn known_enum<E: TryFrom<i32>>(field: &str, value: i32) -> Result<E, InvalidField> {
    if value == 0 {
        return Err(InvalidField::missing(field));
    }
    E::try_from(value).map_err(|_| InvalidField::malformed(field))
}

/// What every mutation carries, of its message.
pub fn meta(message: &impl Mutation) -> Result<RequestMeta, InvalidField> {
    request_meta(message.request_id(), message.validate_only())
}

/// What every mutation carries.
pub fn request_meta(request_id: &str, validate_only: bool) -> Result<RequestMeta, InvalidField> {
    Ok(RequestMeta { request_id: parse_id("request_id", request_id)?, validate_only })
}

/// The page a list request asks for.
pub fn page(page_size: i32, page_token: &str) -> Result<AskedPage, InvalidField> {
    let size = u32::try_from(page_size);
    let size = size.map_err(|_| InvalidField::new("page_size", "NEGATIVE", "每页条数不能为负数"))?;
    Ok(AskedPage::new(size, page_token))
}

/// A moment for the wire.
pub fn timestamp(time: DateTime<Utc>) -> Timestamp {
    let nanos = i32::try_from(time.timestamp_subsec_nanos().min(999_999_999)).unwrap_or(0);
    Timestamp { seconds: time.timestamp(), nanos }
}

/// A moment from the wire.
pub fn to_time(field: &str, time: Timestamp) -> Result<DateTime<Utc>, InvalidField> {
    u32::try_from(time.nanos)
        .ok()
        .and_then(|nanos| DateTime::from_timestamp(time.seconds, nanos))
        .ok_or_else(|| InvalidField::malformed(field))
}

/// A length of time for the wire; a negative one becomes zero.
pub fn duration(length: TimeDelta) -> prost_types::Duration {
    prost_types::Duration::try_from(length.to_std().unwrap_or(Duration::ZERO)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_kernel::{PersonId, SystemClock};

    #[test]
    fn ids_are_read_in_their_one_spelling() {
        let id = PersonId::new(&SystemClock);
        assert_eq!(parse_id("person_id", &id.to_string()), Ok(id));
        let error = parse_id::<PersonId>("person_id", "").unwrap_err();
        assert_eq!(error.violations[0].reason, "REQUIRED");
        let error = parse_id::<PersonId>("person_id", "440101198001010011").unwrap_err();
        assert_eq!(error.violations[0].reason, "MALFORMED");
        assert!(!format!("{error} {error:?}").contains("4401"), "never repeats the value");
        assert_eq!(optional_id::<PersonId>("person_id", ""), Ok(None));
    }

    #[test]
    fn pages_have_bounds() {
        assert_eq!(page(0, "t").unwrap(), AskedPage::new(50, "t"));
        assert!(page(-1, "").is_err());
    }

    #[test]
    fn moments_survive_the_wire() {
        let time: DateTime<Utc> = "2026-01-02T03:04:05.678901Z".parse().unwrap();
        assert_eq!(to_time("t", timestamp(time)), Ok(time));
        assert!(to_time("t", Timestamp { seconds: i64::MAX, nanos: 0 }).is_err());
        assert!(to_time("t", Timestamp { seconds: 0, nanos: -1 }).is_err());
    }

    #[test]
    fn enums_refuse_unspecified_and_unknown() {
        use shiming_proto::types::v1::EvidenceLevel;
        assert_eq!(known_enum("evidence", 1), Ok(EvidenceLevel::Sms));
        assert!(known_enum::<EvidenceLevel>("evidence", 0).is_err());
        assert!(known_enum::<EvidenceLevel>("evidence", 99).is_err());
    }
}
