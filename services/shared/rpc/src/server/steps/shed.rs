//! Turns away what would only queue.

use std::sync::Arc;

use shiming_kernel::Reason;
use tokio::sync::Semaphore;

use super::Facts;
use crate::status::refuse;
use crate::step::{HttpRequest, HttpResponse, Next, Step};

#[derive(Clone, Debug)]
pub(in crate::server) struct Shed {
    places: Arc<Semaphore>,
}

impl Shed {
    pub(in crate::server) fn new(limit: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS))) }
    }
}

impl Step for Shed {
    async fn run<N: Next>(self, request: HttpRequest, next: N) -> HttpResponse {
        if Facts::of(&request).is_some_and(|facts| facts.is_open()) {
            return next.call(request).await;
        }
        // Held until the handler has answered; a response stream that only waits for news afterwards takes no place.
        match self.places.try_acquire() {
            Ok(_place) => next.call(request).await,
            Err(_) => refuse(&Reason::Overloaded),
        }
    }
}
