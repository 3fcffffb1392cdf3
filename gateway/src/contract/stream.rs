//! Server streams as server-sent events: what a page reads with `EventSource`.
//!
//! Every message of the stream is an event without a name (`onmessage`) whose data is its JSON. `signed-out` is the last event when the
//! session is over; a 401 would make a browser give up in silence. Any other end is just an end: the browser waits for three seconds and
//! opens a new stream by itself. A stream ends when the service's does (its policy's timeout), when the session ends, or with the process;
//! how many a process holds is bounded.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _};
use shiming_kernel::{Reason, ServiceError as _};
use tonic::client::Grpc;
use tonic::{Status, Streaming};

use super::call::{Served, prepare};
use super::raw::Raw;
use crate::SharedEdge;
use crate::browser::visitor::Visitor;
use crate::error::GatewayError;
use crate::http::doors::Held;

/// How long a browser waits before it opens a new stream.
const RETRY: Duration = Duration::from_secs(3);
/// A switch of the enterprise ends the old token a moment before the browser has the new one. What follows from an end of the session
/// (the page asks for its session) must not overtake that.
const SIGNED_OUT_PAUSE: Duration = Duration::from_secs(1);

type Events = BoxStream<'static, Result<Event, Infallible>>;

/// Opens the stream of one page.
pub(super) async fn open(
    edge: SharedEdge,
    served: Arc<Served>,
    request: Request,
) -> Result<Response, GatewayError> {
    let visitor = request.extensions().get::<Visitor>().cloned();
    let visitor = visitor.ok_or(GatewayError::Internal("the visitor was not recognised"))?;
    let prepared = prepare(&edge, &served, request).await?;
    let place = edge.doors.stream(&visitor)?;
    let mut client = Grpc::new(served.channel.clone());
    let Ok(()) = client.ready().await;
    let answer = client.server_streaming(prepared.ask, served.path.clone(), Raw).await;
    let events = match answer.map_err(GatewayError::from) {
        Ok(messages) => follow(edge.clone(), served, messages.into_inner()),
        Err(error) if is_signed_out(&error) => stream::once(signed_out()).boxed(),
        // The browser opens another in a moment, with the token it has by then.
        Err(error) if error.is_renewed() => stream::empty().boxed(),
        Err(error) => return Err(error),
    };
    let hello = stream::once(async { Ok(Event::default().retry(RETRY)) });
    let events = hello.chain(events).take_until(edge.shutdown.soft().cancelled_owned());
    let heartbeat = KeepAlive::new().interval(edge.config.live.heartbeat.get());
    let events = Sse::new(held(events.boxed(), place)).keep_alive(heartbeat);
    // Proxies that would collect the stream are asked not to.
    Ok(([("x-accel-buffering", "no")], events).into_response())
}

/// Keeps the place until the stream is dropped.
fn held(events: Events, place: Held) -> Events {
    events
        .map(move |event| {
            let _held = &place;
            event
        })
        .boxed()
}

fn follow(edge: SharedEdge, served: Arc<Served>, messages: Streaming<Bytes>) -> Events {
    stream::unfold(Some(messages), move |messages| {
        let (edge, served) = (edge.clone(), Arc::clone(&served));
        async move {
            let mut messages = messages?;
            match messages.message().await {
                Ok(Some(message)) => {
                    let event = event(&edge, &served, &message)?;
                    Some((Ok(event), Some(messages)))
                }
                Ok(None) => None,
                Err(status) => ended(status).await.map(|event| (event, None)),
            }
        }
    })
    .boxed()
}

fn event(edge: &SharedEdge, served: &Served, message: &[u8]) -> Option<Event> {
    let mut json = Vec::new();
    match edge.exposed.shapes.write(served.output, message, false, &mut json) {
        Ok(()) => String::from_utf8(json).ok().map(|json| Event::default().data(json)),
        Err(defect) => {
            tracing::error!(method = served.path.as_str(), defect = defect.0, "a message can't be shown");
            None
        }
    }
}

/// What a page hears of the end of the service's stream: nothing, unless the session is over.
async fn ended(status: Status) -> Option<Result<Event, Infallible>> {
    let error = GatewayError::from(status);
    if is_signed_out(&error) {
        return Some(signed_out().await);
    }
    tracing::debug!(%error, "stream ended");
    None
}

async fn signed_out() -> Result<Event, Infallible> {
    tokio::time::sleep(SIGNED_OUT_PAUSE).await;
    Ok(Event::default().event("signed-out").data("{}"))
}

fn is_signed_out(error: &GatewayError) -> bool {
    let is_over = matches!(error.reason(), Reason::SessionInvalid | Reason::SessionRequired);
    is_over && !error.is_renewed()
}
