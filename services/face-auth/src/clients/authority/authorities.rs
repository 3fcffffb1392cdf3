//! Everybody who compares faces, put together from the configuration.

use std::sync::Arc;
use std::time::Duration;

use shiming_kernel::SharedClock;
use shiming_rpc::Connector;
use shiming_runtime::CircuitBreaker;

use super::{Authority, Comparators, ExternalAuthority, HostedChecks, TencentFaceId, WeChatFace};
use crate::config::{ProviderName, Settings};

/// Those who compare the frames of our own camera page, and those who show a page of their own.
#[derive(Default)]
pub(crate) struct Authorities {
    pub(crate) comparators: Comparators,
    pub(crate) hosted: HostedChecks,
    /// Whether the person must be kept in full while a session is open, because somebody outside will be asked.
    pub(crate) asks_outside: bool,
    /// How long to wait between two questions about one check.
    pub(crate) poll_interval: Duration,
}

impl Authorities {
    /// In the configured order. `built_in` compares with the references kept here.
    pub(crate) fn new(
        own: &Settings,
        built_in: &Arc<dyn Authority>,
        connector: &Connector,
        clock: &SharedClock,
    ) -> anyhow::Result<Self> {
        let (config, max_bytes) = (&own.authority, own.engine.limits.max_bytes);
        let poll_interval = config.poll_interval.get();
        let mut all = Self {
            comparators: Comparators::new(config.next_without_photo, poll_interval),
            hosted: HostedChecks::default(),
            asks_outside: config.order.iter().any(|name| *name != ProviderName::BuiltIn),
            poll_interval,
        };
        for name in &config.order {
            let breaker = CircuitBreaker::new(name.provider().as_str(), config.breaker.rule(), clock.clone());
            match name {
                ProviderName::BuiltIn => all.comparators.push(Arc::clone(built_in), None),
                ProviderName::External => {
                    if let Some(external) = &config.external {
                        let channel = connector.connect(&external.peer())?;
                        let authority = ExternalAuthority::new(channel, external.timeout.get(), max_bytes);
                        all.comparators.push(Arc::new(authority), Some(breaker));
                    }
                }
                ProviderName::WeChat => {
                    if let Some(wechat) = config.wechat.clone() {
                        all.hosted.push(Arc::new(WeChatFace::new(wechat, clock.clone())?), breaker);
                    }
                }
                ProviderName::Tencent => {
                    if let Some(tencent) = config.tencent.clone() {
                        all.hosted.push(Arc::new(TencentFaceId::new(tencent, clock.clone())?), breaker);
                    }
                }
            }
        }
        Ok(all)
    }
}
