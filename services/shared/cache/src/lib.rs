//! What may be lost: sessions, codes, counters, fan-out; in-process or Redis behind one trait.
//!
//! Nothing here is a record: a lost entry costs a new login or a new code. Entries that protect people (counters of wrong tries)
//! fail closed: when the cache can't answer, callers refuse rather than forget.
//!
//! Every operation ends within `timeout_ms`. One that ends with [`CacheError::Unavailable`] may have happened all the same: a
//! taken code is gone, a counter may have counted.

mod config;
mod error;
mod hub;
mod in_process;
mod redis;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use shiming_kernel::SharedClock;

pub use config::CacheConfig;
pub use error::CacheError;
pub use in_process::InProcess;
pub use redis::Redis;

/// A cache many tasks hold.
pub type SharedCache = Arc<dyn Cache>;

/// Messages of a channel, from the moment of the subscription on. An **empty** message stands for a gap: the connection was lost
/// or the reader was too slow, so whatever the channel announces should be read anew.
pub type Messages = Pin<Box<dyn Stream<Item = Bytes> + Send>>;

/// Keys with a time to live, and channels. Keys are opaque to it: `session:<token hash>`; no personal data in a key.
#[async_trait::async_trait]
pub trait Cache: Send + Sync + std::fmt::Debug {
    /// The value, if it is there. A counter reads as its decimal digits.
    async fn get(&self, key: &str) -> Result<Option<Bytes>, CacheError>;

    /// Sets the value and its time to live, whatever was there.
    async fn put(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CacheError>;

    /// Sets the value unless something is there; `true` when it was set.
    async fn put_if_absent(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool, CacheError>;

    /// Reads and deletes at once: of many takers exactly one gets it.
    async fn take(&self, key: &str) -> Result<Option<Bytes>, CacheError>;

    /// Deletes; `true` when there was something.
    async fn delete(&self, key: &str) -> Result<bool, CacheError>;

    /// Reads, and gives what is there a new time to live.
    async fn get_and_touch(&self, key: &str, ttl: Duration) -> Result<Option<Bytes>, CacheError> {
        let Some(value) = self.get(key).await? else { return Ok(None) };
        Ok(self.touch(key, ttl).await?.then_some(value))
    }

    /// Adds one and answers the count. A new counter starts at 1 and lives `ttl`; counting doesn't prolong it. Counters are
    /// never dropped before their time to make room.
    async fn increment(&self, key: &str, ttl: Duration) -> Result<u64, CacheError> {
        self.add(key, 1, ttl).await
    }

    /// Like [`increment`](Self::increment) by more than one at once.
    async fn add(&self, key: &str, amount: u64, ttl: Duration) -> Result<u64, CacheError>;

    /// Sets `new` and its time to live if the value is `expected`; `true` when it was.
    async fn compare_and_set(
        &self,
        key: &str,
        expected: &[u8],
        new: Bytes,
        ttl: Duration,
    ) -> Result<bool, CacheError>;

    /// Gives what is there a new time to live; `false` when nothing is.
    async fn touch(&self, key: &str, ttl: Duration) -> Result<bool, CacheError>;

    /// How long the entry has left; `None` when it isn't there.
    async fn time_left(&self, key: &str) -> Result<Option<Duration>, CacheError>;

    /// Adds a member to a set, which then lives at least `ttl` more.
    async fn set_add(&self, key: &str, member: &str, ttl: Duration) -> Result<(), CacheError>;

    /// The members, in no order; empty when there is no such set.
    async fn set_members(&self, key: &str) -> Result<Vec<String>, CacheError>;

    /// Removes a member; `true` when it was one.
    async fn set_remove(&self, key: &str, member: &str) -> Result<bool, CacheError>;

    /// Sends to everybody who is subscribed now, on every replica. Must not be empty (see [`Messages`]).
    async fn publish(&self, channel: &str, message: Bytes) -> Result<(), CacheError>;

    /// Hears everything published after this returns.
    async fn subscribe(&self, channel: &str) -> Result<Messages, CacheError>;

    /// Asks for nothing, to see whether it answers: a readiness check.
    async fn ping(&self) -> Result<(), CacheError>;
}

/// The cache the configuration names. Redis need not be up: calls answer [`CacheError::Unavailable`] until it is.
pub fn connect(config: &CacheConfig, clock: SharedClock) -> Result<SharedCache, CacheError> {
    match config.target()? {
        config::Target::Memory => Ok(Arc::new(InProcess::new(clock, config.capacity))),
        config::Target::Redis(servers) => Ok(Arc::new(Redis::new(servers, config)?)),
    }
}
