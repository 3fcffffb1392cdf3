//! Captures on their way in: each challenge has one stream, and what a stream holds of the memory it holds for frames that have come, never
//! for frames that may.
//!
//! Known to this replica alone. Between replicas the database decides when the judgement begins; until then a stream costs little.

use std::sync::Arc;

use shiming_crypto::TokenHash;
use shiming_kernel::CallContext;
use shiming_runtime::{NoRoom, Room, Taken};

use crate::domain::{Arriving, NO_ROOM, Refusal};

/// Streams and bytes of all captures that are on their way in.
#[derive(Debug)]
pub(crate) struct Arrivals {
    nonces: Arc<Room>,
    by_address: Arc<Room>,
    by_device: Arc<Room>,
    memory: Arc<Room>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Arrival {
    memory: Taken,
    _held: [Taken; 3],
}

impl Arrivals {
    pub(crate) fn new(limits: Arriving) -> Self {
        let Arriving { streams, bytes, per_device, address_part } = limits;
        Self {
            nonces: Room::new(streams, 1),
            by_address: Room::new(streams, streams.div_ceil(address_part)),
            by_device: Room::new(streams, per_device),
            memory: Room::new(bytes, bytes.div_ceil(address_part)),
        }
    }

    /// Opens the stream that answers a challenge; a second is refused while it lasts. Nobody has more than their share of all of them.
    pub(crate) fn open(&self, nonce: TokenHash, caller: &CallContext) -> Result<Arrival, Refusal> {
        let name = caller.caller.to_string();
        let client = &caller.client;
        let address = client.ip_hash.as_ref().unwrap_or(&name);
        let device = client.device_hash.as_ref().unwrap_or(address);
        let by_address = self.by_address.take(address, 1).map_err(no_room)?;
        let by_device =
            self.by_device.take(device, usize::from(client.device_hash.is_some())).map_err(no_room)?;
        let nonce = self.nonces.take(&nonce.to_key(), 1).map_err(|NoRoom| Refusal::ConcurrentCapture)?;
        let memory = self.memory.take(address, 0).map_err(no_room)?;
        Ok(Arrival { memory, _held: [nonce, by_address, by_device] })
    }
}

impl Arrival {
    /// Keeps a frame of so many bytes in memory.
    pub(crate) fn keep(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.memory.grow(bytes).map_err(no_room)
    }
}

fn no_room(NoRoom: NoRoom) -> Refusal {
    Refusal::Overloaded { retry_after: NO_ROOM }
}
