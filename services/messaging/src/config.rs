//! Messaging's settings; `config/default.toml` explains each.

use serde::Deserialize;
use shiming_cache::CacheConfig;
use shiming_crypto::KeyringConfig;
use shiming_kernel::Redacted;
use shiming_runtime::config::{ListenConfig, PeerConfig, ProcessConfig, TelemetryConfig, Validate};
use shiming_store::StoreConfig;
use url::Url;

/// The checked-in defaults.
pub const DEFAULT: &str = include_str!("../config/default.toml");

/// Everything messaging can be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The process around the service.
    pub process: ProcessConfig,
    /// Logs, traces, metrics.
    pub telemetry: TelemetryConfig,
    /// Sockets and limits.
    pub listen: ListenConfig,
    /// The database.
    pub store: StoreConfig,
    /// The cache.
    pub cache: CacheConfig,
    /// The keys of sealed fields.
    pub keyring: KeyringConfig,
    /// The other services.
    pub peers: Peers,
    /// Text messages.
    pub sms: SmsConfig,
}

/// The services that messaging asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// Knows sessions.
    pub identity: PeerConfig,
}

/// `[sms]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// Who sends.
    pub provider: SmsProviderName,
    /// Serve what the console provider sent, for the demo's pages.
    #[serde(default)]
    pub demo_phone: bool,
    /// The account, when Tencent sends.
    #[serde(default)]
    pub tencent: Option<TencentConfig>,
}

/// Who sends text messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsProviderName {
    /// The terminal.
    Console,
    /// Tencent Cloud SMS.
    Tencent,
}

/// An account with Tencent Cloud SMS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TencentConfig {
    /// The API's address.
    pub endpoint: Url,
    /// Region, such as `ap-beijing`.
    pub region: String,
    /// `SmsSdkAppId`.
    pub app_id: String,
    /// The approved signature, without brackets.
    pub sign_name: String,
    /// The approved template of one-time codes, with two variables: code, minutes.
    pub code_template_id: String,
    /// `SecretId` of the account.
    pub secret_id: String,
    /// `SecretKey` of the account.
    pub secret_key: Redacted<String>,
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Vec<String>> {
        let parts = [
            self.process.validate(),
            self.telemetry.validate(),
            self.listen.validate(),
            self.peers.identity.validate_as("peers.identity"),
        ];
        let mut broken: Vec<String> = parts.into_iter().filter_map(Result::err).flatten().collect();
        broken.extend(self.store.problems());
        broken.extend(self.cache.problems());
        if self.sms.provider == SmsProviderName::Tencent && self.sms.tencent.is_none() {
            broken.push("sms.tencent: needed when sms.provider = \"tencent\"".into());
        }
        if self.sms.provider != SmsProviderName::Console && self.sms.demo_phone {
            broken.push("sms.demo_phone: only with sms.provider = \"console\"".into());
        }
        if self.sms.provider == SmsProviderName::Console && self.listen.tls.is_some() {
            broken.push("sms.provider: the console provider serves only the embedded mode".into());
        }
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}
