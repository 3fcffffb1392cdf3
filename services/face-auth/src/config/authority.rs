//! `[authority]`: who compares faces.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use shiming_kernel::Redacted;
use shiming_runtime::BreakerRule;
use shiming_runtime::config::{ConnectTls, DurationText, PeerConfig};
use url::Url;

use crate::domain::{Provider, ProviderOutcome};

/// Longest way back to our page that Tencent takes.
const REDIRECT_URL: usize = 1024;

/// `[authority]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorityConfig {
    /// Who compares, first to last.
    pub order: Vec<ProviderName>,
    /// Whether the next who compares is asked when one has no photo of the person.
    pub next_without_photo: bool,
    /// How often a provider's page may be asked about one check, at most.
    pub poll_interval: DurationText,
    /// When a provider is left alone.
    pub breaker: BreakerConfig,
    /// The authority over gRPC, when it is in the order.
    #[serde(default)]
    pub external: Option<ExternalConfig>,
    /// The account, when WeChat is in the order.
    #[serde(default)]
    pub wechat: Option<WeChatConfig>,
    /// The account, when Tencent is in the order.
    #[serde(default)]
    pub tencent: Option<TencentConfig>,
}

/// A provider, as the configuration names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderName {
    /// The references kept here, by our own engine.
    BuiltIn,
    /// An authority over gRPC.
    External,
    /// WeChat 人脸核身 2.0.
    #[serde(rename = "wechat")]
    WeChat,
    /// Tencent Cloud FaceID.
    Tencent,
}

impl ProviderName {
    pub(crate) const fn provider(self) -> Provider {
        match self {
            Self::BuiltIn => Provider::BuiltIn,
            Self::External => Provider::External,
            Self::WeChat => Provider::WeChat,
            Self::Tencent => Provider::Tencent,
        }
    }
}

/// `[authority.breaker]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakerConfig {
    /// Failures in a row that open it.
    pub failures: u32,
    /// How long it stays open.
    pub open_for: DurationText,
}

impl BreakerConfig {
    pub(crate) const fn rule(self) -> BreakerRule {
        BreakerRule { failures: self.failures, open_for: self.open_for.get() }
    }
}

/// `[authority.external]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalConfig {
    /// `http://host:port` or `https://host:port`.
    pub uri: String,
    /// Certificates; needed exactly when the URI is https.
    #[serde(default)]
    pub tls: Option<ConnectTls>,
    /// How long a comparison may take.
    #[serde(default = "default_timeout")]
    pub timeout: DurationText,
}

impl ExternalConfig {
    pub(crate) fn peer(&self) -> PeerConfig {
        // Somebody else's server, most likely with the usual settings.
        let keep_alive_while_idle = false;
        PeerConfig { tls: self.tls.clone(), keep_alive_while_idle, ..PeerConfig::plaintext(self.uri.clone()) }
    }
}

/// `[authority.wechat]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeChatConfig {
    /// The API's address, without a path: `https://api.weixin.qq.com`.
    pub endpoint: Url,
    /// `appid` of the official account.
    pub app_id: String,
    /// Its secret.
    pub app_secret: Redacted<String>,
    /// How long a call may take.
    #[serde(default = "default_timeout")]
    pub timeout: DurationText,
    /// What further codes mean.
    #[serde(default)]
    pub codes: Codes,
}

/// `[authority.tencent]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TencentConfig {
    /// The API's address, without a path: `https://faceid.tencentcloudapi.com`.
    pub endpoint: Url,
    /// `RuleId` of the face check.
    pub rule_id: String,
    /// Where Tencent's page leads back to: our own page.
    pub redirect_url: Url,
    /// `SecretId` of the account.
    pub secret_id: String,
    /// `SecretKey` of the account.
    pub secret_key: Redacted<String>,
    /// Smallest `Sim`, 1 to 100.
    #[serde(default = "default_similarity")]
    pub similarity: u8,
    /// Smallest `Sim` for evidence of the stricter level.
    #[serde(default = "default_strict_similarity")]
    pub strict_similarity: u8,
    /// How long a call may take.
    #[serde(default = "default_timeout")]
    pub timeout: DurationText,
    /// What further codes mean.
    #[serde(default)]
    pub codes: Codes,
}

/// Codes of a vendor that the built-in table lacks or has differently, such as `"10300" = "FACE_NOT_FINISHED"`.
#[derive(Clone, Debug, Default)]
pub struct Codes(pub(crate) BTreeMap<i64, ProviderOutcome>);

impl<'de> Deserialize<'de> for Codes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = BTreeMap::<String, ProviderOutcome>::deserialize(deserializer)?;
        let rows = table.into_iter().map(|(code, outcome)| match code.parse() {
            Ok(code) if outcome != ProviderOutcome::Passed => Ok((code, outcome)),
            Ok(_) => Err(D::Error::custom("a code can't be made a pass by configuration")),
            Err(_) => Err(D::Error::custom("codes are whole numbers")),
        });
        rows.collect::<Result<_, _>>().map(Self)
    }
}

fn default_timeout() -> DurationText {
    DurationText::seconds(3)
}

const fn default_similarity() -> u8 {
    70
}

const fn default_strict_similarity() -> u8 {
    80
}

impl AuthorityConfig {
    /// What is wrong with it. `embedded` is a mode without certificates, in which a provider may be asked over plain HTTP on loopback.
    pub(super) fn problems(&self, embedded: bool) -> Vec<String> {
        let mut broken = self.problems_of_order();
        let mut check = |wrong: bool, text: &str| {
            if wrong {
                broken.push(format!("authority.{text}"));
            }
        };
        check(self.poll_interval.get().is_zero(), "poll_interval must be longer than 0");
        check(self.breaker.failures == 0, "breaker.failures must be at least 1");
        check(self.breaker.open_for.get().is_zero(), "breaker.open_for must be longer than 0");
        let is_safe = |url: &Url| {
            let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
            url.scheme() == "https" || (url.scheme() == "http" && embedded && loopback)
        };
        let in_time = |timeout: DurationText| (1..=10_000).contains(&timeout.get().as_millis());
        if let Some(external) = &self.external {
            check(!in_time(external.timeout), "external.timeout must be up to 10s");
            broken.extend(external.peer().validate_as("authority.external").err().into_iter().flatten());
        }
        let mut check = |wrong: bool, text: &str| {
            if wrong {
                broken.push(format!("authority.{text}"));
            }
        };
        if let Some(wechat) = &self.wechat {
            check(!is_safe(&wechat.endpoint), "wechat.endpoint must be https");
            check(wechat.app_id.is_empty(), "wechat.app_id must not be empty");
            check(wechat.app_secret.expose().is_empty(), "wechat.app_secret must not be empty");
            check(!in_time(wechat.timeout), "wechat.timeout must be up to 10s");
        }
        if let Some(tencent) = &self.tencent {
            check(!is_safe(&tencent.endpoint), "tencent.endpoint must be https");
            check(!is_safe(&tencent.redirect_url), "tencent.redirect_url must be https");
            check(tencent.redirect_url.as_str().len() > REDIRECT_URL, "tencent.redirect_url is too long");
            check(tencent.rule_id.is_empty(), "tencent.rule_id must not be empty");
            check(tencent.secret_id.is_empty(), "tencent.secret_id must not be empty");
            check(tencent.secret_key.expose().is_empty(), "tencent.secret_key must not be empty");
            check(!in_time(tencent.timeout), "tencent.timeout must be up to 10s");
            let ordered = 1 <= tencent.similarity
                && tencent.similarity <= tencent.strict_similarity
                && tencent.strict_similarity <= 100;
            check(
                !ordered,
                "tencent: similarity and strict_similarity must be 1 to 100, the strict one not smaller",
            );
        }
        broken
    }

    fn problems_of_order(&self) -> Vec<String> {
        let named = |name| self.order.contains(&name);
        let distinct: BTreeSet<_> = self.order.iter().collect();
        let hosted = |name: &ProviderName| name.provider().is_hosted();
        let checks = [
            (self.order.is_empty(), "order must name at least one provider"),
            (distinct.len() < self.order.len(), "order names a provider twice"),
            (
                !self.order.is_sorted_by_key(|name| !hosted(name)),
                "order: wechat and tencent come first; after one that compares our own frames they would never be asked",
            ),
            (
                named(ProviderName::External) && self.external.is_none(),
                "external: needed when it is in the order",
            ),
            (named(ProviderName::WeChat) && self.wechat.is_none(), "wechat: needed when it is in the order"),
            (
                named(ProviderName::Tencent) && self.tencent.is_none(),
                "tencent: needed when it is in the order",
            ),
        ];
        checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, text)| format!("authority.{text}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "next_without_photo = false\npoll_interval = \"2s\"\nbreaker = { failures = 5, open_for = \"30s\" }\n";
    const WECHAT: &str = "[wechat]\nendpoint = \"https://a.cn\"\napp_id = \"wx\"\napp_secret = \"s\"\n";
    const TENCENT: &str = "[tencent]\nendpoint = \"https://b.cn\"\nrule_id = \"1\"\nredirect_url = \"https://a.cn\"\nsecret_id = \"i\"\nsecret_key = \"k\"\n";

    fn problems(order: &str, rest: &str) -> Vec<String> {
        let config: AuthorityConfig = toml::from_str(&format!("order = {order}\n{BASE}{rest}")).unwrap();
        config.problems(false)
    }

    #[test]
    fn good_orders_have_no_problems() {
        assert_eq!(problems(r#"["built_in"]"#, ""), [""; 0]);
        assert_eq!(problems(r#"["wechat", "tencent", "built_in"]"#, &format!("{WECHAT}{TENCENT}")), [""; 0]);
    }

    #[test]
    fn each_problem_is_said() {
        let said = |order: &str, rest: &str, what: &str| {
            let found = problems(order, rest);
            assert!(found.iter().any(|text| text.contains(what)), "{found:?}");
        };
        said("[]", "", "at least one");
        said(r#"["built_in", "built_in"]"#, "", "twice");
        said(r#"["built_in", "wechat"]"#, WECHAT, "never be asked");
        said(r#"["external", "built_in"]"#, "", "external: needed");
        said(r#"["wechat"]"#, "", "wechat: needed");
        said(r#"["tencent"]"#, "", "tencent: needed");
        said(
            r#"["wechat"]"#,
            "[wechat]\napp_id = \"wx\"\napp_secret = \"\"\nendpoint = \"http://127.0.0.1:1\"",
            "https",
        );
        said(
            r#"["wechat"]"#,
            "[wechat]\nendpoint = \"https://a.cn\"\napp_id = \"wx\"\napp_secret = \"\"",
            "app_secret",
        );
        said(r#"["tencent"]"#, &format!("{TENCENT}similarity = 90"), "strict");
        said(r#"["external"]"#, "[external]\nuri = \"https://a:1\"", "external.tls");
    }

    #[test]
    fn a_configured_code_passes_nobody() {
        let read = |codes: &str| {
            toml::from_str::<AuthorityConfig>(&format!("order = []\n{BASE}{WECHAT}codes = {codes}"))
        };
        assert!(read(r#"{ "10300" = "FACE_NOT_FINISHED" }"#).is_ok());
        for wrong in [r#"{ "10300" = "PASSED" }"#, r#"{ x = "FACE_NOT_SAME" }"#, r#"{ "1" = "GOOD" }"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_secret_prints() {
        let text = format!("order = []\n{BASE}{TENCENT}").replace("\"k\"", "\"s3cret\"");
        assert!(!format!("{:?}", toml::from_str::<AuthorityConfig>(&text).unwrap()).contains("s3cret"));
    }
}
