//! One-time codes over the cache: sent within limits, stored as a keyed hash, swapped atomically at every try.
//!
//! When the cache is away nothing is sent and nothing verifies: its errors are answered as they are.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use shiming_identifiers::{Identity, Mobile};
use shiming_kernel::{CallContext, Redacted, RequestMeta};

use super::{App, lockout};
use crate::domain::code::{Challenge, CodePurpose, Verdict};
use crate::domain::send_log::SendLog;
use crate::error::{CodeRefusal, IdentityError};

/// Losing against this many other tries of the same code at once is no accident.
const SWAPS: usize = 16;
/// How many lifetimes a code is remembered, so that an old one can be called old.
const REMEMBERED_LIFETIMES: u32 = 6;

/// What a code is good for; all of it is bound into the code's hash.
#[derive(Clone, Debug)]
pub(crate) struct CodeTarget {
    purpose: CodePurpose,
    /// A new code kills the old one of the same purpose and scope.
    scope: String,
    pub(crate) identity_key: String,
    name_key: String,
    pub(crate) mobile: Mobile,
    /// Number, name and phone belong together, or nobody can know better: what is guessed at is the owner's.
    is_owners: bool,
}

/// A sending that was counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted(DateTime<Utc>);

impl CodeTarget {
    /// A code for one collection, whatever phone it goes to.
    pub(crate) fn collection(id: impl std::fmt::Display, identity: &Identity, mobile: Mobile) -> Self {
        Self::new(CodePurpose::Collection, id.to_string(), identity, mobile)
    }

    /// A code for a login of this person with this phone. The name is part of the scope: a stranger who has only the number and the phone
    /// can't kill the code of the person. `is_owners`: number, name and phone belong to one collected person.
    pub(crate) fn login(identity: &Identity, mobile: Mobile, is_owners: bool) -> Self {
        let scope = format!("{}/{}/{}", identity.key(), identity.name.matching_key(), mobile.as_str());
        Self { is_owners, ..Self::new(CodePurpose::Login, scope, identity, mobile) }
    }

    fn new(purpose: CodePurpose, scope: String, identity: &Identity, mobile: Mobile) -> Self {
        let (identity_key, name_key) = (identity.key(), identity.name.matching_key());
        Self { purpose, scope, identity_key, name_key, mobile, is_owners: true }
    }

    /// Whose wrong tries are counted: the owner's, or those at this very combination, which is nobody's. Both are counted alike, so that
    /// nobody sees which of them it was.
    pub(crate) fn guessed_at(&self) -> Cow<'_, str> {
        if self.is_owners { self.identity_key.as_str().into() } else { self.nobodys().into() }
    }

    /// Whose sendings are counted: the phone's, or those to this combination, which never reach a phone.
    fn sent_to(&self) -> Cow<'_, str> {
        if self.is_owners { self.mobile.as_str().into() } else { self.nobodys().into() }
    }

    fn nobodys(&self) -> String {
        format!("nobody:{}", self.scope)
    }

    fn cache_key(&self, app: &App) -> String {
        format!("code:{}:{}", self.purpose.as_str(), app.vault.pseudonyms.pseudonym(&self.scope))
    }

    fn binding(&self) -> [&str; 5] {
        [self.purpose.as_str(), &self.scope, self.mobile.as_str(), &self.identity_key, &self.name_key]
    }
}

/// Counts a sending to the target's phone, unless a limit is reached. Of two at once one is refused.
pub(crate) async fn count_sending(app: &App, target: &CodeTarget) -> Result<Counted, IdentityError> {
    let now = app.now();
    let limits = app.rules.sending();
    change_log(app, target, |log| log.note(now, &limits).map_err(IdentityError::CodeTooSoon)).await?;
    Ok(Counted(now))
}

/// Takes a counted sending back: the provider did not take the message.
pub(crate) async fn uncount_sending(
    app: &App,
    target: &CodeTarget,
    counted: Counted,
) -> Result<(), IdentityError> {
    change_log(app, target, |log| {
        log.forget(counted.0);
        Ok(())
    })
    .await
}

async fn change_log(
    app: &App,
    target: &CodeTarget,
    change: impl Fn(&mut SendLog) -> Result<(), IdentityError>,
) -> Result<(), IdentityError> {
    const KEPT: Duration = Duration::from_hours(24);
    let key = format!("code-sendings:{}", app.vault.pseudonyms.pseudonym(&target.sent_to()));
    for _ in 0..SWAPS {
        let stored = app.cache.get(&key).await?;
        let mut log = match &stored {
            Some(bytes) => read::<SendLog>(bytes)?,
            None => SendLog::default(),
        };
        change(&mut log)?;
        let changed = write(&log)?;
        let swapped = match stored {
            Some(bytes) => app.cache.compare_and_set(&key, &bytes, changed, KEPT).await?,
            None => app.cache.put_if_absent(&key, changed, KEPT).await?,
        };
        if swapped {
            return Ok(());
        }
    }
    Err(IdentityError::ConcurrentChange)
}

/// Remembers a code as its keyed hash; whatever was sent before for the same purpose and scope is dead.
pub(crate) async fn remember(
    app: &App,
    target: &CodeTarget,
    code: &Redacted<String>,
) -> Result<(), IdentityError> {
    let mac = app.vault.codes.mac(&target.binding(), code.expose());
    let challenge = Challenge::new(mac, app.now(), &app.rules.code());
    Ok(app.cache.put(&target.cache_key(app), write(&challenge)?, remembered(app)).await?)
}

/// Tries a code, counting a wrong one against whom it is guessed at. [`Verdict::Right`] makes the code this request's; nobody else can use
/// it, until [`release`] gives it back. With `validate_only` a right code stays free, but a wrong one counts all the same: it would be an
/// oracle.
///
/// Tries at one identity are judged one after the other: however many come at once, no more are judged than the day has, and right ones cost
/// none of them.
pub(crate) async fn verify(
    app: &App,
    caller: &CallContext,
    target: &CodeTarget,
    code: &Redacted<String>,
    request: RequestMeta,
) -> Result<Verdict, IdentityError> {
    let key = target.guessed_at();
    let attempt = || async {
        let tries = lockout::begin(app, &key).await?;
        let verdict = judge(app, target, code, request).await?;
        let is_wrong = matches!(verdict, Verdict::Wrong { .. });
        tries.end(app, caller, is_wrong.then_some(target.purpose)).await?;
        Ok(verdict)
    };
    app.store.retry("verify_code", attempt).await
}

async fn judge(
    app: &App,
    target: &CodeTarget,
    code: &Redacted<String>,
    request: RequestMeta,
) -> Result<Verdict, IdentityError> {
    let key = target.cache_key(app);
    let rules = app.rules.code();
    for _ in 0..SWAPS {
        let Some(stored) = app.cache.get(&key).await? else {
            // The same work as for a code that is there.
            app.vault.codes.verify(&target.binding(), code.expose(), &[0; 32]);
            return Ok(Verdict::Absent);
        };
        let mut challenge = read::<Challenge>(&stored)?;
        let compare = |mac: &[u8]| app.vault.codes.verify(&target.binding(), code.expose(), mac);
        let verdict = challenge.try_code(request.request_id, app.now(), &rules, compare);
        let peeked = verdict == Verdict::Right && request.validate_only;
        if peeked || app.cache.compare_and_set(&key, &stored, write(&challenge)?, remembered(app)).await? {
            return Ok(verdict);
        }
    }
    Err(IdentityError::ConcurrentChange)
}

/// Gives a code back that this request used but could not put to use. A failure is logged only: the code ends by itself.
pub(crate) async fn release(app: &App, target: &CodeTarget, request: RequestMeta) {
    if let Err(error) = try_release(app, target, request).await {
        tracing::debug!(%error, "one-time code stays used");
    }
}

async fn try_release(app: &App, target: &CodeTarget, request: RequestMeta) -> Result<(), IdentityError> {
    let key = target.cache_key(app);
    for _ in 0..SWAPS {
        let Some(stored) = app.cache.get(&key).await? else { return Ok(()) };
        let mut challenge = read::<Challenge>(&stored)?;
        challenge.release(request.request_id);
        if app.cache.compare_and_set(&key, &stored, write(&challenge)?, remembered(app)).await? {
            return Ok(());
        }
    }
    Err(IdentityError::ConcurrentChange)
}

/// The error for a verdict other than right.
pub(crate) fn refusal(verdict: Verdict) -> Result<(), IdentityError> {
    Err(IdentityError::CodeWrong(match verdict {
        Verdict::Right => return Ok(()),
        Verdict::Wrong { tries_left } => CodeRefusal::Wrong(tries_left),
        Verdict::Expired => CodeRefusal::Expired,
        Verdict::Dead => CodeRefusal::Dead,
        Verdict::Used | Verdict::Absent => CodeRefusal::Absent,
    }))
}

fn remembered(app: &App) -> Duration {
    app.rules.code_lifetime.get() * REMEMBERED_LIFETIMES
}

fn read<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, IdentityError> {
    serde_json::from_slice(bytes).map_err(|_| IdentityError::Corrupt("cached code"))
}

fn write(value: &impl serde::Serialize) -> Result<Bytes, IdentityError> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|_| IdentityError::Corrupt("code"))
}
