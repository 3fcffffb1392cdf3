//! The outbox's way to messaging: each stored notice becomes an event of the contract, delivered at least once.

use async_trait::async_trait;
use shiming_kernel::ErrorKind;
use shiming_proto::messaging::v1::event_service_client::EventServiceClient;
use shiming_proto::messaging::v1::{DeliverEventsRequest, Event, MessageDraft};
use shiming_rpc::ClientChannel;
use shiming_rpc::convert::timestamp;
use shiming_rpc::status::Problem;
use shiming_store::{Delivery, DeliveryError, EventSink};

use crate::domain::event::Notice;

/// Delivers to the messaging service.
#[derive(Clone, Debug)]
pub struct MessagingEvents(EventServiceClient<ClientChannel>);

impl MessagingEvents {
    /// Through a channel to messaging.
    pub fn new(messaging: ClientChannel) -> Self {
        Self(EventServiceClient::new(messaging))
    }
}

#[async_trait]
impl EventSink for MessagingEvents {
    async fn deliver(&self, events: Vec<Delivery>) -> Result<(), DeliveryError> {
        let events = events.iter().map(wire_event).collect::<Result<Vec<_>, _>>();
        let events = events.map_err(|fault| DeliveryError::Refused(Box::new(fault)))?;
        let delivered = self.0.clone().deliver_events(DeliverEventsRequest { events }).await;
        delivered.map(drop).map_err(|status| {
            let problem = Problem::from_status(&status);
            match problem.kind() {
                ErrorKind::Unavailable
                | ErrorKind::DeadlineExceeded
                | ErrorKind::ResourceExhausted
                | ErrorKind::Aborted
                | ErrorKind::Unimplemented => DeliveryError::Unavailable(Box::new(problem)),
                ErrorKind::InvalidArgument
                | ErrorKind::Unauthenticated
                | ErrorKind::PermissionDenied
                | ErrorKind::NotFound
                | ErrorKind::AlreadyExists
                | ErrorKind::FailedPrecondition
                | ErrorKind::Internal => DeliveryError::Refused(Box::new(problem)),
            }
        })
    }
}

fn wire_event(delivery: &Delivery) -> Result<Event, serde_json::Error> {
    let notice: Notice = serde_json::from_slice(&delivery.payload)?;
    let messages = notice.messages.into_iter().map(|draft| MessageDraft {
        person_id: draft.person_id.to_string(),
        template: draft.template,
        params: draft.params.into_iter().collect(),
    });
    Ok(Event {
        event_id: delivery.event_id.to_string(),
        r#type: delivery.topic.clone(),
        occur_time: Some(timestamp(notice.occur_time)),
        messages: messages.collect(),
        todos: Vec::new(),
        closings: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::COLLECTION_COMPLETED;
    use shiming_kernel::{Clock as _, EventId, PersonId, SystemClock};

    #[test]
    fn a_stored_notice_keeps_its_id_and_receiver() {
        let person = PersonId::new(&SystemClock);
        let notice = Notice::collection_completed(person, "张*", SystemClock.now());
        let event_id = EventId::new(&SystemClock);
        let delivery = Delivery {
            event_id,
            topic: COLLECTION_COMPLETED.to_owned(),
            key: person.to_string(),
            payload: serde_json::to_vec(&notice).unwrap(),
            create_time: SystemClock.now(),
            attempt: 1,
            trace_parent: None,
        };
        let event = wire_event(&delivery).unwrap();
        assert_eq!((event.event_id, event.r#type.as_str()), (event_id.to_string(), COLLECTION_COMPLETED));
        assert_eq!(event.messages[0].person_id, person.to_string());
        assert_eq!(event.messages[0].template, "COLLECTION_COMPLETED");
    }
}
