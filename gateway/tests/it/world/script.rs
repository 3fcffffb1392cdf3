//! What the stand-ins answer to each kind of request, and what they were asked.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

type Handler<Q, A> = Arc<dyn Fn(&Q) -> Result<A, Status> + Send + Sync>;

type Seen = (MetadataMap, Box<dyn Any + Send>);

/// Typed by the request message, of which every method has its own.
#[derive(Default)]
pub(crate) struct Script {
    handlers: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
    seen: Mutex<HashMap<TypeId, Vec<Seen>>>,
}

impl Script {
    /// From now on requests of this type are answered so.
    pub(crate) fn on<Q: 'static, A: 'static>(
        &self,
        handler: impl Fn(&Q) -> Result<A, Status> + Send + Sync + 'static,
    ) {
        let handler: Handler<Q, A> = Arc::new(handler);
        self.handlers.lock().unwrap().insert(TypeId::of::<Q>(), Box::new(handler));
    }

    /// From now on requests of this type get a copy of this answer.
    pub(crate) fn answer<Q: 'static, A: Clone + Send + Sync + 'static>(&self, answer: A) {
        self.on::<Q, A>(move |_| Ok(answer.clone()));
    }

    /// From now on requests of this type are refused.
    pub(crate) fn refuse<Q: 'static, A: 'static>(&self, status: Status) {
        self.on::<Q, A>(move |_| Err(status.clone()));
    }

    /// The requests of this type so far, with their metadata.
    pub(crate) fn seen<Q: Clone + 'static>(&self) -> Vec<(MetadataMap, Q)> {
        let seen = self.seen.lock().unwrap();
        let of_type = seen.get(&TypeId::of::<Q>()).map(Vec::as_slice).unwrap_or_default();
        of_type
            .iter()
            .map(|(metadata, message)| (metadata.clone(), message.downcast_ref::<Q>().unwrap().clone()))
            .collect()
    }

    /// The one request of this type.
    pub(crate) fn only<Q: Clone + 'static>(&self) -> (MetadataMap, Q) {
        let mut seen = self.seen::<Q>();
        assert_eq!(seen.len(), 1, "asked exactly once");
        seen.remove(0)
    }

    pub(super) fn play<Q: Clone + Send + 'static, A: 'static>(
        &self,
        request: Request<Q>,
    ) -> Result<Response<A>, Status> {
        let (metadata, _, message) = request.into_parts();
        let noted: Box<dyn Any + Send> = Box::new(message.clone());
        self.seen.lock().unwrap().entry(TypeId::of::<Q>()).or_default().push((metadata, noted));
        let handler = {
            let handlers = self.handlers.lock().unwrap();
            let handler = handlers.get(&TypeId::of::<Q>());
            handler.map(|handler| Arc::clone(handler.downcast_ref::<Handler<Q, A>>().unwrap()))
        };
        match handler {
            Some(handler) => handler(&message).map(Response::new),
            None => Err(Status::unimplemented("not scripted")),
        }
    }
}
