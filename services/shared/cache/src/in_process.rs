//! The cache of a single process: a sharded map whose entries expire by the injected clock.
//!
//! Own code rather than moka: counters and sets must live their whole time however full the map is, all operations are
//! read-modify-write, and tests move the clock. When a shard is full, expired entries go first, then the values nearest to
//! their end; when only counters and sets are left, a new entry is refused ([`CacheError::Full`]).

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use shiming_kernel::SharedClock;

use crate::hub::Hub;
use crate::{Cache, CacheError, Messages};

const SHARDS: usize = 16;

/// A cache inside this process. Other processes don't see it.
pub struct InProcess {
    clock: SharedClock,
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    hub: Hub,
}

#[derive(Debug, Default)]
struct Shard {
    entries: HashMap<String, Entry>,
    capacity: usize,
}

#[derive(Debug)]
struct Entry {
    content: Content,
    end: DateTime<Utc>,
}

#[derive(Debug)]
enum Content {
    Value(Bytes),
    Count(u64),
    Set(BTreeSet<String>),
}

impl Content {
    fn bytes(&self) -> Result<Bytes, CacheError> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Count(count) => Ok(Bytes::from(count.to_string())),
            Self::Set(_) => Err(CacheError::WrongType),
        }
    }
}

impl Shard {
    fn live(&mut self, key: &str, now: DateTime<Utc>) -> Option<&mut Entry> {
        if self.entries.get(key).is_some_and(|entry| entry.end <= now) {
            self.entries.remove(key);
        }
        self.entries.get_mut(key)
    }

    fn insert(
        &mut self,
        key: &str,
        content: Content,
        end: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), CacheError> {
        if self.entries.len() >= self.capacity && !self.entries.contains_key(key) {
            self.make_room(now);
            if self.entries.len() >= self.capacity {
                return Err(CacheError::Full);
            }
        }
        self.entries.insert(key.to_owned(), Entry { content, end });
        Ok(())
    }

    /// A sixteenth at a time, so that a full shard isn't sorted for every insert.
    fn make_room(&mut self, now: DateTime<Utc>) {
        self.entries.retain(|_, entry| entry.end > now);
        let wanted = (self.capacity / 16).max(1);
        let excess = (self.entries.len() + wanted).saturating_sub(self.capacity);
        let mut values: Vec<(DateTime<Utc>, String)> = self
            .entries
            .iter()
            .filter(|(_, entry)| matches!(entry.content, Content::Value(_)))
            .map(|(key, entry)| (entry.end, key.clone()))
            .collect();
        values.sort_unstable();
        for (_, key) in values.into_iter().take(excess) {
            self.entries.remove(&key);
        }
    }
}

impl InProcess {
    /// An empty cache of at most about `capacity` entries.
    pub fn new(clock: SharedClock, capacity: usize) -> Self {
        let capacity = capacity.div_ceil(SHARDS).max(1);
        let shard = || Mutex::new(Shard { entries: HashMap::new(), capacity });
        let shards = std::iter::repeat_with(shard).take(SHARDS).collect();
        Self { clock, shards, hasher: RandomState::new(), hub: Hub::default() }
    }

    fn within<T>(&self, key: &str, act: impl FnOnce(&mut Shard, DateTime<Utc>) -> T) -> T {
        let index = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or_default();
        let mut shard = self.shards[index].lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut shard, self.clock.now())
    }
}

fn end(now: DateTime<Utc>, ttl: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(ttl)
        .ok()
        .and_then(|ttl| now.checked_add_signed(ttl))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[async_trait::async_trait]
impl Cache for InProcess {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        self.within(key, |shard, now| shard.live(key, now).map(|entry| entry.content.bytes()).transpose())
    }

    async fn put(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CacheError> {
        self.within(key, |shard, now| shard.insert(key, Content::Value(value), end(now, ttl), now))
    }

    async fn put_if_absent(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool, CacheError> {
        self.within(key, |shard, now| {
            if shard.live(key, now).is_some() {
                return Ok(false);
            }
            shard.insert(key, Content::Value(value), end(now, ttl), now).map(|()| true)
        })
    }

    async fn take(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        self.within(key, |shard, now| {
            let taken = shard.live(key, now).map(|entry| entry.content.bytes()).transpose()?;
            shard.entries.remove(key);
            Ok(taken)
        })
    }

    async fn delete(&self, key: &str) -> Result<bool, CacheError> {
        self.within(key, |shard, now| {
            let was_there = shard.live(key, now).is_some();
            shard.entries.remove(key);
            Ok(was_there)
        })
    }

    async fn add(&self, key: &str, amount: u64, ttl: Duration) -> Result<u64, CacheError> {
        self.within(key, |shard, now| match shard.live(key, now).map(|entry| &mut entry.content) {
            Some(Content::Count(count)) => {
                *count = count.saturating_add(amount);
                Ok(*count)
            }
            Some(Content::Value(_) | Content::Set(_)) => Err(CacheError::WrongType),
            None => shard.insert(key, Content::Count(amount), end(now, ttl), now).map(|()| amount),
        })
    }

    async fn compare_and_set(
        &self,
        key: &str,
        expected: &[u8],
        new: Bytes,
        ttl: Duration,
    ) -> Result<bool, CacheError> {
        self.within(key, |shard, now| {
            let Some(entry) = shard.live(key, now) else { return Ok(false) };
            if entry.content.bytes()? != expected {
                return Ok(false);
            }
            *entry = Entry { content: Content::Value(new), end: end(now, ttl) };
            Ok(true)
        })
    }

    async fn touch(&self, key: &str, ttl: Duration) -> Result<bool, CacheError> {
        self.within(key, |shard, now| {
            let Some(entry) = shard.live(key, now) else { return Ok(false) };
            entry.end = end(now, ttl);
            Ok(true)
        })
    }

    async fn time_left(&self, key: &str) -> Result<Option<Duration>, CacheError> {
        self.within(key, |shard, now| {
            Ok(shard.live(key, now).and_then(|entry| (entry.end - now).to_std().ok()))
        })
    }

    async fn set_add(&self, key: &str, member: &str, ttl: Duration) -> Result<(), CacheError> {
        self.within(key, |shard, now| match shard.live(key, now) {
            Some(Entry { content: Content::Set(members), end: until }) => {
                members.insert(member.to_owned());
                *until = (*until).max(end(now, ttl));
                Ok(())
            }
            Some(_) => Err(CacheError::WrongType),
            None => shard.insert(key, Content::Set(BTreeSet::from([member.to_owned()])), end(now, ttl), now),
        })
    }

    async fn set_members(&self, key: &str) -> Result<Vec<String>, CacheError> {
        self.within(key, |shard, now| match shard.live(key, now).map(|entry| &entry.content) {
            Some(Content::Set(members)) => Ok(members.iter().cloned().collect()),
            Some(_) => Err(CacheError::WrongType),
            None => Ok(Vec::new()),
        })
    }

    async fn set_remove(&self, key: &str, member: &str) -> Result<bool, CacheError> {
        self.within(key, |shard, now| match shard.live(key, now).map(|entry| &mut entry.content) {
            Some(Content::Set(members)) => Ok(members.remove(member)),
            Some(_) => Err(CacheError::WrongType),
            None => Ok(false),
        })
    }

    async fn publish(&self, channel: &str, message: Bytes) -> Result<(), CacheError> {
        if message.is_empty() {
            return Err(CacheError::EmptyMessage);
        }
        self.hub.publish(channel, message);
        Ok(())
    }

    async fn subscribe(&self, channel: &str) -> Result<Messages, CacheError> {
        self.hub.forget_unheard();
        Ok(self.hub.subscribe(channel))
    }

    async fn ping(&self) -> Result<(), CacheError> {
        Ok(())
    }
}

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shiming_kernel::{ManualClock, SystemClock};

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn entries_end_by_the_clock_and_counting_does_not_prolong() {
        let clock = Arc::new(ManualClock::new("2026-01-02T12:00:00Z".parse().unwrap()));
        let cache = InProcess::new(clock.clone(), 100);
        cache.put("value", Bytes::from("1"), MINUTE).await.unwrap();
        cache.increment("tries", MINUTE).await.unwrap();
        clock.advance(MINUTE / 2);
        assert_eq!(cache.increment("tries", MINUTE).await.unwrap(), 2);
        assert_eq!(cache.time_left("tries").await.unwrap(), Some(MINUTE / 2));
        clock.advance(MINUTE / 2);
        assert_eq!(cache.get("value").await.unwrap(), None);
        assert_eq!(cache.increment("tries", MINUTE).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn values_make_room_and_counters_never() {
        // Every counter fits into one shard, wherever the hashes may put them.
        let cache = InProcess::new(SystemClock::shared(), 1024);
        for n in 0..64 {
            cache.increment(&format!("counter {n}"), MINUTE).await.unwrap();
        }
        for n in 0..10_000 {
            cache.put(&format!("value {n}"), Bytes::from("v"), MINUTE).await.unwrap();
        }
        let kept: usize = cache.shards.iter().map(|shard| shard.lock().unwrap().entries.len()).sum();
        assert!(kept <= 1024, "{kept}");
        for n in 0..64 {
            assert_eq!(cache.increment(&format!("counter {n}"), MINUTE).await.unwrap(), 2);
        }
    }

    #[tokio::test]
    async fn full_of_counters_refuses_instead_of_forgetting() {
        let cache = InProcess::new(SystemClock::shared(), 16);
        let mut refused = 0;
        for n in 0..100 {
            refused +=
                usize::from(matches!(cache.increment(&n.to_string(), MINUTE).await, Err(CacheError::Full)));
        }
        assert!(refused >= 100 - 16, "{refused}");
    }
}
