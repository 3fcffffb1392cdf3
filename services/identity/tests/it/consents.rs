//! What a person consented to, how they withdraw, and that the erasure is done whatever happens.

use std::sync::atomic::Ordering;
use std::time::Duration;

use shiming_proto::identity::v1 as wire;
use shiming_testkit::TestDatabase;

use crate::people::citizen;
use crate::world::{World, id, outcome, reason, within};

shiming_testkit::on_each_database!(
    consents_are_listed_for_their_person,
    withdrawing_ends_all_of_them_and_erases_the_face_data,
    an_erasure_that_fails_is_done_later,
    an_erasure_survives_the_process,
    the_ledger_only_grows,
);
on_sqlite!(
    a_tick_of_yesterday_is_no_consent_of_now,
    every_text_can_be_read_again,
    checking_withdraws_nothing,
    processing_records_are_handed_on,
);

async fn list(world: &World, token: &str, page_size: i32, page_token: &str) -> wire::ListConsentsResponse {
    let request = wire::ListConsentsRequest { page_size, page_token: page_token.into() };
    world.consents().list_consents(within(token, request)).await.unwrap().into_inner()
}

fn withdrawing(consent_id: &str) -> wire::WithdrawConsentRequest {
    wire::WithdrawConsentRequest { consent_id: consent_id.into(), request_id: id(), validate_only: false }
}

async fn withdraw(
    world: &World,
    token: &str,
    request: wire::WithdrawConsentRequest,
) -> wire::ConsentWithdrawal {
    let answer = world.consents().withdraw_consent(within(token, request)).await.unwrap();
    answer.into_inner().withdrawal.unwrap()
}

async fn step_up(world: &World, token: &str) -> Result<(), String> {
    let consent = Some(world.consent().await);
    let request = wire::BeginStepUpRequest { consent, request_id: id(), validate_only: false };
    outcome(world.step_ups().begin_step_up(within(token, request)).await)
        .map(|_| ())
        .map_err(|problem| problem.reason.to_string())
}

async fn consents_are_listed_for_their_person(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    world.collect(&citizen(2)).await;
    let token = world.log_in(&citizen(1)).await;
    step_up(&world, &token).await.unwrap();
    let first = list(&world, &token, 1, "").await;
    let second = list(&world, &token, 1, &first.next_page_token).await;
    assert_eq!(second.next_page_token, "");
    for page in [&first, &second] {
        let consent = &page.consents[0];
        assert_eq!((consent.version.as_str(), consent.title.as_str()), ("2026-12", "人脸信息处理同意书"));
        assert_eq!(consent.withdrawal, None);
    }
    assert_ne!(first.consents[0].consent_id, second.consents[0].consent_id);
    let theirs = world.log_in(&citizen(2)).await;
    let request = wire::ListConsentsRequest { page_size: 1, page_token: first.next_page_token };
    let refused = world.consents().list_consents(within(&theirs, request)).await;
    assert_eq!(reason(refused), "PAGE_TOKEN_INVALID");
    let stolen = withdrawing(&first.consents[0].consent_id);
    assert_eq!(reason(world.consents().withdraw_consent(within(&theirs, stolen)).await), "CONSENT_NOT_FOUND");
    let refused = world.consents().list_consents(wire::ListConsentsRequest::default()).await;
    assert_eq!(reason(refused), "SESSION_REQUIRED");
}

async fn withdrawing_ends_all_of_them_and_erases_the_face_data(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    step_up(&world, &token).await.unwrap();
    let older = list(&world, &token, 0, "").await.consents[1].consent_id.clone();
    world.clock.advance(Duration::from_secs(1));
    let request = withdrawing(&older);
    let done = withdraw(&world, &token, request.clone()).await;
    assert_eq!(done.state(), wire::WithdrawalState::Erased);
    assert_eq!(done.counts.unwrap().references, 1);
    assert_eq!(withdraw(&world, &token, request).await, done, "a repeat");
    let after = list(&world, &token, 0, "").await;
    assert!(after.consents.iter().all(|one| one.withdrawal.as_ref() == Some(&done)));
    let newest = &after.consents[0].consent_id;
    assert_eq!(withdraw(&world, &token, withdrawing(newest)).await, done, "withdrawn with the other");
    assert_eq!(world.eraser.erased.lock().unwrap().len(), 1);
    let proof = wire::GetErasureProofRequest { erasure_id: done.erasure_id.clone() };
    let erasure = world.consents().get_erasure_proof(within(&token, proof)).await.unwrap().into_inner();
    assert_eq!(erasure.erasure.unwrap().proof, format!("proof of {}", done.erasure_id));
    // SMS login goes on as before, and the next face check asks again.
    let token = world.log_in(&citizen(1)).await;
    let request = wire::BeginStepUpRequest { consent: None, request_id: id(), validate_only: false };
    assert_eq!(reason(world.step_ups().begin_step_up(within(&token, request)).await), "CONSENT_REQUIRED");
    step_up(&world, &token).await.unwrap();
    let again = list(&world, &token, 1, "").await;
    assert_eq!(again.consents[0].withdrawal, None, "a new consent is a new one");
    let opened = world.face.opened.lock().unwrap();
    let withdrawn = world.eraser.erased.lock().unwrap()[0].withdraw_time;
    assert!(opened.last().unwrap().consent_time > withdrawn, "face-auth can tell it from the old one");
}

async fn a_tick_of_yesterday_is_no_consent_of_now(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let now = || shiming_kernel::Clock::now(&*world.clock);
    let begin = async |told: chrono::DateTime<chrono::Utc>| {
        let time = shiming_rpc::convert::timestamp(told);
        let consent = wire::ConsentGiven { agree_time: Some(time), ..world.consent().await };
        let request =
            wire::BeginStepUpRequest { consent: Some(consent), request_id: id(), validate_only: false };
        outcome(world.step_ups().begin_step_up(within(&token, request)).await)
            .map(|_| ())
            .map_err(|problem| problem.reason.to_string())
    };
    let before = now();
    world.clock.advance(Duration::from_secs(1));
    let consent = list(&world, &token, 0, "").await.consents[0].consent_id.clone();
    withdraw(&world, &token, withdrawing(&consent)).await;
    world.clock.advance(Duration::from_secs(1));
    let yesterday = now() - chrono::TimeDelta::days(1);
    assert_eq!(begin(yesterday).await.unwrap_err(), "CONSENT_REQUIRED");
    assert_eq!(begin(before).await.unwrap_err(), "CONSENT_REQUIRED", "ticked before it was withdrawn");
    let collection = world.begin(&citizen(1)).await;
    let request = wire::BeginCollectionFaceRequest {
        collection_token: collection.token,
        consent: Some(wire::ConsentGiven {
            agree_time: Some(shiming_rpc::convert::timestamp(before)),
            ..collection.consent
        }),
        request_id: id(),
        validate_only: false,
    };
    assert_eq!(reason(world.collections().begin_collection_face(request).await), "CONSENT_REQUIRED");
    begin(now()).await.expect("ticked again");
}

async fn an_erasure_that_fails_is_done_later(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let consent = list(&world, &token, 0, "").await.consents[0].consent_id.clone();
    world.eraser.down.store(true, Ordering::SeqCst);
    let request = withdrawing(&consent);
    let pending = withdraw(&world, &token, request.clone()).await;
    assert_eq!((pending.state(), pending.erasure_id.as_str()), (wire::WithdrawalState::Erasing, ""));
    assert_eq!(step_up(&world, &token).await.unwrap_err(), "UNAVAILABLE", "no face before the erasure");
    world.eraser.down.store(false, Ordering::SeqCst);
    world.eraser.mute.store(true, Ordering::SeqCst);
    assert_eq!(withdraw(&world, &token, request.clone()).await.state(), wire::WithdrawalState::Erasing);
    world.eraser.mute.store(false, Ordering::SeqCst);
    let done = withdraw(&world, &token, request).await;
    assert_eq!(done.state(), wire::WithdrawalState::Erased);
    assert_eq!(world.eraser.erased.lock().unwrap().len(), 1, "a lost answer erases nothing twice");
    step_up(&world, &token).await.unwrap();
    let rows =
        "SELECT COUNT(*) FROM audit_log WHERE action IN ('consent.withdrawn', 'consent.face_data_erased')";
    assert_eq!(world.count(rows).await, 2);
}

async fn an_erasure_survives_the_process(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let consent = list(&world, &token, 0, "").await.consents[0].consent_id.clone();
    world.eraser.down.store(true, Ordering::SeqCst);
    withdraw(&world, &token, withdrawing(&consent)).await;
    world.eraser.down.store(false, Ordering::SeqCst);
    let world = world.restart().await;
    let done = async {
        while world.count("SELECT COUNT(*) FROM consent_withdrawals WHERE proof IS NULL").await > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), done).await.expect("the job erases at its start");
    assert_eq!(world.eraser.erased.lock().unwrap().len(), 1);
}

async fn the_ledger_only_grows(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let consent = list(&world, &token, 0, "").await.consents[0].clone();
    let tries = (0..4).map(|_| {
        let (mut client, request) = (world.consents(), within(&token, withdrawing(&consent.consent_id)));
        async move {
            client.withdraw_consent(request).await.unwrap().into_inner().withdrawal.unwrap().withdrawal_id
        }
    });
    let mut ids = futures::future::join_all(tries).await;
    ids.dedup();
    assert_eq!(ids.len(), 1, "several at once are one withdrawal");
    assert_eq!(world.count("SELECT COUNT(*) FROM consents").await, 1);
    assert_eq!(world.count("SELECT COUNT(*) FROM consent_withdrawals").await, 1);
    let after = list(&world, &token, 0, "").await.consents[0].clone();
    assert_eq!(wire::ConsentRecord { withdrawal: None, ..after }, consent, "the entry stays as it was");
}

async fn checking_withdraws_nothing(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let consent = list(&world, &token, 0, "").await.consents[0].consent_id.clone();
    let request = wire::WithdrawConsentRequest { validate_only: true, ..withdrawing(&consent) };
    let checked = world.consents().withdraw_consent(within(&token, request)).await.unwrap().into_inner();
    assert_eq!(checked.withdrawal, None);
    assert_eq!(list(&world, &token, 0, "").await.consents[0].withdrawal, None);
    assert_eq!(
        reason(world.consents().withdraw_consent(within(&token, withdrawing(&id()))).await),
        "CONSENT_NOT_FOUND"
    );
    let proof = wire::GetErasureProofRequest { erasure_id: id() };
    assert_eq!(
        reason(world.consents().get_erasure_proof(within(&token, proof)).await),
        "FACE_DATA_NOT_FOUND"
    );
}

async fn processing_records_are_handed_on(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let request = wire::ListFaceProcessingRequest { page_size: 7, page_token: "token".into() };
    let page =
        world.consents().list_face_processing(within(&token, request.clone())).await.unwrap().into_inner();
    assert_eq!(
        (page.records[0].record_id.as_str(), page.next_page_token.as_str()),
        ("7 after token", "next")
    );
    world.eraser.down.store(true, Ordering::SeqCst);
    assert_eq!(reason(world.consents().list_face_processing(within(&token, request)).await), "UNAVAILABLE");
}

async fn every_text_can_be_read_again(database: TestDatabase) {
    let world = World::start(database).await;
    let text = |version: &str| wire::GetConsentTextRequest {
        purpose: wire::ConsentPurpose::FaceVerification.into(),
        version: version.into(),
    };
    let read = |version: &'static str| {
        let mut client = world.consents();
        async move { client.get_consent_text(text(version)).await.unwrap().into_inner().text.unwrap() }
    };
    assert_eq!(read("").await, read("2026-12").await, "the one in force");
    let older = read("2026-11").await;
    assert!(older.text.contains("您可以随时在办税服务厅撤回同意"), "as it was agreed to");
    assert_eq!(reason(world.consents().get_consent_text(text("2020-01")).await), "CONSENT_NOT_FOUND");
}
