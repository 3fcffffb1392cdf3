//! Messaging as the services that emit events see it: takes everything, each event of each delivery.

use std::sync::Arc;
use std::time::Duration;

use shiming_proto::messaging::v1::event_service_server::{EventService, EventServiceServer};
use shiming_proto::messaging::v1::{DeliverEventsRequest, DeliverEventsResponse, Event};
use shiming_rpc::{Listeners, NoSessions, PolicyTable, ServerBuilder};
use shiming_runtime::Shutdown;
use shiming_runtime::config::{ListenConfig, PeerConfig};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tonic::{Request, Response, Status};

/// A running stand-in; it ends when it is dropped.
#[derive(Debug)]
pub struct Inbox {
    arrived: Mutex<UnboundedReceiver<Event>>,
    peer: PeerConfig,
    shutdown: Shutdown,
}

struct Api(UnboundedSender<Event>);

impl Drop for Inbox {
    fn drop(&mut self) {
        self.shutdown.begin();
        self.shutdown.hard().cancel();
    }
}

impl Inbox {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        shiming_runtime::install_crypto_provider();
        let (arrive, arrived) = unbounded_channel();
        let shutdown = Shutdown::new();
        let listeners = Listeners::loopback().await.expect("a free port");
        let address = listeners.grpc_address().expect("an address");
        ServerBuilder::new(
            "messaging",
            &ListenConfig::loopback(address, address),
            PolicyTable::contract().expect("the contract's policies"),
            Arc::new(NoSessions),
            shutdown.clone(),
        )
        .add(EventServiceServer::new(Api(arrive)))
        .spawn(listeners);
        Self { arrived: arrived.into(), peer: PeerConfig::plaintext(format!("http://{address}")), shutdown }
    }

    /// How it is reached.
    pub fn peer(&self) -> PeerConfig {
        self.peer.clone()
    }

    /// The next event: waits for it.
    pub async fn next(&self) -> Event {
        let mut arrived = self.arrived.lock().await;
        let next = tokio::time::timeout(Duration::from_secs(20), arrived.recv()).await;
        next.expect("an event within twenty seconds").expect("the stand-in runs")
    }
}

#[tonic::async_trait]
impl EventService for Api {
    async fn deliver_events(
        &self,
        request: Request<DeliverEventsRequest>,
    ) -> Result<Response<DeliverEventsResponse>, Status> {
        let events = request.into_inner().events;
        let accepted_count = i32::try_from(events.len()).unwrap_or(i32::MAX);
        for event in events {
            self.0.send(event).map_err(|_| Status::unavailable("nobody reads"))?;
        }
        Ok(Response::new(DeliverEventsResponse { accepted_count }))
    }
}
