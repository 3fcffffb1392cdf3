//! Follows the addresses of a name: a headless Kubernetes service has one per replica, and they come and go.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use shiming_runtime::Shutdown;
use tokio::sync::{mpsc, watch};
use tonic::transport::Endpoint;
use tonic::transport::channel::Change;

use super::template::Template;

type Changes = mpsc::Sender<Change<SocketAddr, Endpoint>>;

/// One peer's name and what it last resolved to.
pub(super) struct Resolver {
    host: String,
    port: u16,
    template: Template,
    changes: Changes,
    found: watch::Sender<bool>,
    known: BTreeSet<SocketAddr>,
    failing: bool,
}

impl Resolver {
    pub(super) fn new(
        host: String,
        port: u16,
        template: Template,
        changes: Changes,
        found: watch::Sender<bool>,
    ) -> Self {
        Self { host, port, template, changes, found, known: BTreeSet::new(), failing: false }
    }

    async fn look_up(&mut self) {
        let answer = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        match answer.map(Iterator::collect) {
            Ok(addresses) => self.apply(addresses).await,
            Err(error) if !self.failing => {
                self.failing = true;
                tracing::warn!(host = self.host, %error, "name does not resolve; keeping the known addresses");
            }
            Err(_) => {}
        }
    }

    /// Tells the channel what changed. An empty answer is taken for a hiccup of the name server.
    async fn apply(&mut self, now: BTreeSet<SocketAddr>) {
        if now.is_empty() {
            return;
        }
        self.failing = false;
        let gone: Vec<_> = self.known.difference(&now).copied().collect();
        let new: Vec<_> = now.difference(&self.known).copied().collect();
        for address in new {
            let Ok(endpoint) = self.template.at(address) else { continue };
            if self.changes.send(Change::Insert(address, endpoint)).await.is_err() {
                return;
            }
        }
        for address in gone {
            if self.changes.send(Change::Remove(address)).await.is_err() {
                return;
            }
        }
        self.known = now;
        self.found.send_replace(true);
    }
}

/// Looks the name up now and every `interval`, until the shutdown is soft or the channel is gone. An address needs looking up once.
pub(super) fn follow(mut resolver: Resolver, interval: Duration, shutdown: &Shutdown) {
    let soft = shutdown.soft();
    shutdown.spawn("resolve", async move {
        let fixed = resolver.host.parse::<IpAddr>().is_ok();
        loop {
            resolver.look_up().await;
            let wait = async {
                tokio::select! {
                    () = tokio::time::sleep(interval), if !fixed => true,
                    () = resolver.changes.closed() => false,
                    () = soft.cancelled() => false,
                }
            };
            if !wait.await {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(last: &[u8]) -> BTreeSet<SocketAddr> {
        last.iter().map(|last| SocketAddr::from(([10, 0, 0, *last], 9090))).collect()
    }

    #[tokio::test]
    async fn the_channel_hears_what_came_and_went() {
        let (changes, mut heard) = mpsc::channel(8);
        let (found, found_now) = watch::channel(false);
        let template = Template::plaintext("http://identity:9090");
        let mut resolver = Resolver::new("identity".into(), 9090, template, changes, found);
        let mut hear = || match heard.try_recv() {
            Ok(Change::Insert(address, _)) => Some((true, address)),
            Ok(Change::Remove(address)) => Some((false, address)),
            Err(_) => None,
        };
        let at = |last| addresses(&[last]).into_iter().next().unwrap();

        resolver.apply(BTreeSet::new()).await;
        assert_eq!((hear(), *found_now.borrow()), (None, false));
        resolver.apply(addresses(&[1, 2])).await;
        assert_eq!((hear(), hear(), hear()), (Some((true, at(1))), Some((true, at(2))), None));
        assert!(*found_now.borrow());
        resolver.apply(addresses(&[2, 3])).await;
        assert_eq!((hear(), hear(), hear()), (Some((true, at(3))), Some((false, at(1))), None));
        resolver.apply(BTreeSet::new()).await;
        assert_eq!(hear(), None, "a hiccup of the name server removes nobody");
    }
}
