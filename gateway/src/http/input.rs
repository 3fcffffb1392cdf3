//! Reading what requests bring, with refusals that people can read.

use std::pin::pin;
use std::task::Poll;

use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http_body_util::{BodyExt as _, Limited};

use crate::SharedEdge;
use crate::browser::visitor::Visitor;
use crate::error::GatewayError;
use crate::http::doors::Place;

/// A body that holds a message, within its limit. One that isn't there yet is waited for, for a while and beside the place it came to.
pub(crate) async fn limited(edge: &SharedEdge, parts: &Parts, body: Body) -> Result<Bytes, GatewayError> {
    let http = &edge.config.http;
    if announced_length(&parts.headers).is_some_and(|length| length > http.json_limit as u64) {
        return Err(GatewayError::TooLarge);
    }
    let mut reading = pin!(Limited::new(body, http.json_limit).collect());
    let body = match futures::poll!(reading.as_mut()) {
        Poll::Ready(body) => body,
        Poll::Pending => {
            let visitor = parts.extensions.get::<Visitor>();
            let visitor = visitor.ok_or(GatewayError::Internal("the visitor was not recognised"))?;
            let _waiting = edge.doors.wait(visitor)?;
            let place = parts.extensions.get::<Place>();
            place.inspect(|place| place.leave());
            let body = tokio::time::timeout(http.patience.get(), reading).await;
            let body = body.map_err(|_| GatewayError::TooSlow)?;
            place.map(Place::come_back).transpose()?;
            body
        }
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_may_have_parameters() {
        let headers = |value: &str| HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())]);
        assert!(has_type(&headers("Application/JSON; charset=utf-8"), "application/json"));
        assert!(!has_type(&headers("text/plain"), "application/json"));
        assert!(!has_type(&HeaderMap::new(), "application/json"));
    }
}
