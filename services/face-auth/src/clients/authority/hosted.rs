//! The port to providers that show a face check of their own.

use async_trait::async_trait;
use shiming_identifiers::Identity;
use shiming_kernel::{FaceSessionId, Redacted};

use crate::domain::{Provider, ProviderOutcome, Ticket};

/// A check to be opened at a provider.
pub(crate) struct NewCheck<'a> {
    /// Our session; the provider's name for the check is made of it.
    pub(crate) session: FaceSessionId,
    /// Whom the face must belong to.
    pub(crate) person: &'a Identity,
    /// The person's WeChat openid, if they came from inside WeChat.
    pub(crate) openid: Option<&'a Redacted<String>>,
    /// Whether evidence of the stricter level is wanted.
    pub(crate) strict: bool,
}

/// A check that was opened, asked for again.
pub(crate) struct OpenCheck<'a> {
    /// Our session.
    pub(crate) session: FaceSessionId,
    /// Whom the face must belong to.
    pub(crate) person: &'a Identity,
    /// What the provider gave.
    pub(crate) ticket: &'a Ticket,
    /// Whether evidence of the stricter level is wanted.
    pub(crate) strict: bool,
}

/// A check that passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HostedPass {
    /// 0 to 1; 0 from a provider that tells none.
    pub(crate) similarity: f32,
    /// What it had to reach, on the same scale.
    pub(crate) threshold: f32,
    /// Provider and version of its interface: what stands where our own model pack would.
    pub(crate) judged_by: &'static str,
}

/// Why there is no pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostedFault {
    /// The provider gave no answer in time. Whatever it does with the call, nothing is lost by asking again.
    TimedOut,
    /// The provider as such fails: unreachable, 5xx, or it doesn't accept our account.
    Broken(ProviderOutcome),
    /// What it says about this check.
    Said(ProviderOutcome),
}

/// A provider with a face check of its own.
#[async_trait]
pub(crate) trait HostedProvider: Send + Sync {
    /// Who this is.
    fn provider(&self) -> Provider;

    /// Whether it has all it needs for this check; WeChat needs the openid.
    fn can_serve(&self, check: &NewCheck<'_>) -> bool;

    /// Opens a check, within a few seconds.
    async fn begin(&self, check: &NewCheck<'_>) -> Result<Ticket, HostedFault>;

    /// What came of a check, within a few seconds. This alone decides.
    async fn query(&self, check: &OpenCheck<'_>) -> Result<HostedPass, HostedFault>;
}
