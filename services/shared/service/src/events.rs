//! The outbox's way to messaging: each stored notice becomes an event of the contract, delivered at least once.

use async_trait::async_trait;
use shiming_kernel::{ErrorKind, Notice, PersonId};
use shiming_proto::identity::v1::EndEnterpriseContextRequest;
use shiming_proto::identity::v1::session_service_client::SessionServiceClient;
use shiming_proto::messaging::v1 as wire;
use shiming_proto::messaging::v1::event_service_client::EventServiceClient;
use shiming_rpc::ClientChannel;
use shiming_rpc::convert::timestamp;
use shiming_rpc::status::Problem;
use shiming_store::{Delivery, DeliveryError, EventSink};

/// Delivers events to messaging, which takes each once; what concerns sessions goes to identity first.
#[derive(Clone, Debug)]
pub struct MessagingSink {
    messaging: EventServiceClient<ClientChannel>,
    identity: Option<SessionServiceClient<ClientChannel>>,
}

impl MessagingSink {
    /// Through a channel to messaging, and one to identity where it is a peer.
    pub fn new(messaging: ClientChannel, identity: Option<ClientChannel>) -> Self {
        let identity = identity.map(SessionServiceClient::new);
        Self { messaging: EventServiceClient::new(messaging), identity }
    }

    async fn end_sessions_context(&self, notices: &[(Delivery, Notice)]) -> Result<(), DeliveryError> {
        let Some(identity) = &self.identity else { return Ok(()) };
        let ended = notices.iter().flat_map(|(_, notice)| &notice.ended_bindings);
        let ended: Vec<_> = ended.map(ToString::to_string).collect();
        for some in ended.chunks(BINDINGS_AT_ONCE) {
            let request = EndEnterpriseContextRequest { binding_ids: some.to_vec() };
            let answer = identity.clone().end_enterprise_context(request).await;
            answer.map_err(|status| failure(Problem::from_status(&status)))?;
        }
        Ok(())
    }
}

/// The most bindings of one call.
const BINDINGS_AT_ONCE: usize = 1000;

#[async_trait]
impl EventSink for MessagingSink {
    async fn deliver(&self, events: Vec<Delivery>) -> Result<(), DeliveryError> {
        let notices = events.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        self.end_sessions_context(&notices).await?;
        let events = notices.into_iter().map(event).collect();
        let answer = self.messaging.clone().deliver_events(wire::DeliverEventsRequest { events }).await;
        answer.map(drop).map_err(|status| failure(Problem::from_status(&status)))
    }
}

/// What messaging finds wrong, or stumbles over, may be one event of many: that key is set aside. All else concerns every event alike, a
/// refused caller too: an operator mends it, and what was committed meanwhile goes out in its order, without a back-off for each key.
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

fn read(delivery: Delivery) -> Result<(Delivery, Notice), DeliveryError> {
    let notice = serde_json::from_slice(&delivery.payload);
    let notice = notice.map_err(|error| DeliveryError::Refused(error.into()))?;
    Ok((delivery, notice))
}

fn event((delivery, notice): (Delivery, Notice)) -> wire::Event {
    let person = |person_id: PersonId| person_id.to_string();
    let closings = notice.closings.into_iter().map(|key| (key, String::new()));
    let withdrawals = notice.withdrawals.into_iter().map(|one| (one.todo_key, person(one.person_id)));
    let closings = closings.chain(withdrawals);
    let messages = notice.messages.into_iter().map(|draft| wire::MessageDraft {
        person_id: draft.person_id.to_string(),
        template: draft.template,
        params: draft.params.into_iter().collect(),
    });
    let todos = notice.todos.into_iter().map(|draft| wire::TodoDraft {
        person_id: draft.person_id.to_string(),
        todo_key: draft.todo_key,
        template: draft.template,
        params: draft.params.into_iter().collect(),
    });
    wire::Event {
        event_id: delivery.event_id.to_string(),
        r#type: delivery.topic,
        occur_time: Some(timestamp(notice.occur_time)),
        messages: messages.collect(),
        todos: todos.collect(),
        closings: closings.map(|(todo_key, person_id)| wire::TodoClosing { todo_key, person_id }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_kernel::{Clock as _, EventId, Params, SystemClock};
    use tonic::Status;

    #[test]
    fn a_stored_notice_keeps_its_id_and_receiver() {
        let person = PersonId::new(&SystemClock);
        let notice = Notice::at(SystemClock.now()).telling(person, "COLLECTION_COMPLETED", Params::new());
        let event_id = EventId::new(&SystemClock);
        let delivery = Delivery {
            event_id,
            topic: "collection.completed".to_owned(),
            key: person.to_string(),
            payload: serde_json::to_vec(&notice).unwrap(),
            create_time: SystemClock.now(),
            attempt: 1,
            trace_parent: None,
        };
        let event = event(read(delivery).unwrap());
        assert_eq!((event.event_id, event.r#type.as_str()), (event_id.to_string(), "collection.completed"));
        assert_eq!(event.messages[0].person_id, person.to_string());
        assert_eq!(event.messages[0].template, "COLLECTION_COMPLETED");
    }

    #[test]
    fn only_what_may_be_one_events_fault_sets_a_key_aside() {
        let judged = |status: Status| failure(Problem::from_status(&status));
        for status in [Status::unauthenticated(""), Status::permission_denied(""), Status::unavailable("")] {
            assert!(matches!(judged(status), DeliveryError::Unavailable(_)));
        }
        for status in [Status::invalid_argument(""), Status::internal("")] {
            assert!(matches!(judged(status), DeliveryError::Refused(_)));
        }
    }
}
