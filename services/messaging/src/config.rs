//! Messaging's settings; `config/default.toml` explains each.

use serde::Deserialize;
use shiming_kernel::Redacted;
use url::Url;

/// What messaging can be told beside what every service can.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Text messages.
    pub sms: SmsConfig,
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

impl shiming_service::Settings for Settings {
    fn problems(&self, embedded: bool) -> Vec<String> {
        let console = self.sms.provider == SmsProviderName::Console;
        let rules = [
            (console || self.sms.tencent.is_some(), "sms.tencent: needed when sms.provider = \"tencent\""),
            (console || !self.sms.demo_phone, "sms.demo_phone: only with sms.provider = \"console\""),
            (!console || embedded, "sms.provider: the console provider serves only the embedded mode"),
        ];
        rules.into_iter().filter(|(holds, _)| !holds).map(|(_, rule)| rule.to_owned()).collect()
    }
}
