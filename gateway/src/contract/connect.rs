//! The Connect protocol (<https://connectrpc.com/docs/protocol>) for unary calls, so that any generated client can call the gateway.
//!
//! The address, the JSON and the answers are the same for everybody. Who shows that they speak Connect, by the header
//! `Connect-Protocol-Version: 1` or by `connect=v1` in a GET, gets errors as Connect spells them instead of problem+json, from every layer;
//! they may also send and get protobuf instead of JSON, and say how long they wait. Compressed requests are not taken, answers are not
//! compressed, streams are server-sent events only.
//!
//! A client is no page, but it changes nothing without what a page brings: the cookies that `GET /api/bootstrap` sets, and the value of the
//! cookie `shiming_csrf` (over https `__Host-shiming_csrf`) in the header `X-CSRF-Token`, on every POST. Reads by GET need neither. A session is the cookie that `LogIn` sets.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde_json::{Value, json};
use shiming_exposed::Unreadable;
use shiming_kernel::{ErrorKind, ServiceError as _};
use shiming_rpc::status;
use url::form_urlencoded;

use crate::error::GatewayError;
use crate::http::input::has_type;
use crate::http::problem::Refused;

const VERSION: HeaderName = HeaderName::from_static("connect-protocol-version");
const TIMEOUT: HeaderName = HeaderName::from_static("connect-timeout-ms");
/// Padded or not: the protocol leaves it to the client.
const ANY_PADDING: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How messages are written, both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Json,
    Proto,
}

impl Encoding {
    /// Of a body.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, GatewayError> {
        let is_plain = headers.get(CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
        match () {
            () if !is_plain => Err(GatewayError::WrongType),
            () if has_type(headers, "application/json") => Ok(Self::Json),
            () if has_type(headers, "application/proto") => Ok(Self::Proto),
            () => Err(GatewayError::WrongType),
        }
    }

    /// The message, as it was sent.
    pub(super) fn read(self, input: &MessageDescriptor, bytes: &[u8]) -> Result<DynamicMessage, Unreadable> {
        match self {
            Self::Json => shiming_exposed::from_json(input, bytes),
            Self::Proto => shiming_exposed::from_proto(input, bytes),
        }
    }

    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json",
            Self::Proto => "application/proto",
        })
    }
}

/// Refuses versions that nobody knows yet.
pub(super) fn check_version(headers: &HeaderMap) -> Result<(), GatewayError> {
    if headers.get(VERSION).is_none_or(|version| version == "1") {
        Ok(())
    } else {
        Err(GatewayError::field("Connect-Protocol-Version", "MALFORMED", "不支持这个协议版本"))
    }
}

/// How long the caller waits: up to ten digits, in milliseconds.
pub(super) fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, GatewayError> {
    let Some(value) = headers.get(TIMEOUT) else { return Ok(None) };
    let digits =
        value.to_str().ok().filter(|text| text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(milliseconds) => Ok(Some(Duration::from_millis(milliseconds))),
        None => Err(GatewayError::field("Connect-Timeout-Ms", "MALFORMED", "等待时间有误")),
    }
}

/// The message of a GET as Connect sends it; `None` for one with plain parameters.
pub(super) fn message(query: &str) -> Result<Option<(Encoding, Bytes)>, GatewayError> {
    let wrong = |name: &str| GatewayError::field(name, "MALFORMED", "格式不正确");
    let find = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(given, _)| given == name).map(|(_, value)| value)
    };
    match find("connect") {
        None => return Ok(None),
        Some(version) if version != "v1" => return Err(wrong("connect")),
        Some(_) => {}
    }
    if find("compression").is_some_and(|coding| !coding.is_empty() && coding != "identity") {
        return Err(GatewayError::WrongType);
    }
    let encoding = match find("encoding").as_deref() {
        Some("json") => Encoding::Json,
        Some("proto") => Encoding::Proto,
        _ => return Err(GatewayError::WrongType),
    };
    let text = find("message").ok_or_else(|| wrong("message"))?;
    let bytes = match find("base64").as_deref() {
        Some("1") => ANY_PADDING.decode(text.as_bytes()).map_err(|_| wrong("message"))?,
        None | Some("" | "0") => text.into_owned().into_bytes(),
        Some(_) => return Err(wrong("base64")),
    };
    Ok(Some((encoding, bytes.into())))
}

fn speaks(headers: &HeaderMap, uri: &Uri) -> bool {
    headers.contains_key(VERSION)
        || uri.query().is_some_and(|query| query.split('&').any(|one| one == "connect=v1"))
}

/// Errors as the caller spells them, whichever layer they come from.
pub(crate) async fn errors(request: Request, next: Next) -> Response {
    let speaks = speaks(request.headers(), request.uri());
    let mut response = next.run(request).await;
    if speaks && let Some(refused) = response.extensions().get::<Refused>().cloned() {
        let body = serde_json::to_vec(&error(&refused.error)).unwrap_or_default();
        if *response.status_mut() != StatusCode::UNSUPPORTED_MEDIA_TYPE {
            *response.status_mut() = status(refused.reason.kind());
        }
        response.headers_mut().insert(CONTENT_TYPE, Encoding::Json.content_type());
        *response.body_mut() = Body::from(body);
    }
    response
}

fn error(error: &GatewayError) -> Value {
    let facts = error.facts();
    let details = status::details(error).into_iter().map(|detail| {
        let name = detail.type_url.rsplit('/').next().unwrap_or_default().to_owned();
        json!({"type": name, "value": STANDARD_NO_PAD.encode(&detail.value)})
    });
    let violations = facts
        .violations
        .iter()
        .map(|one| json!({"field": one.field, "reason": one.reason, "description": one.description}));
    let mut details: Vec<_> = details.collect();
    for detail in &mut details {
        match detail["type"].as_str() {
            Some("google.rpc.ErrorInfo") => {
                let reason = error.reason();
                detail["debug"] =
                    json!({"reason": reason.as_str(), "domain": status::DOMAIN, "metadata": facts.metadata});
            }
            Some("google.rpc.BadRequest") => {
                detail["debug"] = json!({"fieldViolations": violations.clone().collect::<Vec<_>>()});
            }
            _ => {}
        }
    }
    json!({
        "code": error.kind().as_str().to_ascii_lowercase(),
        "message": error.words(),
        "details": details,
    })
}

/// Connect's own table, which is not that of the pages.
const fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::InvalidArgument | ErrorKind::FailedPrecondition => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::PermissionDenied => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::AlreadyExists | ErrorKind::Aborted => StatusCode::CONFLICT,
        ErrorKind::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_get_carries_its_message_in_one_parameter() {
        let read = |query: &str| message(query).unwrap().map(|(encoding, bytes)| (encoding, bytes.to_vec()));
        assert_eq!(read("pageSize=1"), None);
        let json = Some((Encoding::Json, br#"{"a":1}"#.to_vec()));
        assert_eq!(read("connect=v1&encoding=json&message=%7B%22a%22%3A1%7D"), json);
        assert_eq!(read("connect=v1&encoding=json&base64=1&message=eyJhIjoxfQ"), json);
        assert_eq!(
            read("message=eyJhIjoxfQ%3D%3D&base64=1&encoding=json&connect=v1&compression=identity"),
            json
        );
        assert_eq!(read("connect=v1&encoding=proto&message="), Some((Encoding::Proto, vec![])));
        for wrong in [
            "connect=v2&encoding=json&message=",
            "connect=v1&message=",
            "connect=v1&encoding=xml&message=",
            "connect=v1&encoding=json",
            "connect=v1&encoding=json&base64=1&message=!",
            "connect=v1&encoding=json&base64=yes&message=",
            "connect=v1&encoding=json&compression=gzip&message=",
        ] {
            assert!(message(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_timeout_is_up_to_ten_digits() {
        let read = |value: &str| timeout(&HeaderMap::from_iter([(TIMEOUT, value.parse().unwrap())]));
        assert_eq!(timeout(&HeaderMap::new()).unwrap(), None);
        assert_eq!(read("9999999999").unwrap(), Some(Duration::from_millis(9_999_999_999)));
        for wrong in ["", "-1", "+1", "1.5", "12345678901", "1s", " 1x"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_error_says_code_message_and_details() {
        let said = error(&GatewayError::field("mobile", "MALFORMED", "格式不正确"));
        assert_eq!(said["code"], "invalid_argument");
        let types: Vec<_> =
            said["details"].as_array().unwrap().iter().map(|one| one["type"].clone()).collect();
        assert!(
            types.contains(&json!("google.rpc.ErrorInfo")) && types.contains(&json!("google.rpc.BadRequest"))
        );
        for detail in said["details"].as_array().unwrap() {
            assert!(!detail["value"].as_str().unwrap().contains('='));
        }
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(query in "\\PC{0,100}", tail in "[a-zA-Z0-9%&=_-]{0,60}") {
            drop(message(&query));
            drop(message(&format!("connect=v1&encoding=json&base64=1&message={tail}")));
        }
    }
}
