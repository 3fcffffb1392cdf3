//! What the edge holds at once, and for whom.
//!
//! A place among those that are answered is for work: who still sends a body gives it back and waits beside it, where nobody can take more
//! than a share. What an upload takes of the memory it takes as bytes come, never before.

use std::sync::{Arc, Mutex, PoisonError};

use shiming_runtime::{Room, Taken};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::browser::visitor::Visitor;
use crate::config::Config;
use crate::error::GatewayError;

/// One address, which many people may share, has at most one part in so many of a room.
const ADDRESS: usize = 4;
/// Uploads of one browser at once: one that goes on, and one that has just broken off.
const BROWSER: usize = 2;
/// Streams of one browser at once: every page that is open has one.
const BROWSER_STREAMS: usize = 32;

/// All rooms.
pub(crate) struct Doors {
    requests: Arc<Semaphore>,
    waiting: Arc<Room>,
    uploads: [Arc<Room>; 2],
    memory: Arc<Room>,
    streams: [Arc<Room>; 2],
}

/// What an upload holds.
pub(crate) struct UploadPlaces {
    /// Grows with what has come.
    pub(crate) memory: Taken,
    _held: Held,
}

/// A share of its address and one of its browser.
pub(crate) struct Held {
    _address: Taken,
    _browser: Option<Taken>,
}

impl Doors {
    pub(crate) fn new(config: &Config) -> Self {
        let http = &config.http;
        let room = |most: usize| Room::new(most, most.div_ceil(ADDRESS));
        Self {
            requests: Arc::new(Semaphore::new(http.concurrency_limit.min(Semaphore::MAX_PERMITS))),
            waiting: room(http.waiting_limit),
            uploads: [room(http.upload_limit), Room::new(http.upload_limit, BROWSER)],
            memory: room(http.upload_memory),
            streams: [room(config.live.streams), Room::new(config.live.streams, BROWSER_STREAMS)],
        }
    }

    /// A place among the requests that are answered.
    pub(crate) fn requests(&self) -> &Arc<Semaphore> {
        &self.requests
    }

    /// Waiting for a body that has not come with its head.
    pub(crate) fn wait(&self, visitor: &Visitor) -> Result<Taken, GatewayError> {
        self.waiting.take(&visitor.address, 1).map_err(|_| GatewayError::Overloaded)
    }

    /// An upload.
    pub(crate) fn upload(&self, visitor: &Visitor) -> Result<UploadPlaces, GatewayError> {
        let held = take(&self.uploads, visitor)?;
        let memory = self.memory.take(&visitor.address, 0).map_err(|_| GatewayError::Overloaded)?;
        Ok(UploadPlaces { memory, _held: held })
    }

    /// A stream of events.
    pub(crate) fn stream(&self, visitor: &Visitor) -> Result<Held, GatewayError> {
        take(&self.streams, visitor)
    }
}

fn take([by_address, by_browser]: &[Arc<Room>; 2], visitor: &Visitor) -> Result<Held, GatewayError> {
    let address = by_address.take(&visitor.address, 1);
    let browser = visitor.browser.as_ref().map(|browser| by_browser.take(browser, 1)).transpose();
    match (address, browser) {
        (Ok(address), Ok(browser)) => Ok(Held { _address: address, _browser: browser }),
        _ => Err(GatewayError::Overloaded),
    }
}

/// The place of a request that has a body, for whoever reads the body.
#[derive(Clone, Debug)]
pub(crate) struct Place(Arc<(Arc<Semaphore>, Mutex<Option<OwnedSemaphorePermit>>)>);

impl Place {
    /// A place, if there is one.
    pub(crate) fn take(places: &Arc<Semaphore>) -> Option<Self> {
        let place = Arc::clone(places).try_acquire_owned().ok()?;
        Some(Self(Arc::new((Arc::clone(places), Mutex::new(Some(place))))))
    }

    /// Gives it to somebody else.
    pub(crate) fn leave(&self) {
        drop(self.0.1.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Takes one again.
    pub(crate) fn come_back(&self) -> Result<(), GatewayError> {
        let place = Arc::clone(&self.0.0).try_acquire_owned().map_err(|_| GatewayError::Overloaded)?;
        *self.0.1.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
        Ok(())
    }
}
