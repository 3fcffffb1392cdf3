//! Whether a replica can do its work: its database answers, and its cache where it has one.

use std::time::Duration;

use async_trait::async_trait;
use shiming_cache::SharedCache;
use shiming_rpc::Readiness;
use shiming_store::Store;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// A kubelet waits a second for its answer.
const PATIENCE: Duration = Duration::from_millis(800);
/// However many ask, each thing is asked about once in this time.
const FRESH: Duration = Duration::from_secs(1);

/// Asks, and remembers the answer for a moment. Whoever asks meanwhile waits for that same answer.
pub(crate) struct StoresAnswer {
    store: Store,
    cache: Option<SharedCache>,
    last: Mutex<Option<(Instant, bool)>>,
}

impl StoresAnswer {
    pub(crate) fn new(store: Store, cache: Option<SharedCache>) -> Self {
        Self { store, cache, last: Mutex::new(None) }
    }

    async fn ask(&self) -> bool {
        let store = async { self.store.ping().await.map_err(|error| ("store", error.to_string())) };
        let cache = async {
            match &self.cache {
                Some(cache) => cache.ping().await.map_err(|error| ("cache", error.to_string())),
                None => Ok(()),
            }
        };
        let answer = timeout(PATIENCE, async { tokio::try_join!(store, cache) }).await;
        match answer {
            Ok(Ok(_)) => true,
            Ok(Err((what, error))) => {
                tracing::warn!(what, error, "not ready");
                false
            }
            Err(_elapsed) => {
                tracing::warn!(what = "time", "not ready");
                false
            }
        }
    }
}

#[async_trait]
impl Readiness for StoresAnswer {
    async fn is_ready(&self) -> bool {
        let mut last = self.last.lock().await;
        match *last {
            Some((asked, answer)) if asked.elapsed() < FRESH => answer,
            _ => {
                let answer = self.ask().await;
                *last = Some((Instant::now(), answer));
                answer
            }
        }
    }
}

/// Several services in one process: ready when all are.
pub(crate) struct AllReady(pub(crate) Vec<std::sync::Arc<dyn Readiness>>);

#[async_trait]
impl Readiness for AllReady {
    async fn is_ready(&self) -> bool {
        for one in &self.0 {
            if !one.is_ready().await {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shiming_cache::InProcess;
    use shiming_crypto::{Keyring, Sealer};
    use shiming_kernel::SystemClock;
    use shiming_store::StoreConfig;
    use shiming_testkit::TestDatabase;

    use super::*;

    #[tokio::test]
    async fn a_replica_is_ready_while_its_database_answers_and_remembers_it_for_a_moment() {
        let database = TestDatabase::sqlite();
        let sealer = Sealer::new(&Keyring::generate(), "test").unwrap();
        let clock = SystemClock::shared();
        let store = Store::connect(&StoreConfig::new(database.url()), clock.clone(), sealer).await.unwrap();
        let answer = StoresAnswer::new(store.clone(), Some(Arc::new(InProcess::new(clock, 10))));
        assert!(answer.is_ready().await);
        store.close().await.unwrap();
        assert!(answer.is_ready().await, "asked a moment ago");
        *answer.last.lock().await = None;
        assert!(!answer.is_ready().await);
    }
}
