//! Turns away what would only queue.

use std::sync::Arc;

use shiming_kernel::Reason;
use tokio::sync::Semaphore;

use super::Facts;
use super::paced::paced;
use crate::status::refuse;
use crate::step::{HttpRequest, HttpResponse, Next, Step};

/// Request streams, which last as long as their senders like, have one place in so many, apart from the others.
const STREAMS: usize = 4;

#[derive(Clone, Debug)]
pub(in crate::server) struct Shed {
    places: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl Shed {
    pub(in crate::server) fn new(limit: usize) -> Self {
        let places = |most: usize| Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self { places: places(limit), streams: places(limit.div_ceil(STREAMS)) }
    }
}

impl Step for Shed {
    async fn run<N: Next>(self, request: HttpRequest, next: N) -> HttpResponse {
        let Some(facts) = Facts::of(&request) else { return refuse(&Reason::Internal) };
        if facts.is_open() {
            return next.call(request).await;
        }
        let is_stream = facts.method().is_some_and(|method| method.client_streaming);
        // Held until the handler has answered; a response stream that only waits for news afterwards takes no place.
        let place = if is_stream { self.streams.try_acquire() } else { self.places.try_acquire() };
        match place {
            Ok(_place) if is_stream => next.call(request.map(paced)).await,
            Ok(_place) => next.call(request).await,
            Err(_) => refuse(&Reason::Overloaded),
        }
    }
}
