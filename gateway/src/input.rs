//! Reading what requests bring, with refusals that people can read.

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::{BodyExt as _, Limited};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::linger::linger;

/// A JSON body.
#[derive(Clone, Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<SharedEdge> for Body<T> {
    type Rejection = GatewayError;

    async fn from_request(request: Request, edge: &SharedEdge) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        if !has_type(&parts.headers, "application/json") {
            return Err(GatewayError::WrongType);
        }
        let body = limited(edge, &parts.headers, body).await?;
        let read = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(&body));
        read.map(Self).map_err(|error| wrong_json(&error))
    }
}

/// A body that holds a message, within its limit.
pub(crate) async fn limited(
    edge: &SharedEdge,
    headers: &HeaderMap,
    body: axum::body::Body,
) -> Result<Bytes, GatewayError> {
    let limit = edge.config.http.json_limit;
    if announced_length(headers).is_some_and(|length| length > limit as u64) {
        linger(edge, body);
        return Err(GatewayError::TooLarge);
    }
    let body = Limited::new(body, limit).collect().await;
    // The connection broke, or more came than was allowed; who broke off reads no answer.
    Ok(body.map_err(|_| GatewayError::TooLarge)?.to_bytes())
}

/// Whether the content's type is `wanted`, whatever parameters follow.
pub(crate) fn has_type(headers: &HeaderMap, wanted: &str) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
}

/// What the sender says about the body's length.
pub(crate) fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Names the field and never the value.
fn wrong_json(error: &serde_path_to_error::Error<serde_json::Error>) -> GatewayError {
    let path = error.path().to_string();
    let (reason, words) = if error.inner().to_string().starts_with("missing field") {
        ("REQUIRED", "缺少必填的内容")
    } else {
        ("MALFORMED", "格式不正确")
    };
    let missing = error.inner().to_string();
    let field = match (missing.strip_prefix("missing field `"), path.as_str()) {
        (Some(rest), ".") => rest.split('`').next().unwrap_or_default().to_owned(),
        (Some(rest), path) => format!("{path}.{}", rest.split('`').next().unwrap_or_default()),
        (None, ".") => "body".to_owned(),
        (None, path) => path.to_owned(),
    };
    GatewayError::field(&field, reason, words)
}

/// The query string.
#[derive(Clone, Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<SharedEdge> for Query<T> {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _: &SharedEdge) -> Result<Self, Self::Rejection> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|_| GatewayError::field("query", "MALFORMED", "查询条件有误"))
    }
}

/// The one id in the path.
#[derive(Clone, Debug)]
pub(crate) struct Id(pub(crate) String);

impl FromRequestParts<SharedEdge> for Id {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, edge: &SharedEdge) -> Result<Self, Self::Rejection> {
        let path = Path::<String>::from_request_parts(parts, edge).await;
        path.map(|Path(id)| Self(id)).map_err(|_| GatewayError::NoSuchPath)
    }
}

/// What every list takes.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// From 1 to 200; absent: 50.
    #[serde(default)]
    pub(crate) page_size: i32,
    /// Of the page before; absent for the first.
    #[serde(default)]
    pub(crate) page_token: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_kernel::ServiceError as _;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only how it is read is of interest")]
    struct Sample {
        profile: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only how it is read is of interest")]
    struct Inner {
        long_term: bool,
    }

    fn refusal(json: &str) -> (String, String) {
        let read: Result<Sample, _> =
            serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(json));
        let violation = wrong_json(&read.unwrap_err()).facts().violations.remove(0);
        assert!(!violation.description.is_ascii());
        (violation.field, violation.reason.into_owned())
    }

    #[test]
    fn a_refusal_names_the_field_and_not_the_value() {
        assert_eq!(
            refusal(r#"{"profile": {"longTerm": "640101199003070015"}}"#),
            ("profile.longTerm".into(), "MALFORMED".into())
        );
        assert_eq!(refusal(r#"{"profile": {}}"#), ("profile.longTerm".into(), "REQUIRED".into()));
        assert_eq!(refusal("{}"), ("profile".into(), "REQUIRED".into()));
        assert_eq!(refusal("nonsense"), ("body".into(), "MALFORMED".into()));
    }

    #[test]
    fn content_types_may_have_parameters() {
        let headers = |value: &str| HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]);
        assert!(has_type(&headers("Application/JSON; charset=utf-8"), "application/json"));
        assert!(!has_type(&headers("text/plain"), "application/json"));
        assert!(!has_type(&HeaderMap::new(), "application/json"));
    }
}
