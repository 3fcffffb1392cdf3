//! A messaging service on a free port, and clients to it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use shiming_kernel::{
    Clock as _, EvidenceLevel, ManualClock, PersonId, Redacted, Session, SessionId, SystemClock,
};
use shiming_messaging::{Messaging, SmsProviderName, TencentConfig};
use shiming_proto::messaging::v1::demo_sms_service_client::DemoSmsServiceClient;
use shiming_proto::messaging::v1::event_service_client::EventServiceClient;
use shiming_proto::messaging::v1::inbox_service_client::InboxServiceClient;
use shiming_proto::messaging::v1::sms_service_client::SmsServiceClient;
use shiming_proto::messaging::v1::{DeliverEventsRequest, Event, MessageDraft, TodoClosing, TodoDraft};
use shiming_rpc::status::Problem;
use shiming_rpc::{ClientChannel, SessionError, SessionResolver, with_session};
use shiming_testkit::TestDatabase;
use tonic::{Request, Status};
use uuid::Uuid;

/// The token of a person's session is the person's id, until they log out.
#[derive(Default)]
struct TokenIsPerson(Mutex<BTreeSet<PersonId>>);

#[async_trait]
impl SessionResolver for TokenIsPerson {
    async fn resolve(&self, token: &str, _: shiming_rpc::SessionUse) -> Result<Session, SessionError> {
        let person_id: PersonId = token.parse().map_err(|_| SessionError::Invalid)?;
        if self.0.lock().unwrap().contains(&person_id) {
            return Err(SessionError::Invalid);
        }
        Ok(Session {
            session_id: SessionId::from(person_id.as_uuid()),
            person_id,
            evidence: EvidenceLevel::Sms,
            step_up_time: None,
            enterprise_id: None,
            binding_id: None,
        })
    }
}

pub(crate) struct Stand {
    stand: shiming_testkit::Stand<Messaging>,
    sessions: Arc<TokenIsPerson>,
    _database: TestDatabase,
}

impl Stand {
    pub(crate) async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, None).await
    }

    pub(crate) async fn start_with(database: TestDatabase, tencent: Option<TencentConfig>) -> Self {
        let mut config = shiming_testkit::Stand::<Messaging>::config(&database);
        config.own.sms.demo_phone = tencent.is_none();
        if tencent.is_some() {
            config.own.sms.provider = SmsProviderName::Tencent;
        }
        config.own.sms.tencent = tencent;
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        let sessions = Arc::new(TokenIsPerson::default());
        let stand = shiming_testkit::Stand::start_with(config, clock, sessions.clone()).await;
        Self { stand, sessions, _database: database }
    }

    pub(crate) fn log_out(&self, person: PersonId) {
        self.sessions.0.lock().unwrap().insert(person);
    }

    pub(crate) fn gateway_channel(&self) -> ClientChannel {
        self.stand.channel("gateway")
    }

    pub(crate) fn events(&self) -> EventServiceClient<ClientChannel> {
        EventServiceClient::new(self.stand.channel("identity"))
    }

    pub(crate) fn inbox(&self) -> InboxServiceClient<ClientChannel> {
        InboxServiceClient::new(self.stand.channel("gateway"))
    }

    pub(crate) fn sms(&self) -> SmsServiceClient<ClientChannel> {
        SmsServiceClient::new(self.stand.channel("identity"))
    }

    pub(crate) fn phone(&self) -> DemoSmsServiceClient<ClientChannel> {
        DemoSmsServiceClient::new(self.stand.channel("gateway"))
    }

    pub(crate) async fn deliver(&self, events: Vec<Event>) -> Result<i32, Status> {
        let answer = self.events().deliver_events(DeliverEventsRequest { events }).await?;
        Ok(answer.into_inner().accepted_count)
    }
}

pub(crate) fn as_person<T>(message: T, person: PersonId) -> Request<T> {
    with_session(Request::new(message), &Redacted::from(person.to_string()))
}

pub(crate) fn person() -> PersonId {
    PersonId::new(&SystemClock)
}

pub(crate) fn event(messages: Vec<MessageDraft>, todos: Vec<TodoDraft>, closings: &[&str]) -> Event {
    Event {
        event_id: Uuid::now_v7().to_string(),
        r#type: "test.happened".into(),
        occur_time: None,
        messages,
        todos,
        closings: closings
            .iter()
            .map(|key| TodoClosing { todo_key: (*key).to_owned(), person_id: String::new() })
            .collect(),
    }
}

pub(crate) fn message(person: PersonId, template: &str, enterprise: &str) -> MessageDraft {
    let params = HashMap::from([
        ("enterprise".to_owned(), enterprise.to_owned()),
        ("role".to_owned(), "办税员".to_owned()),
    ]);
    MessageDraft { person_id: person.to_string(), template: template.into(), params }
}

pub(crate) fn todo(person: PersonId, key: &str) -> TodoDraft {
    let MessageDraft { person_id, template, params } = message(person, "APPLICATION_TO_DECIDE", "甲公司");
    TodoDraft { person_id, todo_key: key.into(), template, params }
}

pub(crate) fn reason(status: &Status) -> String {
    Problem::from_status(status).reason.to_string()
}
