//! Asks the provider whose page the person was sent to what came of it. Only its answer decides.
//!
//! ```text
//! begin: session, token, pause ──▶ query (no transaction open) ──▶ conclude: outcome or last word, count and audit, in one transaction
//! ```
//! Without an answer the session stays as it is: never a pass, never a lost try.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_crypto::TokenHash;
use shiming_identifiers::Identity;
use shiming_kernel::{
    CallContext, FaceSessionId, Redacted, RequestMeta, ServiceError as _, china_date, rest_of_china_day,
};
use shiming_store::{AuditEntry, Idempotency, Tx};

use super::conclude_capture::{count, suspect};
use super::record_decision::{Decision, record_decision};
use crate::app::App;
use crate::app::admission::{admits_person, of_token};
use crate::clients::authority::{HostedFault, HostedPass, OpenCheck};
use crate::domain::{
    AttackType, Evidence, FaceSession, Liveness, Outcome, ProviderOutcome, Refusal, Ticket, Tried,
    told_to_browser,
};
use crate::error::FaceAuthError;
use crate::store::{self, Quota};

/// A session whose check may be over.
pub(crate) struct CheckHostedFace {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) capture_token: Redacted<String>,
    /// What the provider's page said to the browser.
    pub(crate) client_code: i64,
}

/// A check that passed, and again on a repetition.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct HostedPassed {
    pub(crate) face_session_id: FaceSessionId,
    pub(crate) expire_time: DateTime<Utc>,
}

/// A check that may be asked about now.
struct Open {
    person: Identity,
    ticket: Ticket,
    strict: bool,
}

/// Asks, and concludes.
pub(crate) async fn check_hosted_face(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    cmd: &CheckHostedFace,
) -> Result<HostedPassed, FaceAuthError> {
    let token = TokenHash::of(cmd.capture_token.expose());
    let command = (cmd.face_session_id, token.as_bytes());
    let key = Idempotency::of(caller, "CheckHostedFace", request, &command);
    if let Some(done) = app.store.retry("replay_hosted_face", || replayed(app, &key)).await? {
        return Ok(done);
    }
    let open = app.store.retry("begin_hosted_query", || begin(app, caller, cmd, token)).await?;
    let check = OpenCheck {
        session: cmd.face_session_id,
        person: &open.person,
        ticket: &open.ticket,
        strict: open.strict,
    };
    let provider = open.ticket.provider().as_str();
    let found = match app.authorities.hosted.query(&check).await {
        Ok(pass) => Ok(pass),
        Err(HostedFault::TimedOut) => return Err(refusal(app, ProviderOutcome::FaceNotFinished, 0).into()),
        // Only now the browser is asked why.
        Err(HostedFault::Said(ProviderOutcome::FaceNotFinished)) => Err(told_to_browser(cmd.client_code)),
        Err(HostedFault::Broken(outcome) | HostedFault::Said(outcome)) => Err(outcome),
    };
    match found {
        Err(outcome) if outcome.is_about_the_provider() => {
            tracing::warn!(provider, ?outcome, "no answer about a hosted face check");
            app.store.retry("release_hosted_query", || release(app, cmd.face_session_id)).await?;
            Err(FaceAuthError::NoProvider(refusal(app, outcome, 0)))
        }
        Err(outcome) if !outcome.is_final() => Err(refusal(app, outcome, 0).into()),
        found => {
            let work = || conclude(app, caller, cmd, &key, (&open.ticket, found));
            app.store.retry("conclude_hosted_face", work).await
        }
    }
}

/// The answer this request got before. Its place is not taken: what is not concluded has no answer.
async fn replayed(app: &App, key: &Idempotency) -> Result<Option<HostedPassed>, FaceAuthError> {
    let tx = app.store.begin("replay_hosted_face").await?;
    let done = tx.replayed(key).await?;
    tx.rollback().await?;
    Ok(done)
}

async fn begin(
    app: &App,
    caller: &CallContext,
    cmd: &CheckHostedFace,
    token: TokenHash,
) -> Result<Open, FaceAuthError> {
    let tx = app.store.begin("begin_hosted_query").await?;
    let (id, now) = (cmd.face_session_id, tx.now());
    let session = of_token(store::lock_session(&tx, &app.vault, id).await?, token)?;
    let check = store::lock_check(&tx, &app.vault, id).await?.ok_or(Refusal::NotFinished)?;
    if let Some(outcome) = check.outcome.filter(|outcome| *outcome != ProviderOutcome::Passed) {
        let quota = Quota::of_identity(&app.vault, &session.identity.document);
        let used = store::used_attempts(tx.conn(), &quota, china_date(now)).await?;
        return Err(refusal(app, outcome, app.rules.attempts.left(used)).into());
    }
    session.admits_capture(now)?;
    admits_person(app, tx.conn(), &session.identity.document, caller, now).await?;
    if let Some(next) = check.next_query_time.filter(|next| now < *next) {
        let retry_after = (next - now).to_std().unwrap_or_default();
        return Err(Refusal::HostedNotFinished { retry_after }.into());
    }
    let (Some(person), Some(ticket)) = (check.person, check.ticket) else {
        return Err(Refusal::NotFinished.into());
    };
    let pause = TimeDelta::from_std(app.authorities.poll_interval).unwrap_or(TimeDelta::MAX);
    store::set_next_query(&tx, id, now.checked_add_signed(pause).unwrap_or(DateTime::<Utc>::MAX_UTC)).await?;
    tx.commit().await?;
    Ok(Open { person, ticket, strict: session.evidence == Evidence::FaceStrict })
}

/// Ends the pause when the provider failed: a repetition by the client must hear so too, and the breaker guards the provider.
async fn release(app: &App, id: FaceSessionId) -> Result<(), FaceAuthError> {
    let tx = app.store.begin("release_hosted_query").await?;
    store::set_next_query(&tx, id, tx.now()).await?;
    Ok(tx.commit().await?)
}

async fn conclude(
    app: &App,
    caller: &CallContext,
    cmd: &CheckHostedFace,
    key: &Idempotency,
    (ticket, found): (&Ticket, Result<HostedPass, ProviderOutcome>),
) -> Result<HostedPassed, FaceAuthError> {
    let tx = app.store.begin("conclude_hosted_face").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let id = cmd.face_session_id;
    let session = store::lock_session(&tx, &app.vault, id).await?.ok_or(Refusal::SessionNotFound)?;
    session.admits_capture(tx.now())?;
    let provider = ticket.provider().as_str();
    let outcome = match found {
        Ok(pass) => return passed(app, caller, tx, key, &session, (ticket, pass)).await,
        Err(outcome) => outcome,
    };
    let attempts_left = match outcome.counts_as() {
        Some(tried) => count(app, caller, &tx, &session, tried).await?,
        None => 0,
    };
    if outcome.counts_as() == Some(Tried::Attack) {
        suspect(app, caller, &tx, &session, AttackType::ByProvider, &[]).await?;
    }
    store::end_check(&tx, id, outcome).await?;
    let refusal = refusal(app, outcome, attempts_left);
    let reason = refusal.reason();
    if outcome != ProviderOutcome::FaceNotFinished {
        let decision = Decision::refused(Some(ticket.provider()), reason.as_str());
        record_decision(app, &tx, id, &decision).await?;
    }
    let detail = json!({"purpose": session.purpose.as_str(), "subject_id": session.subject_id,
        "provider": provider, "reason": reason.as_str()});
    tx.audit(AuditEntry::of(caller, "face_hosted.refused", id, detail));
    if key.request.validate_only {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    Err(refusal.into())
}

async fn passed(
    app: &App,
    caller: &CallContext,
    tx: Tx,
    key: &Idempotency,
    session: &FaceSession,
    (ticket, pass): (&Ticket, HostedPass),
) -> Result<HostedPassed, FaceAuthError> {
    let (id, now) = (session.face_session_id, tx.now());
    let outcome = Outcome {
        similarity: pass.similarity,
        threshold: pass.threshold,
        evidence: session.evidence,
        liveness: Liveness::ByProvider,
        passive: 0.0,
        actions: Vec::new(),
        model_pack: pass.judged_by.to_owned(),
        provider: ticket.provider(),
        decide_time: now,
        expire_time: now + app.rules.result_life,
    };
    store::mark_passed(&tx, id, &outcome).await?;
    record_decision(app, &tx, id, &Decision::passed(outcome.provider, None)).await?;
    store::end_check(&tx, id, ProviderOutcome::Passed).await?;
    let detail = json!({"purpose": session.purpose.as_str(), "subject_id": session.subject_id,
        "evidence": outcome.evidence.as_str(), "provider": outcome.provider.as_str(), "similarity": outcome.similarity.to_string(),
        "threshold": outcome.threshold.to_string(), "liveness": outcome.liveness.as_str(),
        "model_pack": outcome.model_pack});
    tx.audit(AuditEntry::of(caller, "face_hosted.passed", id, detail));
    Ok(tx.finish(key, HostedPassed { face_session_id: id, expire_time: outcome.expire_time }).await?)
}

fn refusal(app: &App, outcome: ProviderOutcome, attempts_left: u32) -> Refusal {
    let (rest_of_day, pause) = (rest_of_china_day(app.store.now()), app.authorities.poll_interval);
    // A pass never comes here.
    outcome.refusal(attempts_left, rest_of_day, pause).unwrap_or(Refusal::AlreadyFinished)
}
