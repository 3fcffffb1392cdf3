//! Subscriptions: one connection of its own for all channels of this process, opened when the first one subscribes.
//!
//! It is asked for a sign of life now and then; when it is lost, it is opened anew, all channels are joined again, and every
//! listener is told of the gap.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use redis::RedisResult;
use redis::aio::{PubSubSink, PubSubStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::link::Link;
use crate::hub::Hub;
use crate::{CacheError, Messages};

const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

struct Join {
    channel: String,
    done: oneshot::Sender<Result<(), CacheError>>,
}

pub(super) struct Listener {
    hub: Arc<Hub>,
    joins: mpsc::Sender<Join>,
    task: JoinHandle<()>,
}

impl Listener {
    #[expect(
        clippy::disallowed_methods,
        reason = "holds nothing worth draining and is aborted with the cache it serves"
    )]
    pub(super) fn new(link: Arc<Link>, patience: Duration) -> Self {
        let hub = Arc::new(Hub::default());
        let (joins, inbox) = mpsc::channel(64);
        let ear = Ear { link, hub: Arc::clone(&hub), inbox, patience };
        Self { hub, joins, task: tokio::spawn(ear.listen()) }
    }

    pub(super) async fn subscribe(&self, channel: String) -> Result<Messages, CacheError> {
        let messages = self.hub.subscribe(&channel);
        let (done, joined) = oneshot::channel();
        self.joins.send(Join { channel, done }).await.map_err(|_ended| CacheError::NoAnswer)?;
        joined.await.map_err(|_ended| CacheError::NoAnswer)??;
        Ok(messages)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Ear {
    link: Arc<Link>,
    hub: Arc<Hub>,
    inbox: mpsc::Receiver<Join>,
    patience: Duration,
}

impl Ear {
    async fn listen(mut self) {
        let mut pause = FIRST_PAUSE;
        let mut lost = false;
        loop {
            let first = if self.hub.listened().is_empty() {
                let Some(join) = self.inbox.recv().await else { return };
                Some(join)
            } else {
                None
            };
            match self.connect().await {
                Ok((sink, stream)) => {
                    pause = FIRST_PAUSE;
                    if lost {
                        self.hub.gap();
                    }
                    if self.serve(sink, stream, first).await.is_none() {
                        return;
                    }
                    tracing::debug!("subscriptions lost, joining again");
                }
                Err(error) => {
                    tracing::debug!(%error, "subscriptions not connected");
                    if let Some(join) = first {
                        let _nobody_waits = join.done.send(Err(error));
                    }
                    self.refuse_for(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            lost = true;
        }
    }

    /// Opens the connection and joins every channel that has listeners.
    async fn connect(&self) -> Result<(PubSubSink, PubSubStream), CacheError> {
        let connecting = async {
            let (mut sink, stream) = self.link.pubsub().await?.split();
            let channels = self.hub.listened();
            if !channels.is_empty() {
                sink.subscribe(channels).await?;
            }
            RedisResult::Ok((sink, stream))
        };
        Ok(timeout(self.patience, connecting).await.map_err(|_elapsed| CacheError::NoAnswer)??)
    }

    /// Passes messages on until the connection is lost; `None` when the cache is gone.
    async fn serve(
        &mut self,
        mut sink: PubSubSink,
        mut stream: PubSubStream,
        first: Option<Join>,
    ) -> Option<()> {
        if let Some(join) = first {
            // Its channel had a listener before the connection was made, so it is joined already.
            let _nobody_waits = join.done.send(Ok(()));
        }
        let mut signs_of_life = interval(SIGN_OF_LIFE);
        signs_of_life.set_missed_tick_behavior(MissedTickBehavior::Delay);
        signs_of_life.tick().await;
        loop {
            tokio::select! {
                join = self.inbox.recv() => {
                    let Join { channel, done } = join?;
                    let joined = flatten(timeout(self.patience, sink.subscribe(channel)).await);
                    let failed = joined.is_err();
                    let _nobody_waits = done.send(joined);
                    if failed {
                        return Some(());
                    }
                }
                message = stream.next() => {
                    let Some(message) = message else { return Some(()) };
                    self.hub.publish(message.get_channel_name(), Bytes::copy_from_slice(message.get_payload_bytes()));
                }
                _ = signs_of_life.tick() => {
                    let unheard = self.hub.forget_unheard();
                    let asked = async {
                        if !unheard.is_empty() {
                            sink.unsubscribe(unheard).await?;
                        }
                        sink.ping::<redis::Value>().await
                    };
                    if flatten(timeout(self.patience, asked).await).is_err() {
                        return Some(());
                    }
                }
            }
        }
    }

    /// Answers those who want to join now that it isn't possible.
    async fn refuse_for(&mut self, pause: Duration) {
        let refusing = async {
            while let Some(join) = self.inbox.recv().await {
                let _nobody_waits = join.done.send(Err(CacheError::NoAnswer));
            }
            sleep(pause).await;
        };
        let _time_over = timeout(pause, refusing).await;
    }
}

fn flatten<T>(answer: Result<RedisResult<T>, tokio::time::error::Elapsed>) -> Result<T, CacheError> {
    Ok(answer.map_err(|_elapsed| CacheError::NoAnswer)??)
}
