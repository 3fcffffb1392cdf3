//! Settings of the gateway; the checked-in defaults stand in `config/default.toml`.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, de};
use shiming_cache::CacheConfig;
use shiming_crypto::KeyringConfig;
use shiming_kernel::Redacted;
use shiming_proto::types::v1::DocumentType;
use shiming_runtime::config::{
    self, ConfigError, DurationText, PeerConfig, ProcessConfig, TelemetryConfig, Validate,
};
use url::{Origin, Url};

use crate::browser::proxies::ForwardingHeader;

/// The checked-in defaults.
pub const DEFAULT: &str = include_str!("../config/default.toml");

/// Everything a process of the gateway needs to know.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `[process]`
    pub process: ProcessConfig,
    /// `[telemetry]`
    pub telemetry: TelemetryConfig,
    /// `[http]`
    pub http: HttpConfig,
    /// `[cache]`: rate limits and picture codes.
    pub cache: CacheConfig,
    /// `[keyring]`: has no default; replicas share it.
    pub keyring: KeyringConfig,
    /// `[peers]`
    pub peers: Peers,
    /// `[captcha]`
    pub captcha: CaptchaConfig,
    /// `[live]`
    pub live: LiveConfig,
    /// `[limits]`
    pub limits: LimitsConfig,
    /// `[demo]`: only in the embedded mode.
    #[serde(default)]
    pub demo: Option<DemoConfig>,
}

/// `[http]`: sockets, trust and sizes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Where pages and API answer.
    pub listen: SocketAddr,
    /// Where `/livez` and `/readyz` answer, in plaintext.
    pub admin: SocketAddr,
    /// Scheme, host and port that browsers show.
    pub public_origin: Url,
    /// Proxies that are believed when they say whom they serve.
    #[serde(default, deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which they say it.
    #[serde(default)]
    pub forwarding_header: ForwardingHeader,
    /// Connections held open at once.
    pub connection_limit: usize,
    /// Requests answered at once; one more gets 429.
    pub concurrency_limit: usize,
    /// The longest a request may take.
    pub request_timeout: DurationText,
    /// The longest an upload may take.
    pub upload_timeout: DurationText,
    /// Bytes of a JSON body.
    pub json_limit: usize,
    /// Bytes of a capture's body.
    pub capture_limit: usize,
    /// Bytes of one frame.
    pub frame_limit: usize,
}

/// Reads `10.0.0.0/8` and plain addresses alike.
fn networks<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let read = |text: String| {
        text.parse::<IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
            .map_err(|_| de::Error::custom("expected an address or a network such as 10.0.0.0/8"))
    };
    texts.into_iter().map(read).collect()
}

impl HttpConfig {
    /// Whether browsers come by https.
    pub fn is_secure(&self) -> bool {
        self.public_origin.scheme() == "https"
    }

    /// The origin as browsers send it.
    pub fn origin(&self) -> Origin {
        self.public_origin.origin()
    }
}

impl Validate for HttpConfig {
    fn validate(&self) -> Result<(), Vec<String>> {
        let mut broken = Vec::new();
        let mut demand = |holds: bool, rule: &str| {
            if !holds {
                broken.push(format!("http.{rule}"));
            }
        };
        let origin = &self.public_origin;
        let bare = origin.path() == "/" && origin.query().is_none() && origin.fragment().is_none();
        demand(
            matches!(origin.scheme(), "http" | "https") && origin.has_host() && bare,
            "public_origin: scheme, host and port, nothing else",
        );
        demand(
            self.is_secure() || is_loopback(origin),
            "public_origin: must be https, except on loopback (localhost)",
        );
        demand(self.connection_limit > 0, "connection_limit: must be at least 1");
        demand(self.concurrency_limit > 0, "concurrency_limit: must be at least 1");
        demand(!self.request_timeout.get().is_zero(), "request_timeout: must be longer than 0");
        demand(!self.upload_timeout.get().is_zero(), "upload_timeout: must be longer than 0");
        demand(self.json_limit >= 1024, "json_limit: must be at least 1024");
        demand(self.frame_limit > 0, "frame_limit: must be at least 1");
        demand(self.capture_limit >= self.frame_limit, "capture_limit: must be at least frame_limit");
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}

/// Whether a URL names this very machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `[peers]`: the services behind the gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// Collects persons and logs them in.
    pub identity: PeerConfig,
    /// Compares faces.
    pub face_auth: PeerConfig,
    /// Binds persons to enterprises.
    pub enterprise_binding: PeerConfig,
    /// Keeps messages and to-dos.
    pub messaging: PeerConfig,
}

/// `[captcha]`: picture codes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptchaConfig {
    /// How long a picture code can be answered.
    pub lifetime: DurationText,
    /// Login codes within an hour for one browser before a picture code is needed.
    pub free_login_codes_per_browser: u64,
    /// The same for one address, which many people may share.
    pub free_login_codes_per_address: u64,
    /// What answers every picture, for tests on this machine; absent otherwise.
    #[serde(default)]
    pub known_answer: Option<Redacted<String>>,
}

/// `[live]`: server-sent events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveConfig {
    /// Streams of this process at once.
    pub streams: usize,
    /// How often a silent stream says that it is alive.
    pub heartbeat: DurationText,
}

/// `[limits]`: how often one address, and one browser, may do what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Any call of the API.
    pub requests: LimitConfig,
    /// New picture codes.
    pub captchas: LimitConfig,
    /// One-time codes by SMS.
    pub codes: LimitConfig,
    /// Tries to log in.
    pub logins: LimitConfig,
    /// Collections begun and finished.
    pub collections: LimitConfig,
    /// Challenges asked for before a capture.
    pub challenges: LimitConfig,
    /// Captures submitted.
    pub captures: LimitConfig,
}

/// One limit.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitConfig {
    /// After which counting starts anew; whole seconds.
    pub window: DurationText,
    /// For one address (IPv6: one /64).
    pub per_address: u64,
    /// For one browser.
    pub per_browser: u64,
}

impl Validate for LimitsConfig {
    fn validate(&self) -> Result<(), Vec<String>> {
        let all = [
            ("requests", self.requests),
            ("captchas", self.captchas),
            ("codes", self.codes),
            ("logins", self.logins),
            ("collections", self.collections),
            ("challenges", self.challenges),
            ("captures", self.captures),
        ];
        let usable = |limit: LimitConfig| {
            limit.window.get().as_secs() > 0 && limit.per_address > 0 && limit.per_browser > 0
        };
        let broken: Vec<_> = all
            .into_iter()
            .filter(|(_, limit)| !usable(*limit))
            .map(|(name, _)| {
                format!("limits.{name}: window (from 1s) and both limits must be greater than 0")
            })
            .collect();
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}

/// `[demo]`: what the embedded mode shows beside the real pages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoConfig {
    /// The demo authority's citizens.
    #[serde(default)]
    pub citizens: Vec<DemoCitizen>,
    /// Where `make people` put its people; without them there is no sample person.
    #[serde(default)]
    pub people: Option<PathBuf>,
}

/// A person who doesn't exist, for the demo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoCitizen {
    /// Name on the document.
    pub name: String,
    /// Type of the document, such as `RESIDENT_ID`.
    #[serde(deserialize_with = "document_type")]
    pub document_type: DocumentType,
    /// Number of the document.
    pub document_number: String,
    /// Mobile the demo phone stands for.
    pub mobile: String,
    /// Who this is in the demo, in Chinese.
    pub note: String,
}

fn document_type<'de, D: Deserializer<'de>>(from: D) -> Result<DocumentType, D::Error> {
    let name = String::deserialize(from)?;
    DocumentType::from_str_name(&format!("DOCUMENT_TYPE_{name}"))
        .ok_or_else(|| D::Error::custom("no type of a document"))
}

impl Config {
    /// Reads the default, `file` and the environment (`SHIMING_GATEWAY__…`).
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        config::load("gateway", DEFAULT, file)
    }
}

impl Validate for Config {
    fn validate(&self) -> Result<(), Vec<String>> {
        let mut broken: Vec<String> = [
            self.process.validate(),
            self.telemetry.validate(),
            self.http.validate(),
            self.peers.identity.validate_as("peers.identity"),
            self.peers.face_auth.validate_as("peers.face_auth"),
            self.peers.enterprise_binding.validate_as("peers.enterprise_binding"),
            self.peers.messaging.validate_as("peers.messaging"),
            self.limits.validate(),
        ]
        .into_iter()
        .filter_map(Result::err)
        .flatten()
        .collect();
        broken.extend(self.cache.problems());
        if self.captcha.lifetime.get().as_secs() == 0 {
            broken.push("captcha.lifetime: must be at least 1s".to_owned());
        }
        if self.live.streams == 0 || self.live.heartbeat.get().is_zero() {
            broken.push("live: streams and heartbeat must be greater than 0".to_owned());
        }
        if self.captcha.known_answer.is_some()
            && !(is_loopback(&self.http.public_origin) && self.http.listen.ip().is_loopback())
        {
            broken.push("captcha.known_answer: only for tests, on a loopback public_origin".to_owned());
        }
        if self.demo.is_some() && !is_loopback(&self.http.public_origin) {
            broken.push("demo: only for the embedded mode, on a loopback public_origin".to_owned());
        }
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}
