//! Events that commit with their change and are delivered at least once, in order per key.
//!
//! [`Tx::emit`](crate::Tx::emit) writes the row; the [`Relay`] delivers it. A receiver dedupes by `event_id`: a crash between
//! delivery and mark delivers again. Nothing is ever given up: a sink that refuses is asked again, ever more rarely.

mod claim;
mod relay;
pub(crate) mod trace;

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use shiming_crypto::{Sealer, field_context};
use shiming_kernel::EventId;

use crate::entities::outbox::{ActiveModel, Model};
use crate::error::StoreError;

pub use claim::{Lag, lag};
pub use relay::{Relay, RelayConfig};

/// An event about to be committed.
#[derive(Clone)]
pub struct OutboxEvent {
    /// Stays the same however often it is delivered.
    pub event_id: EventId,
    /// What happened: `application.decided`.
    pub topic: &'static str,
    /// For the receiver alone; sealed at rest.
    pub payload: Vec<u8>,
    /// Events of one key are delivered in the order of their commits.
    pub key: String,
    /// W3C `traceparent` that the delivery joins; [`Tx::emit`](crate::Tx::emit) fills in the current one.
    pub trace_parent: Option<String>,
}

impl OutboxEvent {
    /// An event of the current trace.
    pub fn new(event_id: EventId, topic: &'static str, key: impl Into<String>, payload: Vec<u8>) -> Self {
        Self { event_id, topic, payload, key: key.into(), trace_parent: None }
    }
}

/// An event on its way to the sink.
#[derive(Clone)]
pub struct Delivery {
    /// What the receiver dedupes by.
    pub event_id: EventId,
    /// What happened.
    pub topic: String,
    /// The ordering key.
    pub key: String,
    /// As it was emitted.
    pub payload: Vec<u8>,
    /// When it was committed.
    pub create_time: DateTime<Utc>,
    /// 1 at the first attempt of its key.
    pub attempt: u32,
    /// W3C `traceparent` of the request that caused it.
    pub trace_parent: Option<String>,
}

/// Where events go: messaging, or a subscriber.
#[async_trait::async_trait]
pub trait EventSink: Send + Sync {
    /// Takes all of `events` or none. They are in order; an `Ok` means that they are safe with the receiver. Cancelled
    /// after `RelayConfig::deliver_timeout`.
    async fn deliver(&self, events: Vec<Delivery>) -> Result<(), DeliveryError>;
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a sink didn't take the events. Both kinds are tried again.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The receiver can't be reached, or is busy: everything waits.
    #[error("receiver unavailable")]
    Unavailable(#[source] Cause),
    /// The receiver refused something in this batch: its keys are tried one by one, so that one can't hold up the others.
    #[error("receiver refused the events")]
    Refused(#[source] Cause),
}

impl std::fmt::Debug for OutboxEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { event_id, topic, .. } = self;
        f.debug_struct("OutboxEvent")
            .field("event_id", event_id)
            .field("topic", topic)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { event_id, topic, attempt, .. } = self;
        f.debug_struct("Delivery")
            .field("event_id", event_id)
            .field("topic", topic)
            .field("attempt", attempt)
            .finish_non_exhaustive()
    }
}

/// The event as a row, number `seq` of the outbox.
pub(crate) fn row(
    event: OutboxEvent,
    sealer: &Sealer,
    now: DateTime<Utc>,
    seq: i64,
) -> Result<ActiveModel, StoreError> {
    let context = field_context("outbox.payload", event.event_id);
    Ok(ActiveModel {
        seq: Set(seq),
        event_id: Set(event.event_id.as_uuid()),
        topic: Set(event.topic.to_owned()),
        ordering_key: Set(event.key),
        payload: Set(sealer.seal(&context, &event.payload)?),
        trace_parent: Set(event.trace_parent),
        create_time: Set(now),
        attempts: Set(0),
        next_attempt_time: Set(now),
        claimed_until: Set(None),
        delivered_time: Set(None),
    })
}

/// The row as the sink sees it; `attempts` are those of the first event of its key.
fn delivery(row: Model, sealer: &Sealer, attempts: i32) -> Result<Delivery, StoreError> {
    let event_id = EventId::from(row.event_id);
    let payload = sealer.open(&field_context("outbox.payload", event_id), &row.payload)?;
    Ok(Delivery {
        event_id,
        topic: row.topic,
        key: row.ordering_key,
        payload,
        create_time: row.create_time,
        attempt: u32::try_from(attempts).unwrap_or_default() + 1,
        trace_parent: row.trace_parent,
    })
}
