//! What operators see and change: an identity's day, its lock, and what looked like an attack.

use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{FaceLimits, GetFaceLimitsRequest, LockFaceRequest, UnlockFaceRequest};
use shiming_rpc::convert::timestamp;
use shiming_testkit::TestDatabase;
use tonic::Status;
use uuid::Uuid;

use crate::film::{Film, shot};
use crate::pictures::photo;
use crate::stand::{LI, Stand, ZHANG, document, for_person, problem, reason};

shiming_testkit::on_each_database!(
    an_identitys_day_is_shown_for_a_purpose,
    a_lock_refuses_every_face_check_of_the_identity,
    unlocking_gives_a_fresh_day,
    a_lock_ends_by_itself_and_the_later_end_counts,
    what_is_wrong_with_a_change_is_named,
    only_operators_see_and_change_limits,
);

fn looking(person: (&str, &str)) -> GetFaceLimitsRequest {
    GetFaceLimitsRequest { document: Some(document(person)), purpose: "本人来电咨询".into() }
}

fn locking() -> LockFaceRequest {
    LockFaceRequest {
        document: Some(document(ZHANG)),
        reason: "证件遗失".into(),
        end_time: None,
        request_id: Uuid::now_v7().to_string(),
        validate_only: false,
    }
}

fn unlocking() -> UnlockFaceRequest {
    UnlockFaceRequest {
        document: Some(document(ZHANG)),
        reason: "证件已找回".into(),
        request_id: Uuid::now_v7().to_string(),
        validate_only: false,
    }
}

async fn limits(stand: &Stand, person: (&str, &str)) -> FaceLimits {
    let answer = stand.limits().get_face_limits(looking(person)).await.unwrap();
    answer.into_inner().limits.unwrap()
}

async fn lock(stand: &Stand, request: LockFaceRequest) -> Result<FaceLimits, Status> {
    Ok(stand.limits().lock_face(request).await?.into_inner().limits.unwrap())
}

async fn unlock(stand: &Stand, request: UnlockFaceRequest) -> Result<FaceLimits, Status> {
    Ok(stand.limits().unlock_face(request).await?.into_inner().limits.unwrap())
}

async fn audited(stand: &Stand, action: &str) -> i64 {
    stand.count(&format!("SELECT COUNT(*) FROM audit_log WHERE action = '{action}'")).await
}

async fn an_identitys_day_is_shown_for_a_purpose(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let fresh = FaceLimits { attempts_left: 5, ..FaceLimits::default() };
    assert_eq!(limits(&stand, ZHANG).await, fresh, "who never was here has used nothing");
    let session = stand.open_zhang().await;
    assert_eq!(reason(stand.show(&session, shot(photo("no-face"))).await), "CAPTURE_QUALITY");
    assert_eq!(reason(stand.capture(&session, Film::FRANCK).await), "FACE_NOT_SAME");
    let used = FaceLimits { refused_faces: 1, free_tries: 1, attempts_left: 4, ..fresh.clone() };
    assert_eq!(limits(&stand, ZHANG).await, used);
    assert_eq!(limits(&stand, LI).await, fresh);
    assert_eq!(audited(&stand, "face_identity.viewed").await, 3, "each look");
    let rows = stand.dump("audit_log").await.join("\n").to_lowercase();
    for personal in [ZHANG.0, ZHANG.1] {
        assert!(!rows.contains(personal) && !rows.contains(&hex::encode(personal)), "under a pseudonym");
    }
    stand.pass_time(14 * 3600);
    assert_eq!(limits(&stand, ZHANG).await, fresh, "a new day");
}

async fn a_lock_refuses_every_face_check_of_the_identity(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, shots) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    lock(&stand, LockFaceRequest { validate_only: true, ..locking() }).await.unwrap();
    assert_eq!((limits(&stand, ZHANG).await.lock, audited(&stand, "face_identity.locked").await), (None, 0));
    let request = locking();
    let locked = lock(&stand, request.clone()).await.unwrap();
    let shown = locked.lock.clone().unwrap();
    assert_eq!((shown.reason.as_str(), shown.actor.as_str()), ("证件遗失", "ops:li"));
    assert!(shown.end_time.is_none() && shown.lock_time.is_some() && locked.attempts_left == 0);
    for refused in [
        problem(stand.open(for_person(ZHANG)).await),
        problem(stand.challenge(&session).await),
        problem(stand.submit(&session, &nonce, shots).await),
    ] {
        assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::ResourceExhausted, "FACE_LOCKED"));
        assert!(refused.words.contains("短信") && refused.words.contains("办税服务厅"));
        assert!(refused.facts.retry_after.is_none(), "nobody knows when");
    }
    stand.open(for_person(LI)).await.unwrap();
    stand.pass_time(60);
    assert_eq!(lock(&stand, request.clone()).await.unwrap(), locked, "the same answer again");
    assert_eq!(audited(&stand, "face_identity.locked").await, 1);
    let changed = LockFaceRequest { reason: "其他".into(), ..request };
    assert_eq!(reason(lock(&stand, changed).await), "REQUEST_ID_REUSED");
    let stand = stand.restart().await;
    assert_eq!(limits(&stand, ZHANG).await, locked, "a restart unlocks nobody");
}

async fn unlocking_gives_a_fresh_day(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| config.limits.attempts_per_day = 1).await;
    stand.import_zhang().await;
    let session = stand.open_zhang().await;
    assert_eq!(reason(stand.capture(&session, Film::FRANCK).await), "FACE_NOT_SAME");
    lock(&stand, locking()).await.unwrap();
    unlock(&stand, UnlockFaceRequest { validate_only: true, ..unlocking() }).await.unwrap();
    assert_eq!(reason(stand.open(for_person(ZHANG)).await), "FACE_LOCKED");
    let request = unlocking();
    let free = unlock(&stand, request.clone()).await.unwrap();
    assert_eq!(free, FaceLimits { attempts_left: 1, ..FaceLimits::default() });
    assert_eq!(reason(stand.capture(&session, Film::FRANCK.take(1)).await), "FACE_NOT_SAME");
    assert_eq!(unlock(&stand, request.clone()).await.unwrap(), free, "what was answered");
    assert_eq!(limits(&stand, ZHANG).await.attempts_left, 0, "and not another day");
    assert_eq!(audited(&stand, "face_identity.unlocked").await, 1);
    let changed = UnlockFaceRequest { document: Some(document(LI)), ..request };
    assert_eq!(reason(unlock(&stand, changed).await), "REQUEST_ID_REUSED");
    unlock(&stand, unlocking()).await.unwrap();
    stand.capture(&session, Film::AUDUN).await.unwrap();
}

async fn a_lock_ends_by_itself_and_the_later_end_counts(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let until = |minutes| {
        let now = shiming_kernel::Clock::now(&*stand.clock);
        LockFaceRequest {
            end_time: Some(timestamp(now + std::time::Duration::from_mins(minutes))),
            ..locking()
        }
    };
    let hour = until(60);
    lock(&stand, hour.clone()).await.unwrap();
    let kept = lock(&stand, until(5)).await.unwrap().lock.unwrap();
    assert_eq!(kept.end_time, hour.end_time, "a shorter lock doesn't shorten it");
    let refused = problem(stand.open(for_person(ZHANG)).await);
    assert_eq!(
        (refused.reason.as_str(), refused.facts.retry_after.unwrap().as_secs()),
        ("FACE_LOCKED", 3600)
    );
    stand.pass_time(3600);
    assert_eq!(limits(&stand, ZHANG).await.lock, None);
    stand.open_zhang().await;
    // What is over doesn't stand in the way of a shorter one.
    let short = until(5);
    let again = lock(&stand, short.clone()).await.unwrap().lock.unwrap();
    assert_eq!(again.end_time, short.end_time);
    lock(&stand, locking()).await.unwrap();
    assert_eq!(lock(&stand, until(60)).await.unwrap().lock.unwrap().end_time, None, "until unlocked");
}

async fn what_is_wrong_with_a_change_is_named(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let wrong_number = Some(document(("640101199003070016", "张三")));
    let past = Some(timestamp(shiming_kernel::Clock::now(&*stand.clock)));
    let bad = [
        (LockFaceRequest { document: None, ..locking() }, "document"),
        (LockFaceRequest { document: wrong_number.clone(), ..locking() }, "document.number"),
        (LockFaceRequest { reason: " ".into(), ..locking() }, "reason"),
        (LockFaceRequest { reason: "由".repeat(201), ..locking() }, "reason"),
        (LockFaceRequest { end_time: past, ..locking() }, "end_time"),
        (LockFaceRequest { request_id: String::new(), ..locking() }, "request_id"),
    ];
    let mut refusals = Vec::new();
    for (request, field) in bad {
        refusals.push((lock(&stand, request).await, field));
    }
    let bad = [
        (UnlockFaceRequest { document: wrong_number.clone(), ..unlocking() }, "document.number"),
        (UnlockFaceRequest { reason: String::new(), ..unlocking() }, "reason"),
        (UnlockFaceRequest { request_id: "x".into(), ..unlocking() }, "request_id"),
    ];
    for (request, field) in bad {
        refusals.push((unlock(&stand, request).await, field));
    }
    for (request, field) in [
        (GetFaceLimitsRequest { document: wrong_number, ..looking(ZHANG) }, "document.number"),
        (GetFaceLimitsRequest { purpose: String::new(), ..looking(ZHANG) }, "purpose"),
    ] {
        let answer = stand.limits().get_face_limits(request).await;
        refusals.push((answer.map(|answer| answer.into_inner().limits.unwrap()), field));
    }
    for (refused, field) in refusals {
        assert!(!format!("{refused:?}").contains("64010119900307"), "never repeats a number");
        let problem = problem(refused);
        assert_eq!(
            (problem.kind(), problem.reason.as_str(), problem.facts.violations[0].field.as_str()),
            (ErrorKind::InvalidArgument, "INVALID_FIELD", field)
        );
    }
    assert_eq!(stand.count("SELECT COUNT(*) FROM audit_log").await, 0);
}

async fn only_operators_see_and_change_limits(database: TestDatabase) {
    let stand = Stand::start(database).await;
    for mut other in stand.limits_for_others() {
        assert_eq!(reason(other.get_face_limits(looking(ZHANG)).await), "CALLER_NOT_ALLOWED");
        assert_eq!(reason(other.lock_face(locking()).await), "CALLER_NOT_ALLOWED");
        assert_eq!(reason(other.unlock_face(unlocking()).await), "CALLER_NOT_ALLOWED");
        let events = shiming_proto::face::v1::ListRiskEventsRequest::default();
        assert_eq!(reason(other.list_risk_events(events).await), "CALLER_NOT_ALLOWED");
    }
    assert_eq!(limits(&stand, ZHANG).await.lock, None);
}
