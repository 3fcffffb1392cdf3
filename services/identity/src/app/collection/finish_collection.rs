//! Checks the profile and the code, and makes the person.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shiming_crypto::TokenHash;
use shiming_identifiers::Mobile;
use shiming_kernel::{CallContext, EventId, EvidenceLevel, FieldViolation, PersonId, Redacted, RequestMeta};
use shiming_store::{AuditEntry, Idempotency, OutboxEvent, StoreError, Tx};

use crate::app::codes::{self, CodeTarget};
use crate::app::{App, allow};
use crate::domain::code::is_code;
use crate::domain::collection::{Collection, Step};
use crate::domain::event::{COLLECTION_COMPLETED, collection_completed};
use crate::domain::person::Person;
use crate::domain::profile::{Profile, ProfileForm, ProfileRefusal};
use crate::error::IdentityError;
use crate::store::{collections, persons};

/// What the person filled in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FinishCollection {
    pub(crate) token: Redacted<String>,
    pub(crate) mobile: Redacted<String>,
    pub(crate) code: Redacted<String>,
    pub(crate) profile: ProfileForm,
}

/// The new person.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct CollectionFinished {
    pub(crate) person_id: PersonId,
}

/// Collects the person. The form is checked before the code, so that a slip of the pen costs no code.
pub(crate) async fn finish_collection(
    app: &App,
    caller: &CallContext,
    request: RequestMeta,
    command: &FinishCollection,
) -> Result<CollectionFinished, IdentityError> {
    let key = Idempotency::of(caller, "FinishCollection", request, command);
    if let Some(done) = app.replayed("finish_collection", &key).await? {
        return Ok(done);
    }
    let hash = TokenHash::of(command.token.expose());
    let collection = app.collection(caller, &hash, Step::Profile).await?;
    let (mobile, profile) = check(app, command, &collection)?;
    if persons::is_collected(app.store.reader(), &app.vault, &collection.identity.key()).await? {
        return Err(IdentityError::AlreadyCollected);
    }
    let target = CodeTarget::collection(collection.id, &collection.identity, mobile.clone());
    codes::refusal(codes::verify(app, caller, &target, &command.code, request).await?)?;
    let form = Form { hash: &hash, mobile: &mobile, profile: &profile };
    let finished = finish(app, caller, &key, &form).await;
    if finished.is_err() && !request.validate_only {
        codes::release(app, &target, request).await;
    }
    finished
}

struct Form<'a> {
    hash: &'a TokenHash,
    mobile: &'a Mobile,
    profile: &'a Profile,
}

fn check(
    app: &App,
    command: &FinishCollection,
    collection: &Collection,
) -> Result<(Mobile, Profile), IdentityError> {
    let mut faults = Vec::new();
    let mobile = app.mobile(&command.mobile).map_err(|fault| faults.push(fault)).ok();
    if !is_code(command.code.expose()) {
        faults.push(FieldViolation::new("code", "CODE_FORMAT", "请输入6位数字验证码"));
    }
    let profile = command.profile.check(&collection.identity, app.today());
    match (mobile, profile) {
        (Some(mobile), Ok(profile)) if faults.is_empty() => Ok((mobile, profile)),
        (_, Err(ProfileRefusal::DocumentExpired)) if faults.is_empty() => Err(IdentityError::DocumentExpired),
        (_, Err(ProfileRefusal::Fields(more))) => {
            faults.extend(more);
            Err(IdentityError::InvalidFields(faults))
        }
        _ => Err(IdentityError::InvalidFields(faults)),
    }
}

/// Once per place of the mobile: whoever loses a place to somebody else looks for the next one.
async fn finish(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    form: &Form<'_>,
) -> Result<CollectionFinished, IdentityError> {
    for _ in 0..app.rules.persons_per_mobile {
        let finished = app.store.retry("finish_collection", || attempt(app, caller, key, form)).await;
        match finished {
            Err(IdentityError::Store(error)) if error.is_unique(persons::ONE_PER_MOBILE_SLOT) => {}
            Err(IdentityError::Store(error)) if error.is_unique(persons::ONE_PER_IDENTITY) => {
                return Err(IdentityError::ConcurrentChange);
            }
            other => return other,
        }
    }
    Err(IdentityError::MobileInUse)
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    key: &Idempotency,
    form: &Form<'_>,
) -> Result<CollectionFinished, IdentityError> {
    let tx = app.store.begin("finish_collection").await?;
    if let Some(done) = tx.replayed(key).await? {
        return Ok(done);
    }
    let found = collections::lock(tx.conn(), &app.vault, form.hash).await?;
    let mut collection = allow(found, caller, Step::Profile, tx.now())?;
    if persons::is_collected(tx.conn(), &app.vault, &collection.identity.key()).await? {
        // By another collection, while this call was under way; asked again, it is told so.
        return Err(IdentityError::ConcurrentChange);
    }
    let taken = persons::taken_slots(tx.conn(), &app.vault, form.mobile).await?;
    let slot = free_slot(&taken, app.rules.persons_per_mobile).ok_or(IdentityError::MobileInUse)?;
    let person = Person {
        id: PersonId::new(&**app.store.clock()),
        identity: collection.identity.clone(),
        mobile: form.mobile.clone(),
        profile: form.profile.clone(),
        evidence: EvidenceLevel::Face,
        evidence_time: tx.now(),
    };
    persons::insert(tx.conn(), &app.vault, &person, slot, collection.id, tx.now()).await?;
    collection.finished(person.id);
    collections::save(tx.conn(), &collection).await?;
    let detail = json!({
        "person_id": person.id,
        "evidence": person.evidence.as_str(),
        "persons_with_this_mobile": taken.len() + 1,
        "ip_hash": caller.client.ip_hash,
    });
    tx.audit(AuditEntry::of(caller, COLLECTION_COMPLETED, collection.id, detail));
    tell(app, &tx, &person)?;
    Ok(tx.finish(key, CollectionFinished { person_id: person.id }).await?)
}

fn tell(app: &App, tx: &Tx, person: &Person) -> Result<(), IdentityError> {
    let notice = collection_completed(person.id, &person.identity.name.masked(), tx.now());
    let payload = serde_json::to_vec(&notice).map_err(StoreError::from)?;
    tx.emit(OutboxEvent::new(
        EventId::new(&**app.store.clock()),
        COLLECTION_COMPLETED,
        person.id.to_string(),
        payload,
    ));
    Ok(())
}

/// The lowest place that is free, of as many as there may be.
fn free_slot(taken: &[i16], most: u16) -> Option<i16> {
    let most = i16::try_from(most).unwrap_or(i16::MAX);
    (0..most).find(|slot| !taken.contains(slot)).filter(|_| taken.len() < usize::from(most.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_has_so_many_places() {
        assert_eq!(free_slot(&[], 3), Some(0));
        assert_eq!(free_slot(&[0, 2], 3), Some(1));
        assert_eq!(free_slot(&[0, 1, 2], 3), None);
        assert_eq!(free_slot(&[0, 1, 2], 2), None);
        // Places of two key versions may meet during a rotation: what counts is how many there are.
        assert_eq!(free_slot(&[0, 0, 1], 3), None);
    }
}
