//! WeChat 人脸核身 2.0: `getverifyid` opens a check, WeChat's own page makes it, `queryverifyinfo` says what came of it.

use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Client;
use serde::{Deserialize, Serialize};
use shiming_kernel::{FaceSessionId, Redacted, SharedClock};
use url::Url;

use super::wechat_token::AccessToken;
use super::{HostedFault, HostedPass, HostedProvider, NewCheck, OpenCheck, http};
use crate::config::WeChatConfig;
use crate::domain::{CodeTable, Provider, ProviderOutcome, Ticket};

const CERT_TYPE: &str = "IDENTITY_CARD";
/// `errcode` of a token that is wrong or over.
const TOKEN_REFUSED: [i64; 3] = [40001, 40014, 42001];

/// WeChat's face check for one official account.
pub(crate) struct WeChatFace {
    http: Client,
    begin_url: Url,
    query_url: Url,
    timeout: Duration,
    token: AccessToken,
    codes: CodeTable,
    calls: CodeTable,
}

#[derive(Serialize)]
struct GetVerifyId<'a> {
    out_seq_no: &'a str,
    cert_info: CertInfo<'a>,
    openid: &'a str,
}

#[derive(Serialize)]
struct CertInfo<'a> {
    cert_type: &'static str,
    cert_name: &'a str,
    cert_no: &'a str,
}

#[derive(Serialize)]
struct QueryVerifyInfo<'a> {
    verify_id: &'a str,
    out_seq_no: &'a str,
    cert_hash: &'a str,
    openid: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errcode: i64,
    #[serde(default)]
    verify_id: String,
    verify_ret: Option<i64>,
}

impl WeChatFace {
    /// For the account of `config`. The endpoint is a URL without a path.
    pub(crate) fn new(config: WeChatConfig, clock: SharedClock) -> anyhow::Result<Self> {
        let http = http::client()?;
        let timeout = config.timeout.get();
        let account = (config.app_id, config.app_secret);
        let token_url = config.endpoint.join("cgi-bin/stable_token")?;
        Ok(Self {
            begin_url: config.endpoint.join("cityservice/face/identify/getverifyid")?,
            query_url: config.endpoint.join("cityservice/face/identify/queryverifyinfo")?,
            timeout,
            token: AccessToken::new(http.clone(), token_url, account, timeout, clock),
            http,
            codes: CodeTable::wechat().with(&config.codes.0),
            calls: CodeTable::wechat_calls(),
        })
    }

    /// Calls with the present token, and once more when WeChat has forgotten it.
    async fn call(&self, url: &Url, body: &(impl Serialize + Sync)) -> Result<Answer, HostedFault> {
        let token = self.token.get().await?;
        let mut answer = self.call_with(&token, url, body).await?;
        if TOKEN_REFUSED.contains(&answer.errcode) {
            let token = self.token.instead_of(&token).await?;
            answer = self.call_with(&token, url, body).await?;
        }
        match answer.errcode {
            0 => Ok(answer),
            errcode if TOKEN_REFUSED.contains(&errcode) => {
                tracing::error!(errcode, "WeChat refuses every access token");
                Err(HostedFault::Broken(ProviderOutcome::ProviderNotAuthorised))
            }
            errcode => Err(self.call_failed(errcode)),
        }
    }

    async fn call_with(
        &self,
        token: &Redacted<String>,
        url: &Url,
        body: &(impl Serialize + Sync),
    ) -> Result<Answer, HostedFault> {
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("access_token", token.expose());
        http::answer(self.http.post(url).json(body), self.timeout).await
    }

    fn call_failed(&self, errcode: i64) -> HostedFault {
        if let Some(outcome) = self.calls.read(errcode) {
            return HostedFault::Broken(outcome);
        }
        tracing::error!(errcode, "WeChat answers with a code that is in no table");
        HostedFault::Said(ProviderOutcome::ProviderTemporary)
    }
}

#[async_trait]
impl HostedProvider for WeChatFace {
    fn provider(&self) -> Provider {
        Provider::WeChat
    }

    /// WeChat tells no similarity, so that it can't give evidence of the stricter level.
    fn can_serve(&self, check: &NewCheck<'_>) -> bool {
        check.openid.is_some_and(|openid| !openid.expose().is_empty()) && !check.strict
    }

    async fn begin(&self, check: &NewCheck<'_>) -> Result<Ticket, HostedFault> {
        let openid = check.openid.map(|openid| openid.expose().as_str()).unwrap_or_default();
        let body = GetVerifyId {
            out_seq_no: &out_seq_no(check.session),
            cert_info: CertInfo {
                cert_type: CERT_TYPE,
                cert_name: check.person.name.original(),
                cert_no: check.person.document.as_str(),
            },
            openid,
        };
        let answer = self.call(&self.begin_url, &body).await?;
        if answer.verify_id.is_empty() {
            tracing::error!("WeChat opened a check and gave no name for it");
            return Err(HostedFault::Broken(ProviderOutcome::ProviderTemporary));
        }
        Ok(Ticket::WeChat { verify_id: answer.verify_id, openid: openid.to_owned() })
    }

    async fn query(&self, check: &OpenCheck<'_>) -> Result<HostedPass, HostedFault> {
        let Ticket::WeChat { verify_id, openid } = check.ticket else {
            return Err(HostedFault::Said(ProviderOutcome::FaceSessionExpired));
        };
        let body = QueryVerifyInfo {
            verify_id,
            out_seq_no: &out_seq_no(check.session),
            cert_hash: &cert_hash(check.person.name.original(), check.person.document.as_str()),
            openid,
        };
        let answer = self.call(&self.query_url, &body).await?;
        // Without a result there is none yet.
        let Some(code) = answer.verify_ret else {
            return Err(HostedFault::Said(ProviderOutcome::FaceNotFinished));
        };
        match self.codes.read(code) {
            Some(ProviderOutcome::Passed) if check.strict => {
                Err(HostedFault::Said(ProviderOutcome::FaceSessionExpired))
            }
            Some(ProviderOutcome::Passed) => {
                Ok(HostedPass { similarity: 0.0, threshold: 0.0, judged_by: "wechat-face@2.0" })
            }
            Some(outcome) => Err(HostedFault::Said(outcome)),
            None => {
                tracing::error!(verify_ret = code, "WeChat answers with a code that is in no table");
                Err(HostedFault::Said(ProviderOutcome::ProviderTemporary))
            }
        }
    }
}

/// 32 hexadecimal digits; WeChat takes 5 to 32 of `[0-9A-Za-z_-]`.
fn out_seq_no(session: FaceSessionId) -> String {
    session.as_uuid().simple().to_string()
}

/// How WeChat is told again whose check it was, without the number itself.
fn cert_hash(name: &str, number: &str) -> String {
    let [kind, name, number] = [CERT_TYPE, name, number].map(|part| STANDARD.encode(part));
    let text = format!("cert_type={kind}&cert_name={name}&cert_no={number}");
    hex::encode(digest(&SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_vendors_example() {
        assert_eq!(
            cert_hash("张三", "310101199801011234"),
            "3c241f7ff324977aeb91f173bb2a7b06569e6fd784d5573db34a636d8671108b"
        );
    }

    #[test]
    fn the_serial_number_has_wechats_form() {
        let serial = out_seq_no(FaceSessionId::new(&shiming_kernel::SystemClock));
        assert!(serial.len() == 32 && serial.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
