//! Live counts: one stream of server-sent events per open page, fed by one stream from messaging.
//!
//! A stream ends when messaging's does (after five minutes), when the session ends, or with the process; the browser then opens a new
//! one by itself. How many a process holds is bounded.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, KeepAliveStream, Sse};
use futures::stream::{self, BoxStream, StreamExt as _};
use serde::Serialize;
use shiming_kernel::{Reason, ServiceError as _};
use shiming_proto::messaging::v1::{WatchCountsRequest, WatchCountsResponse};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Status, Streaming};
use utoipa::ToSchema;

use crate::SharedEdge;
use crate::error::GatewayError;
use crate::session::SignedIn;

/// How long a browser waits before it opens a new stream.
const RETRY: Duration = Duration::from_secs(3);
/// A switch of the enterprise ends the old token a moment before the browser has the new one. What follows from an end of the session
/// (the page asks for its session) must not overtake that.
const SIGNED_OUT_PAUSE: Duration = Duration::from_secs(1);

/// What waits for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    /// Unread messages.
    pub(crate) unread_messages: i32,
    /// Open to-dos.
    pub(crate) open_todos: i32,
}

impl From<shiming_proto::messaging::v1::Counts> for Counts {
    fn from(counts: shiming_proto::messaging::v1::Counts) -> Self {
        Self { unread_messages: counts.unread_messages.max(0), open_todos: counts.open_todos.max(0) }
    }
}

type Events = BoxStream<'static, Result<Event, Infallible>>;

/// Opens the stream of one page.
pub(crate) async fn open(
    edge: &SharedEdge,
    signed_in: &SignedIn,
) -> Result<Sse<KeepAliveStream<Events>>, GatewayError> {
    let place = Arc::clone(&edge.live_places).try_acquire_owned().map_err(|_| GatewayError::Overloaded)?;
    let answer = edge.clients.inbox().watch_counts(signed_in.request(WatchCountsRequest {})).await;
    let events = match answer.map_err(GatewayError::from) {
        Ok(counts) => follow(counts.into_inner()),
        // Not a 401: a browser opens no new stream after one, and the page would never hear why.
        Err(error) if is_signed_out(&error) => stream::once(signed_out()).boxed(),
        Err(error) => return Err(error),
    };
    let hello = stream::once(async { Ok(Event::default().retry(RETRY)) });
    let soft = edge.shutdown.soft().cancelled_owned();
    let events = hello.chain(events).take_until(soft);
    let heartbeat = KeepAlive::new().interval(edge.config.live.heartbeat.get());
    Ok(Sse::new(held(events.boxed(), place)).keep_alive(heartbeat))
}

/// How many streams a process holds.
pub(crate) fn places(most: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)))
}

/// Keeps the place until the stream is dropped.
fn held(events: Events, place: OwnedSemaphorePermit) -> Events {
    events
        .map(move |event| {
            let _held = &place;
            event
        })
        .boxed()
}

fn follow(counts: Streaming<WatchCountsResponse>) -> Events {
    stream::unfold(Some(counts), |counts| async {
        let mut counts = counts?;
        match counts.message().await {
            Ok(Some(message)) => {
                let event = Event::default()
                    .event("counts")
                    .json_data(Counts::from(message.counts.unwrap_or_default()));
                event.ok().map(|event| (Ok(event), Some(counts)))
            }
            Ok(None) => None,
            Err(status) => ended(status).await.map(|event| (event, None)),
        }
    })
    .boxed()
}

/// What a page hears of the end of messaging's stream: nothing, unless the session is over.
async fn ended(status: Status) -> Option<Result<Event, Infallible>> {
    let error = GatewayError::from(status);
    if is_signed_out(&error) {
        return Some(signed_out().await);
    }
    tracing::debug!(%error, "live counts ended");
    None
}

async fn signed_out() -> Result<Event, Infallible> {
    tokio::time::sleep(SIGNED_OUT_PAUSE).await;
    Ok(Event::default().event("signed-out").data("{}"))
}

fn is_signed_out(error: &GatewayError) -> bool {
    matches!(error.reason(), Reason::SessionInvalid | Reason::SessionRequired)
}
