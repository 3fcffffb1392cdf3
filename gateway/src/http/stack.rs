//! The layers around every request, outermost first, and the router inside them.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower::ServiceBuilder;

use crate::SharedEdge;
use crate::browser::csrf;
use crate::browser::limits::count_requests;
use crate::browser::session::forget_dead_tokens;
use crate::browser::visitor::recognise;
use crate::contract::connect_errors;
use crate::error::GatewayError;
use crate::http::layers::{Allowed, api_headers, in_time, log_access, security_headers, shed, trace};
use crate::http::{openapi, pages};
use crate::own;

/// The whole of what the gateway serves to browsers.
pub(crate) fn router(edge: &SharedEdge) -> Router {
    let http = &edge.config.http;
    let time = |allowed| from_fn_with_state(Allowed(allowed), in_time);
    let with_demo = edge.config.demo.is_some();
    let api = own::quick(with_demo)
        .merge(openapi::route())
        .merge(edge.exposed.routes())
        .layer(time(http.request_timeout.get()))
        .merge(own::uploads(with_demo).layer(time(http.upload_timeout.get())))
        // A stream's length is its service's to bound.
        .merge(edge.exposed.streams())
        .method_not_allowed_fallback(no_such_method);
    let api = api.layer(
        ServiceBuilder::new()
            // No cache keeps an answer of the API unless its route allows it.
            .layer(from_fn(api_headers))
            // Limits and services know the visitor by hashes made here.
            .layer(from_fn_with_state(edge.clone(), recognise))
            // Before the next one, so that refused attempts count as well.
            .layer(from_fn_with_state(edge.clone(), count_requests))
            // Nothing is changed from a strange page.
            .layer(from_fn_with_state(edge.clone(), csrf::guard))
            // A dead token leaves the browser with the answer that says so.
            .layer(from_fn_with_state(edge.clone(), forget_dead_tokens)),
    );
    api.fallback(pages::serve)
        .layer(
            ServiceBuilder::new()
                // Outermost, so that no answer goes without.
                .layer(from_fn_with_state(edge.clone(), security_headers))
                // The trace begins; everything below is part of it.
                .layer(from_fn(trace))
                // One line per request, those turned away included.
                .layer(from_fn_with_state(edge.clone(), log_access))
                // Who speaks Connect reads errors of any layer below in its words.
                .layer(from_fn(connect_errors))
                // What would only queue costs no more than this; refusals are heard although a body is still on its way.
                .layer(from_fn_with_state(edge.clone(), shed)),
        )
        .with_state(edge.clone())
}

/// A path that is there, asked for in a way that is not.
async fn no_such_method() -> GatewayError {
    GatewayError::NoSuchMethod
}
