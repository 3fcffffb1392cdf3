//! Fan-out inside this process: who listens to which channel.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::StreamExt as _;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

use crate::Messages;

/// Messages a slow reader may be behind; then it gets a gap instead.
const BACKLOG: usize = 256;

#[derive(Debug, Default)]
pub(crate) struct Hub(Mutex<HashMap<String, broadcast::Sender<Bytes>>>);

impl Hub {
    pub(crate) fn subscribe(&self, channel: &str) -> Messages {
        let mut channels = self.channels();
        let sender = channels.entry(channel.to_owned()).or_insert_with(|| broadcast::channel(BACKLOG).0);
        let gap_or_message = |received: Result<Bytes, _>| async move { received.unwrap_or_default() };
        Box::pin(BroadcastStream::new(sender.subscribe()).then(gap_or_message))
    }

    pub(crate) fn publish(&self, channel: &str, message: Bytes) {
        let mut channels = self.channels();
        if let Some(sender) = channels.get(channel)
            && sender.send(message).is_err()
        {
            channels.remove(channel);
        }
    }

    /// Tells every listener that it may have missed something.
    pub(crate) fn gap(&self) {
        self.channels().retain(|_, sender| sender.send(Bytes::new()).is_ok());
    }

    /// The channels somebody listens to.
    pub(crate) fn listened(&self) -> Vec<String> {
        let channels = self.channels();
        channels
            .iter()
            .filter(|(_, sender)| sender.receiver_count() > 0)
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Forgets the channels nobody listens to any more, and names them.
    pub(crate) fn forget_unheard(&self) -> Vec<String> {
        let mut channels = self.channels();
        let unheard: Vec<String> = channels
            .iter()
            .filter(|(_, sender)| sender.receiver_count() == 0)
            .map(|(name, _)| name.clone())
            .collect();
        for name in &unheard {
            channels.remove(name);
        }
        unheard
    }

    fn channels(&self) -> MutexGuard<'_, HashMap<String, broadcast::Sender<Bytes>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slow_reader_gets_a_gap_and_then_the_newest() {
        let hub = Hub::default();
        let mut messages = hub.subscribe("c");
        for n in 0..=BACKLOG {
            hub.publish("c", Bytes::from(n.to_string()));
        }
        assert!(messages.next().await.unwrap().is_empty());
        assert_eq!(messages.next().await.unwrap(), "1");
    }

    #[tokio::test]
    async fn channels_nobody_hears_are_forgotten() {
        let hub = Hub::default();
        drop(hub.subscribe("a"));
        let _kept = hub.subscribe("b");
        assert_eq!(hub.listened(), ["b"]);
        assert_eq!(hub.forget_unheard(), ["a"]);
        assert!(hub.forget_unheard().is_empty());
    }
}
