//! The ports to whoever compares faces, and their adapters.
//!
//! ```text
//!                 ┌ WeChat ┐ a page of the provider's: begin ──▶ ticket … query ──▶ outcome
//! [authority]     ├ Tencent┘ (HostedProvider)
//! order ──────────┤
//!                 ├ external ┐ frames of our own camera page: compare ──▶ comparison
//!                 └ built-in ┘ (Authority)
//! ```
//! The first that works is taken. One that is down is passed over; what one says about the person is never taken to another.

mod authorities;
mod comparators;
mod external;
mod hosted;
mod hosted_checks;
mod http;
mod tencent;
mod wechat;
mod wechat_token;

use async_trait::async_trait;
use bytes::Bytes;
use shiming_face_engine::Template;
use uuid::Uuid;

use crate::domain::{Evidence, IdentityKeys, LevelThresholds, Provider, ProviderOutcome, Verdict};
use crate::error::FaceAuthError;
use shiming_identifiers::Identity;

pub(crate) use authorities::Authorities;
pub(crate) use comparators::Comparators;
pub(crate) use external::ExternalAuthority;
pub(crate) use hosted::{HostedFault, HostedPass, HostedProvider, NewCheck, OpenCheck};
pub(crate) use hosted_checks::{HostedChecks, NotBegun};
pub(crate) use tencent::TencentFaceId;
pub(crate) use wechat::WeChatFace;

/// What of a capture is compared: frames of one face that looks straight ahead, all of them usable.
pub(crate) struct Probe {
    /// One template per frame, by our own engine.
    pub(crate) templates: Vec<Template>,
    /// The file of the best frame, for those who have an engine of their own.
    pub(crate) best_frame: Bytes,
}

/// Is this the face of that person?
pub(crate) struct Question {
    /// Name of the comparison in both audit logs.
    pub(crate) request_id: Uuid,
    /// The person's keys.
    pub(crate) keys: IdentityKeys,
    /// The person in full; kept with the session only where somebody outside compares.
    pub(crate) person: Option<Identity>,
    /// The face.
    pub(crate) probe: Probe,
    /// What a cosine of our own engine must reach.
    pub(crate) levels: LevelThresholds,
    /// The level wanted; whoever compares has thresholds of their own for it.
    pub(crate) asked: Evidence,
}

/// What somebody who compares says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Answer {
    /// Compared: the same person or not.
    Compared(Verdict),
    /// Not compared, and why. [`ProviderOutcome::is_about_the_provider`] tells a fault of theirs from news of the person.
    NotCompared(ProviderOutcome),
}

/// Compares the faces of our own camera page.
#[async_trait]
pub(crate) trait Authority: Send + Sync {
    /// Who this is.
    fn provider(&self) -> Provider;

    /// Compares, within a few seconds. An error is a fault of ours; what others fail with is an [`Answer`].
    async fn compare(&self, question: &Question) -> Result<Answer, FaceAuthError>;
}
