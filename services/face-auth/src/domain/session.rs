//! A face session: opened once, captured until it passes, redeemed once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_crypto::TokenHash;
use shiming_kernel::FaceSessionId;
use uuid::Uuid;

use super::action::Action;
use super::authority::Provider;
use super::challenge::Challenge;
use super::evidence::Evidence;
use super::identity::IdentityKeys;
use super::liveness::Liveness;
use super::purpose::Purpose;
use super::refusal::Refusal;

/// What a passed capture proved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Cosine of the weakest frame with the reference.
    pub(crate) similarity: f32,
    /// What it had to reach.
    pub(crate) threshold: f32,
    /// The level it reached.
    pub(crate) evidence: Evidence,
    /// How liveness was judged.
    pub(crate) liveness: Liveness,
    /// Median passive score, 0 to 1; 0 where a provider judged.
    pub(crate) passive: f32,
    /// What the person did; empty where a provider judged.
    pub(crate) actions: Vec<Action>,
    /// The pack that judged.
    pub(crate) model_pack: String,
    /// Who compared.
    #[serde(default)]
    pub(crate) provider: Provider,
    /// When.
    pub(crate) decide_time: DateTime<Utc>,
    /// Until when it can be redeemed.
    pub(crate) expire_time: DateTime<Utc>,
}

/// A capture that is being judged. It ends with its judgement, or at `until` if the process that judged it died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capture {
    pub(crate) capture_id: Uuid,
    pub(crate) until: DateTime<Utc>,
}

/// A session as stored.
#[derive(Clone, Debug)]
pub(crate) struct FaceSession {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) purpose: Purpose,
    /// The collection or person the result is bound to.
    pub(crate) subject_id: Uuid,
    pub(crate) identity: IdentityKeys,
    pub(crate) token: TokenHash,
    pub(crate) expire_time: DateTime<Utc>,
    /// The level the result must have.
    pub(crate) evidence: Evidence,
    /// What the next capture must answer.
    pub(crate) challenge: Option<Challenge>,
    pub(crate) capture: Option<Capture>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) redeem_time: Option<DateTime<Utc>>,
}

impl FaceSession {
    /// Whether frames may be submitted now.
    pub(crate) fn admits_capture(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.outcome.is_some() {
            return Err(Refusal::AlreadyFinished);
        }
        if now >= self.expire_time {
            return Err(Refusal::SessionExpired);
        }
        if self.capture.is_some_and(|capture| now < capture.until) {
            return Err(Refusal::ConcurrentCapture);
        }
        Ok(())
    }

    /// The challenge that frames with this nonce answer.
    pub(crate) fn answered_by(&self, nonce: TokenHash, now: DateTime<Utc>) -> Result<&Challenge, Refusal> {
        let challenge = self.challenge.as_ref().ok_or(Refusal::ChallengeExpired)?;
        challenge.admits(nonce, now).map(|()| challenge)
    }

    /// Whether the capture that was judged still is the one that counts: a slow one may have been overtaken.
    pub(crate) fn holds(&self, capture_id: Uuid) -> Result<(), Refusal> {
        match self.capture {
            Some(capture) if capture.capture_id == capture_id => Ok(()),
            _ => Err(Refusal::ConcurrentCapture),
        }
    }

    /// The result, for whom it was made. What it is bound to is looked at first: a stranger learns nothing of its state.
    pub(crate) fn redeemable(
        &self,
        purpose: Purpose,
        subject_id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<&Outcome, Refusal> {
        if self.purpose != purpose || self.subject_id != subject_id || self.redeem_time.is_some() {
            return Err(Refusal::ResultRefused);
        }
        match &self.outcome {
            Some(outcome) if now < outcome.expire_time => Ok(outcome),
            Some(_) => Err(Refusal::SessionExpired),
            None if now >= self.expire_time => Err(Refusal::SessionExpired),
            None => Err(Refusal::NotFinished),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use shiming_kernel::SystemClock;

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-03-01T04:00:00Z".parse().unwrap()
    }

    fn minutes(count: i64) -> TimeDelta {
        TimeDelta::minutes(count)
    }

    fn session() -> FaceSession {
        FaceSession {
            face_session_id: FaceSessionId::new(&SystemClock),
            purpose: Purpose::Collection,
            subject_id: Uuid::from_u128(7),
            identity: IdentityKeys { document: String::new(), name: String::new() },
            token: TokenHash::of("t"),
            expire_time: noon() + minutes(5),
            evidence: Evidence::Face,
            challenge: None,
            capture: None,
            outcome: None,
            redeem_time: None,
        }
    }

    fn passed() -> FaceSession {
        let outcome = Outcome {
            similarity: 0.7,
            threshold: 0.4,
            evidence: Evidence::Face,
            liveness: Liveness::Live,
            passive: 0.9,
            actions: vec![Action::TurnLeft],
            model_pack: "p@1".into(),
            provider: Provider::BuiltIn,
            decide_time: noon(),
            expire_time: noon() + minutes(5),
        };
        FaceSession { outcome: Some(outcome), ..session() }
    }

    #[test]
    fn a_session_is_captured_until_it_ends_or_passes() {
        assert_eq!(session().admits_capture(noon()), Ok(()));
        assert_eq!(session().admits_capture(noon() + minutes(5)), Err(Refusal::SessionExpired));
        assert_eq!(passed().admits_capture(noon()), Err(Refusal::AlreadyFinished));
    }

    #[test]
    fn one_capture_at_a_time_unless_its_process_died() {
        let capture = Capture { capture_id: Uuid::from_u128(1), until: noon() + minutes(1) };
        let busy = FaceSession { capture: Some(capture), ..session() };
        assert_eq!(busy.admits_capture(noon()), Err(Refusal::ConcurrentCapture));
        assert_eq!(busy.admits_capture(noon() + minutes(1)), Ok(()));
        assert_eq!(busy.holds(Uuid::from_u128(1)), Ok(()));
        assert_eq!(busy.holds(Uuid::from_u128(2)), Err(Refusal::ConcurrentCapture));
        assert_eq!(session().holds(Uuid::from_u128(1)), Err(Refusal::ConcurrentCapture));
    }

    #[test]
    fn frames_answer_the_challenge_they_were_taken_for() {
        assert_eq!(session().answered_by(TokenHash::of("n"), noon()), Err(Refusal::ChallengeExpired));
        let challenge = Challenge {
            nonce: TokenHash::of("n"),
            actions: vec![Action::TurnLeft],
            issue_time: noon(),
            expire_time: noon() + minutes(1),
        };
        let session = FaceSession { challenge: Some(challenge.clone()), ..session() };
        assert_eq!(session.answered_by(TokenHash::of("n"), noon()), Ok(&challenge));
        assert_eq!(session.answered_by(TokenHash::of("m"), noon()), Err(Refusal::ChallengeExpired));
    }

    #[test]
    fn a_result_serves_its_purpose_and_subject_once_and_not_for_long() {
        let redeem = |session: &FaceSession, purpose, subject, now| {
            session.redeemable(purpose, Uuid::from_u128(subject), now).map(|_| ())
        };
        assert_eq!(redeem(&passed(), Purpose::Collection, 7, noon()), Ok(()));
        assert_eq!(redeem(&passed(), Purpose::StepUp, 7, noon()), Err(Refusal::ResultRefused));
        assert_eq!(redeem(&passed(), Purpose::Collection, 8, noon()), Err(Refusal::ResultRefused));
        let late = noon() + minutes(5);
        assert_eq!(redeem(&passed(), Purpose::Collection, 7, late), Err(Refusal::SessionExpired));
        assert_eq!(redeem(&session(), Purpose::Collection, 7, noon()), Err(Refusal::NotFinished));
        assert_eq!(redeem(&session(), Purpose::Collection, 7, late), Err(Refusal::SessionExpired));
        let used = FaceSession { redeem_time: Some(noon()), ..passed() };
        assert_eq!(redeem(&used, Purpose::Collection, 7, noon()), Err(Refusal::ResultRefused));
    }
}
