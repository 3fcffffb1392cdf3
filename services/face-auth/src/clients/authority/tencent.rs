//! Tencent Cloud FaceID, API 2018-03-01, signed with TC3-HMAC-SHA256: `DetectAuth` opens a check, Tencent's page makes it,
//! `GetDetectInfoEnhanced` says what came of it.

use async_trait::async_trait;
use reqwest::Client;
use serde::de::{DeserializeOwned, Deserializer};
use serde::{Deserialize, Serialize};
use shiming_crypto::Tc3Signer;
use shiming_identifiers::{Identity, PersonName};
use shiming_kernel::SharedClock;
use url::Url;

use super::{HostedFault, HostedPass, HostedProvider, NewCheck, OpenCheck, http};
use crate::config::TencentConfig;
use crate::domain::{CodeTable, Provider, ProviderOutcome, Ticket};

const VERSION: &str = "2018-03-01";
const CONTENT_TYPE: &str = "application/json; charset=utf-8";
/// Text alone: neither the card's nor the face's pictures are fetched.
const INFO_TYPE: &str = "1";

/// Tencent's face check for one account.
pub(crate) struct TencentFaceId {
    http: Client,
    config: TencentConfig,
    host: String,
    clock: SharedClock,
    codes: CodeTable,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DetectAuth<'a> {
    rule_id: &'a str,
    id_card: &'a str,
    name: &'a str,
    redirect_url: &'a str,
    extra: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetDetectInfo<'a> {
    biz_token: &'a str,
    rule_id: &'a str,
    info_type: &'static str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<T> {
    response: Answer<T>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer<T> {
    Refused {
        #[serde(rename = "Error")]
        error: ApiError,
    },
    Given(T),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ApiError {
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Opened {
    biz_token: String,
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Info {
    text: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    err_code: Option<i64>,
    #[serde(default)]
    id_card: Option<String>,
    #[serde(default)]
    name: Option<String>,
    /// 0 to 100, as text or number.
    #[serde(default, deserialize_with = "percent")]
    sim: Option<f32>,
}

impl TencentFaceId {
    /// For the account of `config`. The endpoint is a URL without a path.
    pub(crate) fn new(config: TencentConfig, clock: SharedClock) -> anyhow::Result<Self> {
        let codes = CodeTable::tencent().with(&config.codes.0);
        let host = host_of(&config.endpoint);
        Ok(Self { http: http::client()?, config, host, clock, codes })
    }

    async fn call<T: DeserializeOwned>(
        &self,
        action: &'static str,
        body: &(impl Serialize + Sync),
    ) -> Result<T, HostedFault> {
        let body =
            serde_json::to_vec(body).map_err(|_| HostedFault::Said(ProviderOutcome::ProviderTemporary))?;
        let now = self.clock.now();
        let signer =
            Tc3Signer { id: &self.config.secret_id, key: self.config.secret_key.expose(), service: "faceid" };
        let request = self
            .http
            .post(self.config.endpoint.clone())
            .header("Authorization", signer.authorization(&self.host, CONTENT_TYPE, &body, now))
            .header("Content-Type", CONTENT_TYPE)
            .header("X-TC-Action", action)
            .header("X-TC-Version", VERSION)
            .header("X-TC-Timestamp", now.timestamp())
            .body(body);
        let envelope: Envelope<T> = http::answer(request, self.config.timeout.get()).await?;
        match envelope.response {
            Answer::Given(given) => Ok(given),
            Answer::Refused { error } => Err(refused(&error.code)),
        }
    }

    /// What an answer about the right person's check means.
    fn judge(&self, text: &Text, person: &Identity, strict: bool) -> Result<HostedPass, HostedFault> {
        let Some(code) = text.err_code else {
            return Err(HostedFault::Said(ProviderOutcome::FaceNotFinished));
        };
        let outcome = self.codes.read(code).unwrap_or_else(|| {
            tracing::error!(code, "Tencent answers with a code that is in no table");
            ProviderOutcome::ProviderTemporary
        });
        if outcome != ProviderOutcome::Passed {
            return Err(HostedFault::Said(outcome));
        }
        let percent = if strict { self.config.strict_similarity } else { self.config.similarity };
        let (Some(similarity), true) = (text.sim, is_of(text, person)) else {
            tracing::error!("Tencent passes a check that is incomplete or somebody else's");
            return Err(HostedFault::Said(ProviderOutcome::ProviderTemporary));
        };
        let threshold = f32::from(percent) / 100.0;
        if similarity >= threshold && similarity <= 1.0 {
            Ok(HostedPass { similarity, threshold, judged_by: "tencent-faceid@2018-03-01" })
        } else {
            Err(HostedFault::Said(ProviderOutcome::FaceNotSame))
        }
    }
}

#[async_trait]
impl HostedProvider for TencentFaceId {
    fn provider(&self) -> Provider {
        Provider::Tencent
    }

    fn can_serve(&self, _: &NewCheck<'_>) -> bool {
        true
    }

    async fn begin(&self, check: &NewCheck<'_>) -> Result<Ticket, HostedFault> {
        let body = DetectAuth {
            rule_id: &self.config.rule_id,
            id_card: check.person.document.as_str(),
            name: check.person.name.original(),
            redirect_url: self.config.redirect_url.as_str(),
            extra: check.session.to_string(),
        };
        let opened: Opened = self.call("DetectAuth", &body).await?;
        // The browser is sent there: nowhere but to a page.
        let is_page = Url::parse(&opened.url).is_ok_and(|url| url.scheme() == self.config.endpoint.scheme());
        if opened.biz_token.is_empty() || !is_page {
            tracing::error!("Tencent opened a check without its token or page");
            return Err(HostedFault::Broken(ProviderOutcome::ProviderTemporary));
        }
        Ok(Ticket::Tencent { biz_token: opened.biz_token, url: opened.url })
    }

    async fn query(&self, check: &OpenCheck<'_>) -> Result<HostedPass, HostedFault> {
        let Ticket::Tencent { biz_token, .. } = check.ticket else {
            return Err(HostedFault::Said(ProviderOutcome::FaceSessionExpired));
        };
        let body = GetDetectInfo { biz_token, rule_id: &self.config.rule_id, info_type: INFO_TYPE };
        let info: Info = self.call("GetDetectInfoEnhanced", &body).await?;
        let Some(text) = info.text else { return Err(HostedFault::Said(ProviderOutcome::FaceNotFinished)) };
        self.judge(&text, check.person, check.strict)
    }
}

/// Whether the check was of this person: the account's rule may let people type another number on Tencent's page.
fn is_of(text: &Text, person: &Identity) -> bool {
    let number =
        text.id_card.as_deref().is_some_and(|number| number.eq_ignore_ascii_case(person.document.as_str()));
    let name = text.name.as_deref().and_then(|name| PersonName::parse(name).ok());
    number && name.is_some_and(|name| name.matching_key() == person.name.matching_key())
}

/// API errors are about the call; what is known of the person stands in the result.
fn refused(code: &str) -> HostedFault {
    use ProviderOutcome as Outcome;
    let is = |prefixes: &[&str]| prefixes.iter().any(|prefix| code.starts_with(prefix));
    if is(&["AuthFailure", "UnauthorizedOperation", "ResourceUnavailable.NotExist", "ResourcesSoldOut"])
        || is(&["FailedOperation.UnOpenError", "ResourceUnavailable.InArrears", "ResourceInsufficient"])
    {
        tracing::error!(code, "Tencent doesn't accept our account");
        return HostedFault::Broken(Outcome::ProviderNotAuthorised);
    }
    if is(&["InternalError", "RequestLimitExceeded", "LimitExceeded"]) {
        tracing::warn!(code, "Tencent failed");
        return HostedFault::Broken(Outcome::ProviderTemporary);
    }
    if is(&["InvalidParameterValue.BizTokenExpired", "InvalidParameterValue.BizTokenIllegal"]) {
        return HostedFault::Said(Outcome::FaceSessionExpired);
    }
    tracing::error!(code, "Tencent answers with a code that is in no table");
    HostedFault::Said(Outcome::ProviderTemporary)
}

fn host_of(endpoint: &Url) -> String {
    let host = endpoint.host_str().unwrap_or_default();
    endpoint.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Percent {
        Number(f32),
        Text(String),
    }
    let percent = match Option::<Percent>::deserialize(deserializer)? {
        Some(Percent::Number(percent)) => Some(percent),
        Some(Percent::Text(text)) => text.trim().parse().ok(),
        None => None,
    };
    Ok(percent.map(|percent: f32| percent / 100.0))
}
