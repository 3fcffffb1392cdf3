//! WeChat's access token: one for all calls, fetched by one caller at a time, and anew when WeChat says it is over.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;
use serde::{Deserialize, Serialize};
use shiming_kernel::{Redacted, SharedClock};
use tokio::sync::Mutex;
use url::Url;

use super::{HostedFault, http};
use crate::domain::{CodeTable, ProviderOutcome};

/// Given up so long before its end, so that no call is under way with one that ends.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// The account and its present token.
pub(super) struct AccessToken {
    http: Client,
    url: Url,
    app_id: String,
    app_secret: Redacted<String>,
    timeout: Duration,
    clock: SharedClock,
    present: Mutex<Option<Present>>,
}

#[derive(Clone)]
struct Present {
    value: Redacted<String>,
    until: DateTime<Utc>,
}

#[derive(Serialize)]
struct Ask<'a> {
    grant_type: &'static str,
    appid: &'a str,
    secret: &'a str,
    force_refresh: bool,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    access_token: Redacted<String>,
    #[serde(default)]
    expires_in: i64,
    #[serde(default)]
    errcode: i64,
}

impl AccessToken {
    /// `url` is that of `stable_token`.
    pub(super) fn new(
        http: Client,
        url: Url,
        (app_id, app_secret): (String, Redacted<String>),
        timeout: Duration,
        clock: SharedClock,
    ) -> Self {
        Self { http, url, app_id, app_secret, timeout, clock, present: Mutex::default() }
    }

    /// The present token. Whoever comes while it is fetched waits for it instead of fetching another.
    pub(super) async fn get(&self) -> Result<Redacted<String>, HostedFault> {
        let mut present = self.present.lock().await;
        if let Some(token) = present.as_ref().filter(|token| self.clock.now() < token.until) {
            return Ok(token.value.clone());
        }
        self.fetch(&mut present, false).await
    }

    /// A token in place of one that WeChat refused, unless somebody has got one meanwhile.
    pub(super) async fn instead_of(
        &self,
        refused: &Redacted<String>,
    ) -> Result<Redacted<String>, HostedFault> {
        let mut present = self.present.lock().await;
        if let Some(token) = present.as_ref().filter(|token| token.value != *refused) {
            return Ok(token.value.clone());
        }
        *present = None;
        let token = self.fetch(&mut present, false).await?;
        if token != *refused {
            return Ok(token);
        }
        // WeChat still hands the refused one out: only now by force, for that has a quota of its own.
        self.fetch(&mut present, true).await
    }

    async fn fetch(
        &self,
        present: &mut Option<Present>,
        force_refresh: bool,
    ) -> Result<Redacted<String>, HostedFault> {
        let ask = Ask {
            grant_type: "client_credential",
            appid: &self.app_id,
            secret: self.app_secret.expose(),
            force_refresh,
        };
        let request = self.http.post(self.url.clone()).json(&ask);
        let answer: Answer = http::answer(request, self.timeout).await?;
        if answer.errcode != 0 || answer.access_token.expose().is_empty() {
            let outcome = CodeTable::wechat_calls().read(answer.errcode);
            tracing::error!(errcode = answer.errcode, "WeChat gives no access token");
            return Err(HostedFault::Broken(outcome.unwrap_or(ProviderOutcome::ProviderTemporary)));
        }
        let life = TimeDelta::try_seconds(answer.expires_in).unwrap_or_default() - MARGIN;
        let until = self.clock.now() + life.max(TimeDelta::zero());
        *present = Some(Present { value: answer.access_token.clone(), until });
        Ok(answer.access_token)
    }
}
