//! What the stand-ins answer to each kind of request, and what they were asked.

use std::any::type_name;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use prost::Message;
use shiming_proto::face::v1::SubmitCaptureRequest;
use shiming_proto::messaging::v1::WatchCountsResponse;
use tokio::sync::mpsc;
use tonic::Status;
use tonic::metadata::MetadataMap;

type Handler = Arc<dyn Fn(&[Bytes]) -> Result<Told, Status> + Send + Sync>;

type Seen = (MetadataMap, Vec<Bytes>);

/// The sending end of a stream of counts, to be taken by the test.
pub(crate) type Watch = mpsc::Sender<Result<WatchCountsResponse, Status>>;

/// Takes the sending end of each stream that is asked for.
#[derive(Clone)]
pub(crate) struct Taker(pub(crate) mpsc::Sender<Watch>);

/// Everything that one capture sent. A cut-off one is never seen.
#[derive(Clone, Debug)]
pub(crate) struct Capture(pub(crate) Vec<SubmitCaptureRequest>);

/// What is answered.
pub(crate) enum Told {
    Message(Bytes),
    Watched(mpsc::Sender<Watch>),
}

/// A kind of request, of which every method has its own.
pub(crate) trait Asked: Sized {
    fn name() -> String;
    fn read(messages: &[Bytes]) -> Self;
}

impl<M: Message + Default> Asked for M {
    /// As the contract has it: the types are called like the messages.
    fn name() -> String {
        type_name::<M>().replace("shiming_proto::", "shiming.").replace("::", ".")
    }

    fn read(messages: &[Bytes]) -> Self {
        Self::decode(messages[0].clone()).unwrap()
    }
}

impl Asked for Capture {
    fn name() -> String {
        SubmitCaptureRequest::name()
    }

    fn read(messages: &[Bytes]) -> Self {
        Self(messages.iter().map(|message| SubmitCaptureRequest::decode(message.clone()).unwrap()).collect())
    }
}

/// A kind of answer.
pub(crate) trait Tells {
    fn tell(self) -> Told;
}

impl<M: Message> Tells for M {
    fn tell(self) -> Told {
        Told::Message(self.encode_to_vec().into())
    }
}

impl Tells for Taker {
    fn tell(self) -> Told {
        Told::Watched(self.0)
    }
}

/// Kept by the name of the request's message.
#[derive(Default)]
pub(crate) struct Script {
    handlers: Mutex<HashMap<String, Handler>>,
    seen: Mutex<HashMap<String, Vec<Seen>>>,
}

impl Script {
    /// From now on requests of this type are answered so.
    pub(crate) fn on<Q: Asked, A: Tells>(
        &self,
        handler: impl Fn(&Q) -> Result<A, Status> + Send + Sync + 'static,
    ) {
        let handler: Handler = Arc::new(move |messages| handler(&Q::read(messages)).map(Tells::tell));
        self.handlers.lock().unwrap().insert(Q::name(), handler);
    }

    /// From now on requests of this type get a copy of this answer.
    pub(crate) fn answer<Q: Asked, A: Tells + Clone + Send + Sync + 'static>(&self, answer: A) {
        self.on::<Q, A>(move |_| Ok(answer.clone()));
    }

    /// From now on requests of this type are refused.
    pub(crate) fn refuse<Q: Asked, A: Tells>(&self, status: Status) {
        self.on::<Q, A>(move |_| Err(status.clone()));
    }

    /// The requests of this type so far, with their metadata.
    pub(crate) fn seen<Q: Asked>(&self) -> Vec<(MetadataMap, Q)> {
        let seen = self.seen.lock().unwrap();
        let of_type = seen.get(&Q::name()).map(Vec::as_slice).unwrap_or_default();
        of_type.iter().map(|(metadata, messages)| (metadata.clone(), Q::read(messages))).collect()
    }

    /// The one request of this type.
    pub(crate) fn only<Q: Asked>(&self) -> (MetadataMap, Q) {
        let mut seen = self.seen::<Q>();
        assert_eq!(seen.len(), 1, "asked exactly once");
        seen.remove(0)
    }

    pub(super) fn play(
        &self,
        name: &str,
        metadata: MetadataMap,
        messages: Vec<Bytes>,
    ) -> Result<Told, Status> {
        let handler = self.handlers.lock().unwrap().get(name).cloned();
        let told = handler.map(|handler| handler(&messages));
        self.seen.lock().unwrap().entry(name.to_owned()).or_default().push((metadata, messages));
        told.unwrap_or_else(|| Err(Status::unimplemented("not scripted")))
    }
}
