//! The cache on Redis: what all replicas share.

mod link;
mod pubsub;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use redis::{Cmd, FromRedisValue, cmd};

use self::link::Link;
use self::pubsub::Listener;
use crate::config::{CacheConfig, Servers};
use crate::{Cache, CacheError, Messages};

/// `ARGV`: expected, new, ttl in ms.
const COMPARE_AND_SET: &str = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end \
     redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1";
/// `ARGV`: amount, ttl in ms.
const ADD: &str = "local count = redis.call('INCRBY', KEYS[1], ARGV[1]) \
     if count == tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return count";
/// `ARGV`: member, ttl in ms.
const SET_ADD: &str = "redis.call('SADD', KEYS[1], ARGV[1]) \
     if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 1";

/// A cache on one Redis, a cluster, or a master that sentinels name. Reconnects by itself.
///
/// A Redis that keeps nothing over a restart forgets counters too; where they must outlive it, run it with `appendonly yes`.
pub struct Redis {
    link: Arc<Link>,
    prefix: String,
    timeout: Duration,
    listener: Listener,
}

impl Redis {
    /// Doesn't connect yet: the first operation does.
    pub(crate) fn new(servers: Servers, config: &CacheConfig) -> Result<Self, CacheError> {
        let link = Arc::new(Link::new(servers, config.timeout())?);
        let listener = Listener::new(Arc::clone(&link), config.timeout());
        Ok(Self { link, prefix: config.prefix.clone(), timeout: config.timeout(), listener })
    }

    fn name(&self, key: &str) -> String {
        format!("{}:{key}", self.prefix)
    }

    fn command(&self, name: &str, key: &str) -> Cmd {
        let mut command = cmd(name);
        command.arg(self.name(key));
        command
    }

    fn script(&self, script: &str, key: &str) -> Cmd {
        let mut command = cmd("EVAL");
        command.arg(script).arg(1).arg(self.name(key));
        command
    }

    async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, CacheError> {
        match tokio::time::timeout(self.timeout, self.link.run(command)).await {
            Ok(answer) => Ok(answer?),
            Err(_elapsed) => {
                self.link.distrust().await;
                Err(CacheError::NoAnswer)
            }
        }
    }
}

/// Redis refuses a time to live of 0.
fn millis(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).clamp(1, i64::MAX as u64 / 2)
}

#[async_trait::async_trait]
impl Cache for Redis {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        self.run(&self.command("GET", key)).await
    }

    async fn put(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CacheError> {
        self.run(self.command("SET", key).arg(&value[..]).arg("PX").arg(millis(ttl))).await
    }

    async fn put_if_absent(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool, CacheError> {
        let answer: Option<String> =
            self.run(self.command("SET", key).arg(&value[..]).arg("NX").arg("PX").arg(millis(ttl))).await?;
        Ok(answer.is_some())
    }

    async fn take(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        self.run(&self.command("GETDEL", key)).await
    }

    async fn delete(&self, key: &str) -> Result<bool, CacheError> {
        self.run(&self.command("DEL", key)).await
    }

    async fn get_and_touch(&self, key: &str, ttl: Duration) -> Result<Option<Bytes>, CacheError> {
        self.run(self.command("GETEX", key).arg("PX").arg(millis(ttl))).await
    }

    async fn add(&self, key: &str, amount: u64, ttl: Duration) -> Result<u64, CacheError> {
        self.run(self.script(ADD, key).arg(amount).arg(millis(ttl))).await
    }

    async fn compare_and_set(
        &self,
        key: &str,
        expected: &[u8],
        new: Bytes,
        ttl: Duration,
    ) -> Result<bool, CacheError> {
        self.run(self.script(COMPARE_AND_SET, key).arg(expected).arg(&new[..]).arg(millis(ttl))).await
    }

    async fn touch(&self, key: &str, ttl: Duration) -> Result<bool, CacheError> {
        self.run(self.command("PEXPIRE", key).arg(millis(ttl))).await
    }

    async fn time_left(&self, key: &str) -> Result<Option<Duration>, CacheError> {
        let left: i64 = self.run(&self.command("PTTL", key)).await?;
        Ok(u64::try_from(left).ok().map(Duration::from_millis))
    }

    async fn set_add(&self, key: &str, member: &str, ttl: Duration) -> Result<(), CacheError> {
        self.run(self.script(SET_ADD, key).arg(member).arg(millis(ttl))).await
    }

    async fn set_members(&self, key: &str) -> Result<Vec<String>, CacheError> {
        self.run(&self.command("SMEMBERS", key)).await
    }

    async fn set_remove(&self, key: &str, member: &str) -> Result<bool, CacheError> {
        self.run(self.command("SREM", key).arg(member)).await
    }

    async fn publish(&self, channel: &str, message: Bytes) -> Result<(), CacheError> {
        if message.is_empty() {
            return Err(CacheError::EmptyMessage);
        }
        self.run(self.command("PUBLISH", channel).arg(&message[..])).await
    }

    async fn subscribe(&self, channel: &str) -> Result<Messages, CacheError> {
        let joined = self.listener.subscribe(self.name(channel));
        tokio::time::timeout(self.timeout, joined).await.map_err(|_elapsed| CacheError::NoAnswer)?
    }

    async fn ping(&self) -> Result<(), CacheError> {
        // A command that has a key, so that a cluster routes it like every other.
        let _there: bool = self.run(&self.command("EXISTS", "ping")).await?;
        Ok(())
    }
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
