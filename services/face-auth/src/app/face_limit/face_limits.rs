//! What operators see and change of an identity's limits.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_identifiers::Identity;
use shiming_kernel::{CallContext, RequestMeta, china_date};
use shiming_store::{AuditEntry, Idempotency, Tx};

use crate::app::App;
use crate::domain::{Attempts, FaceLock};
use crate::error::FaceAuthError;
use crate::store::{self, Connection, Quota};

/// How an identity stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FaceLimits {
    pub(crate) refused_faces: u32,
    pub(crate) free_tries: u32,
    pub(crate) attacks: u32,
    pub(crate) attempts_left: u32,
    pub(crate) lock: Option<FaceLock>,
}

/// An operator's change.
pub(crate) struct ChangeLock {
    pub(crate) person: Identity,
    pub(crate) reason: String,
    pub(crate) change: LockChange,
}

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum LockChange {
    /// Locks, until then or until somebody unlocks.
    Lock(Option<DateTime<Utc>>),
    /// Unlocks, and gives a fresh day.
    Unlock,
}

impl LockChange {
    const fn method(self) -> &'static str {
        match self {
            Self::Lock(_) => "LockFace",
            Self::Unlock => "UnlockFace",
        }
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Lock(_) => "face_identity.locked",
            Self::Unlock => "face_identity.unlocked",
        }
    }
}

/// Looks at an identity; the look is audited.
pub(crate) async fn get_face_limits(
    app: &App,
    caller: &CallContext,
    person: &Identity,
    purpose: &str,
) -> Result<FaceLimits, FaceAuthError> {
    let document = person.key();
    app.store
        .retry("get_face_limits", || async {
            let tx = app.store.begin("get_face_limits").await?;
            let limits = limits_of(app, tx.conn(), &document, tx.now()).await?;
            audit(app, caller, &tx, &document, ("face_identity.viewed", purpose));
            tx.commit().await?;
            Ok(limits)
        })
        .await
}

/// Locks or unlocks.
pub(crate) async fn change_lock(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    cmd: &ChangeLock,
) -> Result<FaceLimits, FaceAuthError> {
    let document = cmd.person.key();
    let command = (&document, &cmd.reason, cmd.change);
    let key = Idempotency::of(caller, cmd.change.method(), request, &command);
    app.store.retry("change_face_lock", || attempt(app, caller, cmd, &document, &key)).await
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    cmd: &ChangeLock,
    document: &str,
    key: &Idempotency,
) -> Result<FaceLimits, FaceAuthError> {
    let tx = app.store.begin("change_face_lock").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let (now, quota) = (tx.now(), Quota::of_identity(&app.vault, document));
    store::lock_attempts(&tx, &quota, china_date(now)).await?;
    match cmd.change {
        LockChange::Lock(end_time) => {
            let lock =
                FaceLock { lock_time: now, end_time, reason: cmd.reason.clone(), actor: caller.actor() };
            let standing = store::find_lock(tx.conn(), &app.vault, document).await?;
            store::put_lock(&tx, &app.vault, document, &lock.later(standing.filter(|lock| lock.holds(now))))
                .await?;
        }
        LockChange::Unlock => {
            store::delete_lock(&tx, &app.vault, document).await?;
            store::forgive(&tx, &quota, china_date(now)).await?;
        }
    }
    audit(app, caller, &tx, document, (cmd.change.action(), &cmd.reason));
    let limits = limits_of(app, tx.conn(), document, now).await?;
    Ok(tx.finish(key, limits).await?)
}

async fn limits_of(
    app: &App,
    db: &impl Connection,
    document: &str,
    now: DateTime<Utc>,
) -> Result<FaceLimits, FaceAuthError> {
    let quota = Quota::of_identity(&app.vault, document);
    let used: Attempts = store::used_attempts(db, &quota, china_date(now)).await?;
    let lock = store::find_lock(db, &app.vault, document).await?.filter(|lock| lock.holds(now));
    Ok(FaceLimits {
        refused_faces: used.not_same,
        free_tries: used.free + used.incomplete,
        attacks: used.attacks,
        attempts_left: if lock.is_some() { 0 } else { app.rules.attempts.left(used) },
        lock,
    })
}

fn audit(app: &App, caller: &CallContext, tx: &Tx, document: &str, (action, why): (&'static str, &str)) {
    let subject = app.vault.pseudonym("identity", document);
    tx.audit(AuditEntry::of(caller, action, &subject, json!({"why": why})));
}
