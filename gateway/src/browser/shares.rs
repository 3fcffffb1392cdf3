//! Counting in shares: a replica draws some of a counter at once and hands them out itself, so that most requests ask nobody.
//!
//! The shared counter rises by a share before any of it is used, and every number up to the limit is handed out once at most: however many
//! replicas there are, nobody gets more than the limit. What a replica has drawn and not used when the window ends is lost to the others, so
//! that with several replicas the limit may be felt a little early: by at most a twentieth for each replica beyond the first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shiming_cache::{CacheError, SharedCache};

/// The most that is drawn at once: what is let through without asking when the cache has just failed.
const LARGEST: u64 = 32;
/// A share is this part of the limit.
const PART: u64 = 20;
/// Visitors who are remembered within a window; further ones are counted one by one.
const MOST: usize = 65_536;

/// The shares that this replica holds.
pub(crate) struct Shares {
    cache: SharedCache,
    held: Mutex<Held>,
}

/// Of the present window.
#[derive(Default)]
struct Held {
    window: i64,
    by_visitor: HashMap<String, Arc<tokio::sync::Mutex<Share>>>,
}

#[derive(Default)]
struct Share {
    /// The shared counter after the last draw.
    drawn_to: u64,
    left: u64,
}

impl Shares {
    pub(crate) fn new(cache: SharedCache) -> Self {
        Self { cache, held: Mutex::default() }
    }

    /// Counts one more for `who` in the `window`; answers the count. `key` names the shared counter.
    pub(crate) async fn count(
        &self,
        who: &str,
        window: i64,
        limit: u64,
        key: impl Fn() -> String,
        ttl: Duration,
    ) -> Result<u64, CacheError> {
        let size = (limit / PART).clamp(1, LARGEST);
        let Some(share) = self.held(who, window) else { return self.cache.increment(&key(), ttl).await };
        // Whoever comes while one draws waits for that draw.
        let mut share = share.lock().await;
        if share.left == 0 {
            share.drawn_to = self.cache.add(&key(), size, ttl).await?;
            share.left = size;
        }
        share.left -= 1;
        Ok(share.drawn_to - share.left)
    }

    fn held(&self, who: &str, window: i64) -> Option<Arc<tokio::sync::Mutex<Share>>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.window != window {
            *held = Held { window, by_visitor: HashMap::new() };
        }
        if let Some(share) = held.by_visitor.get(who) {
            return Some(Arc::clone(share));
        }
        let has_room = held.by_visitor.len() < MOST;
        has_room.then(|| Arc::clone(held.by_visitor.entry(who.to_owned()).or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_cache::InProcess;
    use shiming_kernel::SystemClock;

    const MINUTE: Duration = Duration::from_mins(1);

    fn replicas<const N: usize>() -> [Shares; N] {
        let cache: SharedCache = Arc::new(InProcess::new(SystemClock::shared(), 100));
        std::array::from_fn(|_| Shares::new(Arc::clone(&cache)))
    }

    async fn count(shares: &Shares, window: i64, limit: u64) -> u64 {
        shares.count("somebody", window, limit, || format!("key:{window}"), MINUTE).await.unwrap()
    }

    #[tokio::test]
    async fn one_replica_counts_one_by_one() {
        let [only] = replicas();
        for expected in 1..=100 {
            assert_eq!(count(&only, 7, 1000).await, expected);
        }
        assert_eq!(count(&only, 8, 1000).await, 1, "a new window");
    }

    #[tokio::test]
    async fn all_replicas_together_never_let_more_through_than_the_limit_and_lose_little() {
        let replicas: [Shares; 3] = replicas();
        let limit = 200;
        let mut through = 0;
        for turn in 0..1000 {
            through += u64::from(count(&replicas[turn % 3], 1, limit).await <= limit);
        }
        assert!((limit - 2 * limit / PART..=limit).contains(&through), "{through}");
    }

    #[tokio::test]
    async fn a_small_limit_is_drawn_one_by_one() {
        let [one, other] = replicas();
        assert_eq!([count(&one, 1, 3).await, count(&other, 1, 3).await, count(&one, 1, 3).await], [1, 2, 3]);
    }
}
