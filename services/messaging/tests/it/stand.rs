//! A messaging service on a free port, and clients to it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use shiming_crypto::KeyringConfig;
use shiming_kernel::{EvidenceLevel, PersonId, Redacted, Session, SessionId, SystemClock};
use shiming_messaging::{Config, DEFAULT, Messaging, NAME, SERVICES, TencentConfig};
use shiming_proto::messaging::v1::demo_sms_service_client::DemoSmsServiceClient;
use shiming_proto::messaging::v1::event_service_client::EventServiceClient;
use shiming_proto::messaging::v1::inbox_service_client::InboxServiceClient;
use shiming_proto::messaging::v1::sms_service_client::SmsServiceClient;
use shiming_proto::messaging::v1::{DeliverEventsRequest, Event, MessageDraft, TodoClosing, TodoDraft};
use shiming_rpc::status::Problem;
use shiming_rpc::{
    ClientChannel, Connector, Listeners, PolicyTable, ServerBuilder, SessionError, SessionResolver,
    with_session,
};
use shiming_runtime::Shutdown;
use shiming_runtime::config::PeerConfig;
use shiming_testkit::TestDatabase;
use tonic::{Request, Status};
use uuid::Uuid;

/// The token of a person's session is the person's id.
struct TokenIsPerson;

#[async_trait]
impl SessionResolver for TokenIsPerson {
    async fn resolve(&self, token: &str, _: shiming_rpc::SessionUse) -> Result<Session, SessionError> {
        let person_id: PersonId = token.parse().map_err(|_| SessionError::Invalid)?;
        Ok(Session {
            session_id: SessionId::new(&SystemClock),
            person_id,
            evidence: EvidenceLevel::Sms,
            step_up_time: None,
            enterprise_id: None,
            binding_id: None,
        })
    }
}

pub(crate) struct Stand {
    identity: Connector,
    gateway: Connector,
    peer: PeerConfig,
    shutdown: Shutdown,
    _database: TestDatabase,
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.shutdown.begin();
        self.shutdown.hard().cancel();
    }
}

impl Stand {
    pub(crate) async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, None).await
    }

    pub(crate) async fn start_with(database: TestDatabase, tencent: Option<TencentConfig>) -> Self {
        shiming_runtime::install_crypto_provider();
        let config = config(&database, tencent);
        let shutdown = Shutdown::new();
        let service = Messaging::build(&config, SystemClock::shared()).await.unwrap();
        let listeners = Listeners::loopback().await.unwrap();
        let peer = PeerConfig::plaintext(format!("http://{}", listeners.grpc_address().unwrap()));
        let policies = PolicyTable::of(SERVICES).unwrap();
        let server =
            ServerBuilder::new(NAME, &config.listen, policies, Arc::new(TokenIsPerson), shutdown.clone());
        service.mount(server).spawn(listeners);
        Self {
            identity: Connector::new("identity", &shutdown).unwrap(),
            gateway: Connector::new("gateway", &shutdown).unwrap(),
            peer,
            shutdown,
            _database: database,
        }
    }

    fn channel(&self, connector: &Connector) -> ClientChannel {
        connector.connect(&self.peer).unwrap()
    }

    pub(crate) fn gateway_channel(&self) -> ClientChannel {
        self.channel(&self.gateway)
    }

    pub(crate) fn events(&self) -> EventServiceClient<ClientChannel> {
        EventServiceClient::new(self.channel(&self.identity))
    }

    pub(crate) fn inbox(&self) -> InboxServiceClient<ClientChannel> {
        InboxServiceClient::new(self.channel(&self.gateway))
    }

    pub(crate) fn sms(&self) -> SmsServiceClient<ClientChannel> {
        SmsServiceClient::new(self.channel(&self.identity))
    }

    pub(crate) fn phone(&self) -> DemoSmsServiceClient<ClientChannel> {
        DemoSmsServiceClient::new(self.channel(&self.gateway))
    }

    pub(crate) async fn deliver(&self, events: Vec<Event>) -> Result<i32, Status> {
        let answer = self.events().deliver_events(DeliverEventsRequest { events }).await?;
        Ok(answer.into_inner().accepted_count)
    }
}

fn config(database: &TestDatabase, tencent: Option<TencentConfig>) -> Config {
    let keyring = serde_json::to_value(KeyringConfig::generate()).unwrap();
    let mut tree: toml::Table = DEFAULT.parse().unwrap();
    tree.insert("keyring".into(), toml::Value::try_from(keyring).unwrap());
    let mut config: Config = toml::Value::Table(tree).try_into().unwrap();
    config.store.url = Redacted::from(database.url());
    config.listen.tls = None;
    config.listen.plaintext_loopback = true;
    config.sms.demo_phone = tencent.is_none();
    if tencent.is_some() {
        config.sms.provider = shiming_messaging::SmsProviderName::Tencent;
    }
    config.sms.tencent = tencent;
    config
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
        closings: closings.iter().map(|key| TodoClosing { todo_key: (*key).to_owned() }).collect(),
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
