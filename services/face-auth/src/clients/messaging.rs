//! The messaging service: where the outbox goes.

use std::collections::HashMap;

use async_trait::async_trait;
use shiming_kernel::ErrorKind;
use shiming_proto::messaging::v1 as wire;
use shiming_proto::messaging::v1::event_service_client::EventServiceClient;
use shiming_rpc::ClientChannel;
use shiming_rpc::convert::timestamp;
use shiming_rpc::status::Problem;
use shiming_store::{Delivery, DeliveryError, EventSink};

use crate::domain::Notice;

/// Delivers events to messaging, which takes each once.
pub(crate) struct MessagingSink(ClientChannel);

impl MessagingSink {
    pub(crate) fn new(channel: ClientChannel) -> Self {
        Self(channel)
    }
}

#[async_trait]
impl EventSink for MessagingSink {
    async fn deliver(&self, events: Vec<Delivery>) -> Result<(), DeliveryError> {
        let events = events.into_iter().map(event).collect::<Result<_, _>>()?;
        let mut client = EventServiceClient::new(self.0.clone());
        let answer = client.deliver_events(wire::DeliverEventsRequest { events }).await;
        answer.map(drop).map_err(|status| failure(Problem::from_status(&status)))
    }
}

/// One event that messaging finds wrong is set aside; everything else is tried again.
fn failure(problem: Problem) -> DeliveryError {
    match problem.kind() {
        ErrorKind::InvalidArgument
        | ErrorKind::Internal
        | ErrorKind::FailedPrecondition
        | ErrorKind::NotFound
        | ErrorKind::AlreadyExists => DeliveryError::Refused(problem.into()),
        ErrorKind::Unauthenticated
        | ErrorKind::PermissionDenied
        | ErrorKind::Aborted
        | ErrorKind::ResourceExhausted
        | ErrorKind::DeadlineExceeded
        | ErrorKind::Unavailable
        | ErrorKind::Unimplemented => DeliveryError::Unavailable(problem.into()),
    }
}

fn event(delivery: Delivery) -> Result<wire::Event, DeliveryError> {
    let notice: Notice =
        serde_json::from_slice(&delivery.payload).map_err(|error| DeliveryError::Refused(error.into()))?;
    let messages = notice.messages.into_iter().map(|draft| wire::MessageDraft {
        person_id: draft.person_id.to_string(),
        template: draft.template,
        params: HashMap::new(),
    });
    Ok(wire::Event {
        event_id: delivery.event_id.to_string(),
        r#type: delivery.topic,
        occur_time: Some(timestamp(notice.occur_time)),
        messages: messages.collect(),
        todos: Vec::new(),
        closings: Vec::new(),
    })
}
