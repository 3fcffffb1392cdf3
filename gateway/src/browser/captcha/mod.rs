//! Picture codes: they slow down programs that guess enterprises or have codes sent.
//!
//! Only the MAC of an answer is kept, for a few minutes and for one try. Drawn here rather than by a crate: those found embed a
//! typeface that may not be passed on, or lean on an image library several versions old.

mod glyphs;
mod picture;

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rand::Rng as _;
use shiming_cache::SharedCache;
use shiming_crypto::{Keyring, KeyringError, MacKey, SecretToken};
use shiming_kernel::{Redacted, SharedClock};

use crate::config::CaptchaConfig;
use crate::error::GatewayError;

/// How many characters a picture shows.
const LENGTH: usize = 4;

/// Makes picture codes and checks answers.
#[derive(Clone)]
pub(crate) struct Captchas {
    cache: SharedCache,
    clock: SharedClock,
    key: MacKey,
    lifetime: Duration,
    known_answer: Option<Redacted<String>>,
}

/// A picture to answer.
pub(crate) struct Captcha {
    /// Opaque.
    pub(crate) id: String,
    /// A PNG file.
    pub(crate) png: Vec<u8>,
    /// When it can no longer be answered.
    pub(crate) expire_time: DateTime<Utc>,
}

impl Captchas {
    pub(crate) fn new(
        cache: SharedCache,
        clock: SharedClock,
        keyring: &Keyring,
        config: &CaptchaConfig,
    ) -> Result<Self, KeyringError> {
        let key = MacKey::new(keyring, "gateway.captcha")?;
        let known_answer = config.known_answer.clone();
        if known_answer.is_some() {
            tracing::warn!("every picture code has the same known answer: for tests only");
        }
        Ok(Self { cache, clock, key, lifetime: config.lifetime.get(), known_answer })
    }

    /// A new picture.
    pub(crate) async fn issue(&self) -> Result<Captcha, GatewayError> {
        let answer = self.known_answer.as_ref().map_or_else(random_answer, |known| fold(known.expose()));
        let id = self.remember(&answer).await?;
        // A millisecond of drawing: shorter than handing it to another thread and back is worth.
        let png = picture::draw(&answer, &mut rand::rng())
            .map_err(|_| GatewayError::Internal("a picture could not be encoded"))?;
        Ok(Captcha { id, png, expire_time: self.clock.now() + self.lifetime })
    }

    async fn remember(&self, answer: &str) -> Result<String, GatewayError> {
        let id = SecretToken::generate().0.expose().to_owned();
        let tag = self.key.tag(&[id.as_bytes(), answer.as_bytes()]);
        self.cache.put(&cache_key(&id), Bytes::copy_from_slice(&tag), self.lifetime).await?;
        Ok(id)
    }

    /// Checks an answer; right or wrong, the picture is used up.
    pub(crate) async fn redeem(&self, id: &str, answer: &str) -> Result<(), GatewayError> {
        // Whatever strangers send becomes part of a key only in the form of an id.
        let plausible = id.len() == 43 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if !plausible {
            return Err(GatewayError::CaptchaWrong);
        }
        let tag = self.cache.take(&cache_key(id)).await?.ok_or(GatewayError::CaptchaWrong)?;
        if self.key.verify(&[id.as_bytes(), fold(answer).as_bytes()], &tag) {
            Ok(())
        } else {
            Err(GatewayError::CaptchaWrong)
        }
    }

    /// A picture whose answer is known, for tests of the routes.
    #[cfg(test)]
    pub(crate) async fn issue_known(&self, answer: &str) -> String {
        self.remember(&fold(answer)).await.unwrap()
    }
}

impl std::fmt::Debug for Captchas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Captchas").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

fn cache_key(id: &str) -> String {
    format!("gateway:captcha:{id}")
}

fn random_answer() -> String {
    let mut rng = rand::rng();
    let alphabet = glyphs::ALPHABET;
    (0..LENGTH).map(|_| char::from(alphabet[rng.random_range(0..alphabet.len())])).collect()
}

/// What people type counts the same in small letters, in full width and with spaces.
fn fold(answer: &str) -> String {
    let narrow = |character: char| match character {
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(character).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(character)
        }
        other => other,
    };
    let typed = answer.chars().take(16).map(narrow).filter(|character| !character.is_whitespace());
    typed.map(|character| character.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiming_cache::InProcess;
    use shiming_kernel::ManualClock;
    use shiming_runtime::config::DurationText;
    use std::sync::Arc;

    fn captchas(known_answer: Option<&str>) -> (Captchas, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new("2026-11-01T08:00:00Z".parse().unwrap()));
        let cache = Arc::new(InProcess::new(clock.clone(), 1000));
        let config = CaptchaConfig {
            lifetime: DurationText::seconds(180),
            free_login_codes_per_browser: 3,
            free_login_codes_per_address: 30,
            known_answer: known_answer.map(Into::into),
        };
        let made = Captchas::new(cache, clock.clone(), &Keyring::generate(), &config);
        (made.unwrap(), clock)
    }

    #[tokio::test]
    async fn an_answer_counts_once() {
        let (captchas, _) = captchas(None);
        let id = captchas.issue_known("AC37").await;
        captchas.redeem(&id, " ａc３7 ").await.unwrap();
        assert!(matches!(captchas.redeem(&id, "AC37").await, Err(GatewayError::CaptchaWrong)));
    }

    #[tokio::test]
    async fn a_wrong_answer_uses_the_picture_up() {
        let (captchas, _) = captchas(None);
        let id = captchas.issue_known("AC37").await;
        assert!(captchas.redeem(&id, "AC33").await.is_err());
        assert!(captchas.redeem(&id, "AC37").await.is_err());
    }

    #[tokio::test]
    async fn an_old_answer_counts_no_more() {
        let (captchas, clock) = captchas(None);
        let id = captchas.issue_known("AC37").await;
        clock.advance(Duration::from_secs(181));
        assert!(captchas.redeem(&id, "AC37").await.is_err());
    }

    #[tokio::test]
    async fn an_answer_counts_for_its_own_picture() {
        let (captchas, _) = captchas(None);
        let (one, two) = (captchas.issue_known("AC37").await, captchas.issue_known("EF49").await);
        assert!(captchas.redeem(&one, "EF49").await.is_err());
        captchas.redeem(&two, "ef49").await.unwrap();
        for nonsense in ["", "x", "gateway:captcha:x", &"中".repeat(43)] {
            assert!(captchas.redeem(nonsense, "AC37").await.is_err());
        }
    }

    #[tokio::test]
    async fn a_picture_is_a_png_and_no_two_are_alike() {
        let (captchas, _) = captchas(None);
        let (one, two) = (captchas.issue().await.unwrap(), captchas.issue().await.unwrap());
        assert!(one.png.starts_with(b"\x89PNG") && one.png.len() < 20_000, "{}", one.png.len());
        assert!(one.id != two.id && one.png != two.png);
    }

    #[tokio::test]
    async fn tests_may_know_the_answer_beforehand() {
        let (captchas, _) = captchas(Some("shtest"));
        let picture = captchas.issue().await.unwrap();
        assert!(captchas.redeem(&picture.id, "XXXXXX").await.is_err());
        let picture = captchas.issue().await.unwrap();
        captchas.redeem(&picture.id, "SHTEST").await.unwrap();
    }
}
