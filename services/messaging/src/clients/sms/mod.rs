//! The port to whoever sends text messages, and its adapters.

mod console;
mod tencent;

use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use shiming_identifiers::Mobile;
use shiming_kernel::SharedClock;

use crate::config::{SmsConfig, SmsProviderName};
use crate::domain::SmsText;

pub(crate) use console::ConsoleSms;
use tencent::TencentSms;

/// The provider that the configuration names.
pub(crate) fn provider(
    config: &SmsConfig,
    console: &Arc<ConsoleSms>,
    clock: SharedClock,
) -> anyhow::Result<Arc<dyn SmsProvider>> {
    Ok(match config.provider {
        SmsProviderName::Console => Arc::<ConsoleSms>::clone(console),
        SmsProviderName::Tencent => {
            let account = config.tencent.clone().context("sms.tencent is missing")?;
            Arc::new(TencentSms::new(account, clock)?)
        }
    })
}

/// Sends one text message. An answer of `Ok` means that the provider has taken it over.
#[async_trait]
pub(crate) trait SmsProvider: Send + Sync {
    /// The provider's name: an audit field.
    fn name(&self) -> &'static str;

    /// Sends `text` to `mobile`, within a few seconds.
    async fn send(&self, mobile: &Mobile, text: &SmsText) -> Result<(), SmsFailure>;
}

/// Why a provider didn't take a text message. Holds the provider's own code, never the number or the text.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SmsFailure {
    /// No answer, a time-out, or a 5xx: it may work later.
    #[error("the provider can't be reached")]
    Unreachable(#[source] Option<reqwest::Error>),
    /// The provider refused: credentials, signature, template, balance. Somebody must look at it.
    #[error("the provider refused: {code}")]
    Refused {
        /// The provider's error code.
        code: String,
    },
    /// The provider limits this number for now.
    #[error("the provider limits this number: {code}")]
    Limited {
        /// The provider's error code.
        code: String,
    },
}
