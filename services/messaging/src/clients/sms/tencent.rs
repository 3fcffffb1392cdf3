//! Tencent Cloud SMS, API 2021-01-11 `SendSms`, signed with TC3-HMAC-SHA256.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use shiming_crypto::Tc3Signer;
use shiming_identifiers::Mobile;
use shiming_kernel::SharedClock;
use url::Url;

use super::{SmsFailure, SmsProvider};
use crate::config::TencentConfig;
use crate::domain::{SmsText, SmsWording};

const TIMEOUT: Duration = Duration::from_secs(5);
const CONTENT_TYPE: &str = "application/json; charset=utf-8";

/// Sends through Tencent Cloud.
pub(crate) struct TencentSms {
    http: Client,
    config: TencentConfig,
    host: String,
    clock: SharedClock,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendSms<'a> {
    phone_number_set: [String; 1],
    sms_sdk_app_id: &'a str,
    sign_name: &'a str,
    template_id: &'a str,
    template_param_set: Vec<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    #[serde(default)]
    send_status_set: Vec<SendStatus>,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendStatus {
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApiError {
    code: String,
}

impl TencentSms {
    /// A sender for the account of `config`. The endpoint is a URL without a path.
    pub(crate) fn new(config: TencentConfig, clock: SharedClock) -> Result<Self, reqwest::Error> {
        let http = Client::builder().timeout(TIMEOUT).no_proxy().build()?;
        let host = host_of(&config.endpoint);
        Ok(Self { http, config, host, clock })
    }

    fn body(&self, mobile: &Mobile, text: &SmsText) -> Result<Vec<u8>, SmsFailure> {
        let template_id = match text.wording {
            SmsWording::Code => &self.config.code_template_id,
        };
        let request = SendSms {
            phone_number_set: [format!("+86{}", mobile.as_str())],
            sms_sdk_app_id: &self.config.app_id,
            sign_name: &self.config.sign_name,
            template_id,
            template_param_set: text.values.iter().map(|value| value.expose().as_str()).collect(),
        };
        serde_json::to_vec(&request).map_err(|_| SmsFailure::Refused { code: "unencodable".into() })
    }
}

fn host_of(endpoint: &Url) -> String {
    let host = endpoint.host_str().unwrap_or_default();
    endpoint.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[async_trait]
impl SmsProvider for TencentSms {
    fn name(&self) -> &'static str {
        "tencent"
    }

    async fn send(&self, mobile: &Mobile, text: &SmsText) -> Result<(), SmsFailure> {
        let body = self.body(mobile, text)?;
        let now = self.clock.now();
        let signer =
            Tc3Signer { id: &self.config.secret_id, key: self.config.secret_key.expose(), service: "sms" };
        let authorization = signer.authorization(&self.host, CONTENT_TYPE, &body, now);
        let answer = self
            .http
            .post(self.config.endpoint.clone())
            .header("Authorization", authorization)
            .header("Content-Type", CONTENT_TYPE)
            .header("X-TC-Action", "SendSms")
            .header("X-TC-Version", "2021-01-11")
            .header("X-TC-Region", &self.config.region)
            .header("X-TC-Timestamp", now.timestamp())
            .body(body)
            .send()
            .await
            .map_err(|error| SmsFailure::Unreachable(Some(error.without_url())))?;
        judge(answer.status(), answer.json().await)
    }
}

fn judge(status: StatusCode, envelope: Result<Envelope, reqwest::Error>) -> Result<(), SmsFailure> {
    if status.is_server_error() {
        return Err(SmsFailure::Unreachable(None));
    }
    let response = envelope.map_err(|error| SmsFailure::Unreachable(Some(error.without_url())))?.response;
    if let Some(error) = response.error {
        return Err(refusal(error.code));
    }
    match response.send_status_set.into_iter().next() {
        Some(SendStatus { code }) if code == "Ok" => Ok(()),
        Some(SendStatus { code }) => Err(refusal(code)),
        None => Err(SmsFailure::Refused { code: "no status".into() }),
    }
}

/// <https://cloud.tencent.com/document/product/382/59177>: what is said of one number is told from what concerns them all, as the daily
/// limit of the whole account does.
fn refusal(code: String) -> SmsFailure {
    if code.starts_with("LimitExceeded.PhoneNumber") || code == "LimitExceeded.DeliveryFrequencyLimit" {
        SmsFailure::Limited { code }
    } else if code.ends_with(".PhoneNumberInBlacklist") || code.ends_with(".IncorrectPhoneNumber") {
        SmsFailure::Number { code }
    } else if code.starts_with("InternalError") || code == "RequestLimitExceeded" {
        SmsFailure::Unreachable(None)
    } else {
        SmsFailure::Refused { code }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_concerns_one_number_is_told_from_what_concerns_all() {
        for code in ["LimitExceeded.PhoneNumberDailyLimit", "LimitExceeded.DeliveryFrequencyLimit"] {
            assert!(matches!(refusal(code.into()), SmsFailure::Limited { .. }), "{code}");
        }
        for code in ["FailedOperation.PhoneNumberInBlacklist", "InvalidParameterValue.IncorrectPhoneNumber"] {
            assert!(matches!(refusal(code.into()), SmsFailure::Number { .. }), "{code}");
        }
        for code in ["LimitExceeded.AppDailyLimit", "FailedOperation.InsufficientBalanceInSmsPackage"] {
            assert!(matches!(refusal(code.into()), SmsFailure::Refused { .. }), "{code}");
        }
    }
}
