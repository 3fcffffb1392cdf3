//! Who calls, on plaintext loopback.

use http::HeaderValue;

use crate::metadata;
use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Debug)]
pub(in crate::client) struct Name {
    caller: Option<HeaderValue>,
}

impl Name {
    pub(in crate::client) fn new(caller: Option<HeaderValue>) -> Self {
        Self { caller }
    }
}

impl Step for Name {
    async fn run<N: Next>(self, mut request: HttpRequest, next: N) -> HttpResponse {
        if let Some(caller) = self.caller {
            request.headers_mut().insert(metadata::CALLER, caller);
        }
        next.call(request).await
    }
}
