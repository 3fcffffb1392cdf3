//! Forgets what only guards against repetition, once nothing can repeat it any more.

use chrono::{DateTime, TimeDelta, Utc};
use shiming_store::{Expired, Store, StoreError, delete_expired};

use super::entities::{received_event, sms_sending};

const SENDINGS_KEPT: TimeDelta = TimeDelta::days(2);
/// Longer than any outbox keeps trying one event in practice: it must not be taken in twice.
const EVENTS_KEPT: TimeDelta = TimeDelta::days(90);
const CHUNK: u32 = 500;

/// Deletes what is old enough at `now`, in small transactions; returns how many rows went.
pub(crate) async fn purge(store: &Store, now: DateTime<Utc>) -> Result<u64, StoreError> {
    use received_event::Column as Event;
    use sms_sending::Column as Sending;
    let sendings = Expired {
        key: &[Sending::RequestId, Sending::Caller],
        time: Sending::StartTime,
        before: now - SENDINGS_KEPT,
    };
    let events = Expired { key: &[Event::EventId], time: Event::ReceiveTime, before: now - EVENTS_KEPT };
    Ok(delete_expired::<sms_sending::Entity>(store, "purge_sendings", &sendings, CHUNK).await?
        + delete_expired::<received_event::Entity>(store, "purge_events", &events, CHUNK).await?)
}
