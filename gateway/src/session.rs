//! What the HttpOnly cookies open: a session, or a collection that is going on.

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use shiming_kernel::{Reason, Redacted};
use shiming_rpc::with_session;

use crate::SharedEdge;
use crate::cookie::Cookie;
use crate::error::GatewayError;
use crate::problem::Refused;
use crate::visitor::Visitor;

/// A visitor with a session cookie. Whether it opens anything the services say.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) visitor: Visitor,
    pub(crate) token: Redacted<String>,
}

impl SignedIn {
    /// A call to a service in this session.
    pub(crate) fn request<T>(&self, message: T) -> tonic::Request<T> {
        with_session(self.visitor.request(message), &self.token)
    }
}

impl FromRequestParts<SharedEdge> for SignedIn {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, edge: &SharedEdge) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::from_request_parts(parts, edge).await?;
        let token = edge.cookies.read(&parts.headers, Cookie::Session);
        Ok(Self { visitor, token: token.ok_or(GatewayError::SessionRequired)?.into() })
    }
}

/// A visitor who may or may not have a session cookie.
#[derive(Clone, Debug)]
pub(crate) struct MaybeSignedIn(pub(crate) Option<SignedIn>);

impl FromRequestParts<SharedEdge> for MaybeSignedIn {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, edge: &SharedEdge) -> Result<Self, Self::Rejection> {
        match SignedIn::from_request_parts(parts, edge).await {
            Ok(signed_in) => Ok(Self(Some(signed_in))),
            Err(GatewayError::SessionRequired) => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}

/// The token of a collection that is going on.
#[derive(Clone, Debug)]
pub(crate) struct Collecting(Redacted<String>);

impl Collecting {
    pub(crate) fn token(&self) -> &str {
        self.0.expose()
    }
}

impl FromRequestParts<SharedEdge> for Collecting {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, edge: &SharedEdge) -> Result<Self, Self::Rejection> {
        let token = edge.cookies.read(&parts.headers, Cookie::Collection);
        Ok(Self(token.ok_or(GatewayError::CollectionRequired)?.into()))
    }
}

/// A collection's token, if there is one.
#[derive(Clone, Debug)]
pub(crate) struct MaybeCollecting(pub(crate) Option<Collecting>);

impl FromRequestParts<SharedEdge> for MaybeCollecting {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, edge: &SharedEdge) -> Result<Self, Self::Rejection> {
        Ok(Self(Collecting::from_request_parts(parts, edge).await.ok()))
    }
}

/// Makes the browser forget a token that a service no longer knows.
pub(crate) async fn forget_dead_tokens(
    State(edge): State<SharedEdge>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let dead = match response.extensions().get::<Refused>().map(|refused| &refused.reason) {
        Some(Reason::SessionInvalid) => Cookie::Session,
        Some(Reason::CollectionNotFound) => Cookie::Collection,
        _ => return response,
    };
    (edge.cookies.clear(dead), response).into_response()
}
