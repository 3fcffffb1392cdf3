//! That a call is written as gRPC is. The library's own answers to what isn't blame the method, or us.

use http::StatusCode;
use http::header::CONTENT_TYPE;
use shiming_kernel::Reason;
use tonic::metadata::MetadataValue;

use super::Facts;
use crate::convert::InvalidField;
use crate::status::{from_error, refusal};
use crate::step::{HttpRequest, HttpResponse, Next, Step};

const ENCODING: &str = "grpc-encoding";
const ACCEPTED: &str = "grpc-accept-encoding";
const IDENTITY: &str = "identity";

#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Framing;

impl Step for Framing {
    async fn run<N: Next>(self, request: HttpRequest, next: N) -> HttpResponse {
        let headers = request.headers();
        if !headers.get(CONTENT_TYPE).is_some_and(|kind| is_grpc(kind.as_bytes())) {
            let mut response = from_error(&InvalidField::malformed(CONTENT_TYPE.as_str())).into_http();
            *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return response;
        }
        let is_plain = headers.get(ENCODING).is_none_or(|encoding| encoding == IDENTITY);
        // Only of what there is: anybody else hears below that it isn't there.
        let is_known = Facts::of(&request).is_some_and(|facts| facts.is_open() || facts.method().is_some());
        if !is_plain && is_known {
            let mut status = refusal(&Reason::EncodingUnsupported);
            status.metadata_mut().insert(ACCEPTED, MetadataValue::from_static(IDENTITY));
            return status.into_http();
        }
        next.call(request).await
    }
}

/// `application/grpc`, whatever parameters follow; messages are protobuf, named so or not.
fn is_grpc(kind: &[u8]) -> bool {
    const GRPC: &[u8] = b"application/grpc";
    let Some((start, rest)) = kind.split_at_checked(GRPC.len()) else { return false };
    let rest = rest.strip_prefix(b"+proto").unwrap_or(rest);
    start.eq_ignore_ascii_case(GRPC) && matches!(rest.first(), None | Some(b';' | b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_protocols_are_not_grpc() {
        for kind in ["application/grpc", "application/grpc+proto", "Application/gRPC; charset=utf-8"] {
            assert!(is_grpc(kind.as_bytes()), "{kind}");
        }
        for kind in [
            "",
            "text/plain",
            "application/json",
            "application/grpc-web",
            "application/grpc+json",
            "application/grpcx",
        ] {
            assert!(!is_grpc(kind.as_bytes()), "{kind}");
        }
    }
}
