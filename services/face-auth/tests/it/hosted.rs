//! Face checks on WeChat's and Tencent's own pages, against stand-ins that check every call.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use shiming_face_auth::{ProviderName, Settings};
use shiming_kernel::{ErrorKind, ManualClock};
use shiming_proto::face::v1::{
    CheckHostedFaceRequest, CheckHostedFaceResponse, CreateFaceSessionRequest, CreateFaceSessionResponse,
    FaceProvider, HostedCheck, LivenessOutcome,
};
use shiming_rpc::status::Problem;
use shiming_runtime::config::DurationText;
use shiming_testkit::TestDatabase;
use tonic::Status;
use uuid::Uuid;

use crate::logs;
use crate::providers::Health;
use crate::providers::tencent::{SECRET_KEY, Tencent};
use crate::providers::wechat::{APP_SECRET, OPENID, WeChat, token};
use crate::stand::{Stand, ZHANG, for_person, problem, reason, redemption};

shiming_testkit::on_each_database!(
    wechat_passes_once_and_forgets_the_person,
    tencent_passes_what_is_similar_enough,
    every_code_of_tencents_is_told_as_it_means,
    wechats_answer_decides_and_the_browser_only_explains,
    a_last_word_stands_and_is_counted_once,
    an_unknown_code_passes_nobody_and_costs_nothing,
    the_first_that_works_is_taken,
    without_any_provider_another_way_is_named,
    a_failing_provider_is_left_alone_and_tried_again,
    an_outage_of_ten_seconds_loses_nothing,
    nobody_asks_with_another_token_and_no_other_person_passes,
    a_forgotten_access_token_is_fetched_once_for_all,
    nothing_personal_lies_open_or_is_logged,
);

struct World {
    stand: Stand,
    wechat: WeChat,
    tencent: Tencent,
}

impl World {
    async fn start(database: TestDatabase, order: &[ProviderName]) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T02:00:00Z".parse().unwrap()));
        let (wechat, wechat_account) = WeChat::start().await;
        let (tencent, tencent_account) = Tencent::start(Arc::clone(&clock)).await;
        let set = |config: &mut Settings| {
            config.authority.order = order.to_vec();
            config.authority.wechat = Some(wechat_account);
            config.authority.tencent = Some(tencent_account);
            config.authority.breaker.failures = 3;
            config.authority.breaker.open_for = DurationText::seconds(30);
            config.limits.attempts_per_day = 50;
        };
        let stand = Stand::start_at(database, clock, set).await;
        Self { stand, wechat, tencent }
    }

    async fn wechat_only(database: TestDatabase) -> Self {
        Self::start(database, &[ProviderName::WeChat]).await
    }

    async fn tencent_only(database: TestDatabase) -> Self {
        Self::start(database, &[ProviderName::Tencent]).await
    }

    async fn open(&self) -> Result<CreateFaceSessionResponse, Status> {
        self.stand.open(CreateFaceSessionRequest { wechat_openid: OPENID.into(), ..for_person(ZHANG) }).await
    }

    /// Asks as the page does: not too soon after the last time.
    async fn check(
        &self,
        session: &CreateFaceSessionResponse,
        client_code: i32,
    ) -> Result<CheckHostedFaceResponse, Status> {
        self.stand.pass_time(2);
        self.ask(question(session, client_code)).await
    }

    async fn ask(&self, request: CheckHostedFaceRequest) -> Result<CheckHostedFaceResponse, Status> {
        Ok(self.stand.gateway().check_hosted_face(request).await?.into_inner())
    }

    async fn attempts_left(&self) -> i32 {
        self.open().await.unwrap().attempts_left
    }
}

fn question(session: &CreateFaceSessionResponse, client_code: i32) -> CheckHostedFaceRequest {
    CheckHostedFaceRequest {
        face_session_id: session.face_session_id.clone(),
        capture_token: session.capture_token.clone(),
        request_id: Uuid::now_v7().to_string(),
        validate_only: false,
        client_code,
    }
}

fn verify_id(session: &CreateFaceSessionResponse) -> &str {
    &session.hosted.as_ref().unwrap().verify_id
}

fn url(session: &CreateFaceSessionResponse) -> &str {
    &session.hosted.as_ref().unwrap().url
}

fn provider(session: &CreateFaceSessionResponse) -> Option<FaceProvider> {
    session.hosted.as_ref().map(HostedCheck::provider)
}

fn is(problem: &Problem, kind: ErrorKind, reason: &str) -> bool {
    (problem.kind(), problem.reason.as_str()) == (kind, reason)
}

async fn wechat_passes_once_and_forgets_the_person(database: TestDatabase) {
    let world = World::wechat_only(database).await;
    let request = CreateFaceSessionRequest { wechat_openid: OPENID.into(), ..for_person(ZHANG) };
    let session = world.stand.open(request.clone()).await.unwrap();
    assert_eq!((provider(&session), url(&session)), (Some(FaceProvider::Wechat), ""));
    assert_eq!(world.stand.open(request).await.unwrap(), session, "a repetition gets the same check");
    assert_eq!(world.wechat.calls("getverifyid"), 1);

    assert_eq!(reason(world.check(&session, 0).await), "FACE_NOT_FINISHED");
    let too_soon = problem(world.ask(question(&session, 0)).await);
    assert!(is(&too_soon, ErrorKind::FailedPrecondition, "FACE_NOT_FINISHED"));
    assert_eq!(too_soon.facts.retry_after, Some(Duration::from_secs(2)));
    assert_eq!(world.wechat.calls("queryverifyinfo"), 1, "asked too soon, WeChat is left in peace");

    world.wechat.finish(verify_id(&session), 10000);
    world.stand.pass_time(2);
    let only_checked = CheckHostedFaceRequest { validate_only: true, ..question(&session, 0) };
    world.ask(only_checked).await.unwrap();
    assert_eq!(reason(world.stand.redeem(redemption(&session)).await), "FACE_NOT_FINISHED");
    world.stand.pass_time(2);
    let asked = question(&session, 0);
    let passed = world.ask(asked.clone()).await.unwrap();
    assert_eq!(world.ask(asked).await.unwrap(), passed, "the same request, the same answer");
    assert_eq!(reason(world.check(&session, 0).await), "FACE_ALREADY_FINISHED");

    let result = world.stand.redeem(redemption(&session)).await.unwrap();
    assert_eq!(result.provider(), FaceProvider::Wechat);
    assert_eq!(result.liveness(), LivenessOutcome::ByProvider);
    assert_eq!(reason(world.stand.redeem(redemption(&session)).await), "FACE_RESULT_REFUSED");
    let kept = "SELECT count(*) FROM provider_checks WHERE person IS NOT NULL OR ticket IS NOT NULL";
    assert_eq!(world.stand.count(kept).await, 0);
}

async fn tencent_passes_what_is_similar_enough(database: TestDatabase) {
    let world = World::tencent_only(database).await;
    let session = world.open().await.unwrap();
    assert_eq!((provider(&session), verify_id(&session)), (Some(FaceProvider::Tencent), ""));
    assert_eq!(reason(world.check(&session, 0).await), "FACE_NOT_FINISHED");
    world.tencent.finish(url(&session), 0, &json!({}));
    world.check(&session, 0).await.unwrap();
    let result = world.stand.redeem(redemption(&session)).await.unwrap();
    assert_eq!((result.provider(), result.liveness()), (FaceProvider::Tencent, LivenessOutcome::ByProvider));
    assert!((result.similarity - 0.9231).abs() < 1e-5 && (result.threshold - 0.7).abs() < 1e-6);

    for (sim, passes) in
        [(json!("70.00"), true), (json!(69.9), false), (json!("NaN"), false), (json!(null), false)]
    {
        let session = world.open().await.unwrap();
        world.tencent.finish(url(&session), 0, &json!({"Sim": sim}));
        assert_eq!(world.check(&session, 0).await.is_ok(), passes, "{sim}");
    }
}

async fn every_code_of_tencents_is_told_as_it_means(database: TestDatabase) {
    use ErrorKind as K;
    let world = World::tencent_only(database).await;
    let table: [(&[i64], K, &str); 10] = [
        (&[17, 14], K::FailedPrecondition, "FACE_NOT_FINISHED"),
        (&[15], K::FailedPrecondition, "FACE_SESSION_EXPIRED"),
        (&[16], K::ResourceExhausted, "FACE_RETRY_EXHAUSTED"),
        (&[203, 204], K::Internal, "PROVIDER_NOT_AUTHORISED"),
        (&[1002], K::PermissionDenied, "LIVENESS_ATTACK"),
        (&[1001, 1006, 1008, 2001], K::Unavailable, "PROVIDER_TEMPORARY"),
        (&[2006], K::FailedPrecondition, "NAME_ID_MISMATCH"),
        (&[2005, 2007, 2008, 2009], K::FailedPrecondition, "NO_AUTHORITATIVE_PHOTO"),
        (&[2016], K::Unauthenticated, "FACE_NOT_SAME"),
        (&[2010, 1102, 1201, 1202, 1203, 1204, 1205], K::FailedPrecondition, "CAPTURE_QUALITY"),
    ];
    let session_of = async |code| {
        let session = world.open().await.unwrap();
        world.tencent.finish(url(&session), code, &json!({}));
        session
    };
    for (codes, kind, reason) in table {
        for code in codes {
            let session = session_of(*code).await;
            let told = problem(world.check(&session, 0).await);
            assert!(is(&told, kind, reason), "{code}: {told:?}");
            assert!(!told.words.is_empty());
        }
    }
}

async fn wechats_answer_decides_and_the_browser_only_explains(database: TestDatabase) {
    let world = World::wechat_only(database).await;
    let session = world.open().await.unwrap();
    let told = [
        (10000, "FACE_NOT_FINISHED"),
        (0, "FACE_NOT_FINISHED"),
        (10004, "FACE_NOT_FINISHED"),
        (90001, "DEVICE_UNSUPPORTED"),
        (90109, "DEVICE_UNSUPPORTED"),
        (90002, "USER_CANCELLED"),
        (90006, "USER_CANCELLED"),
        (90008, "CAMERA_PERMISSION"),
        (90010, "CAMERA_PERMISSION"),
    ];
    for (code, expected) in told {
        assert_eq!(reason(world.check(&session, code).await), expected, "{code}");
    }
    assert_eq!(world.attempts_left().await, 50, "none of it is counted");
    world.wechat.finish(verify_id(&session), 90003);
    assert_eq!(reason(world.check(&session, 10000).await), "USER_CANCELLED");
    // Whatever the browser says, WeChat's word is taken, both ways.
    let other = world.open().await.unwrap();
    world.wechat.finish(verify_id(&session), 10000);
    world.check(&session, 90002).await.unwrap();
    world.wechat.finish(verify_id(&other), 10004);
    assert_eq!(reason(world.check(&other, 10000).await), "FACE_NOT_SAME");
}

async fn a_last_word_stands_and_is_counted_once(database: TestDatabase) {
    let world = World::tencent_only(database).await;
    let session = world.open().await.unwrap();
    world.tencent.finish(url(&session), 2016, &json!({}));
    for _ in 0..3 {
        let refused = problem(world.check(&session, 0).await);
        assert!(is(&refused, ErrorKind::Unauthenticated, "FACE_NOT_SAME"), "{refused:?}");
        assert_eq!(refused.facts.metadata.get("attempts_left").map(String::as_str), Some("49"));
    }
    assert_eq!(world.tencent.calls("GetDetectInfoEnhanced"), 1);
    // Not even Tencent can take it back.
    world.tencent.finish(url(&session), 0, &json!({}));
    assert_eq!(reason(world.check(&session, 0).await), "FACE_NOT_SAME");
    assert_eq!(reason(world.stand.redeem(redemption(&session)).await), "FACE_SESSION_EXPIRED");
    assert_eq!(world.attempts_left().await, 49);
}

async fn an_unknown_code_passes_nobody_and_costs_nothing(database: TestDatabase) {
    let world = World::tencent_only(database).await;
    let session = world.open().await.unwrap();
    for code in [77_777, -1, 200, 10_000] {
        world.tencent.finish(url(&session), code, &json!({}));
        let told = problem(world.check(&session, 0).await);
        assert!(is(&told, ErrorKind::Unavailable, "PROVIDER_TEMPORARY") && told.facts.retry_after.is_some());
    }
    assert_eq!(world.attempts_left().await, 50);
    world.tencent.finish(url(&session), 0, &json!({}));
    world.check(&session, 0).await.unwrap();
}

async fn the_first_that_works_is_taken(database: TestDatabase) {
    use ProviderName as P;
    let world = World::start(database, &[P::WeChat, P::Tencent, P::BuiltIn]).await;
    let opened = async || provider(&world.open().await.unwrap());
    assert_eq!(opened().await, Some(FaceProvider::Wechat));
    assert_eq!(provider(&world.stand.open_zhang().await), Some(FaceProvider::Tencent), "no openid");
    world.wechat.cloud().health = Health::Broken;
    assert_eq!(opened().await, Some(FaceProvider::Tencent));
    world.tencent.cloud().health = Health::Silent;
    assert_eq!(opened().await, None, "our own camera page");
    world.tencent.cloud().health = Health::Well;
    world.tencent.cloud().error = Some("AuthFailure.SecretIdNotFound");
    assert_eq!(opened().await, None, "an account that isn't accepted is no reason to turn people away");
}

async fn without_any_provider_another_way_is_named(database: TestDatabase) {
    let world = World::start(database, &[ProviderName::WeChat, ProviderName::Tencent]).await;
    world.wechat.cloud().health = Health::Broken;
    world.tencent.cloud().health = Health::Broken;
    let request = CreateFaceSessionRequest { wechat_openid: OPENID.into(), ..for_person(ZHANG) };
    let refused = problem(world.stand.open(request.clone()).await);
    assert!(is(&refused, ErrorKind::Unavailable, "PROVIDER_TEMPORARY"), "{refused:?}");
    assert!(refused.facts.retry_after.is_some());
    assert!(refused.words.contains("短信") && refused.words.contains("办税服务厅"));
    // The same request, when a provider is back.
    world.tencent.cloud().health = Health::Well;
    world.stand.pass_time(31);
    assert_eq!(provider(&world.stand.open(request).await.unwrap()), Some(FaceProvider::Tencent));
    world.tencent.cloud().error = Some("UnauthorizedOperation.Nonactivated");
    world.stand.pass_time(31);
    let refused = problem(world.open().await);
    assert!(is(&refused, ErrorKind::Internal, "PROVIDER_NOT_AUTHORISED"), "{refused:?}");
}

async fn a_failing_provider_is_left_alone_and_tried_again(database: TestDatabase) {
    let world = World::start(database, &[ProviderName::Tencent, ProviderName::BuiltIn]).await;
    let calls = || world.tencent.calls("DetectAuth");
    world.tencent.cloud().health = Health::Broken;
    for _ in 0..3 {
        assert_eq!(provider(&world.open().await.unwrap()), None);
    }
    assert_eq!(calls(), 3);
    world.tencent.cloud().health = Health::Well;
    assert_eq!(provider(&world.open().await.unwrap()), None);
    assert_eq!(calls(), 3, "open: left alone, though it works again");

    world.tencent.cloud().health = Health::Broken;
    world.stand.pass_time(30);
    assert_eq!(provider(&world.open().await.unwrap()), None);
    assert_eq!(provider(&world.open().await.unwrap()), None);
    assert_eq!(calls(), 4, "half open: one call, which fails");

    world.tencent.cloud().health = Health::Well;
    world.stand.pass_time(30);
    for _ in 0..2 {
        assert_eq!(provider(&world.open().await.unwrap()), Some(FaceProvider::Tencent));
    }
    assert_eq!(calls(), 6, "closed");
}

async fn an_outage_of_ten_seconds_loses_nothing(database: TestDatabase) {
    let world = World::wechat_only(database).await;
    let session = world.open().await.unwrap();
    world.wechat.finish(verify_id(&session), 10000);
    world.wechat.cloud().health = Health::Silent;
    assert_eq!(reason(world.check(&session, 90002).await), "FACE_NOT_FINISHED", "no answer explains nothing");
    world.wechat.cloud().health = Health::Broken;
    for _ in 0..4 {
        let told = problem(world.check(&session, 0).await);
        assert!(is(&told, ErrorKind::Unavailable, "PROVIDER_TEMPORARY") && told.facts.retry_after.is_some());
    }
    world.wechat.cloud().health = Health::Well;
    world.stand.pass_time(30);
    world.check(&session, 0).await.unwrap();
    world.stand.redeem(redemption(&session)).await.unwrap();
    assert_eq!(world.attempts_left().await, 50);
}

async fn nobody_asks_with_another_token_and_no_other_person_passes(database: TestDatabase) {
    let world = World::start(database, &[ProviderName::WeChat, ProviderName::Tencent]).await;
    let (mine, other) = (world.open().await.unwrap(), world.open().await.unwrap());
    world.wechat.finish(verify_id(&mine), 10000);
    let stolen =
        CheckHostedFaceRequest { face_session_id: mine.face_session_id.clone(), ..question(&other, 0) };
    assert_eq!(reason(world.ask(stolen).await), "FACE_SESSION_NOT_FOUND");

    // A check that is not WeChat's any more, and one of a person who isn't the account's.
    world.wechat.finish(verify_id(&other), 10000);
    world.wechat.forget(verify_id(&other));
    assert_eq!(reason(world.check(&other, 10000).await), "PROVIDER_TEMPORARY");
    let stranger = CreateFaceSessionRequest { wechat_openid: "oSomebodyElse".into(), ..for_person(ZHANG) };
    assert_eq!(provider(&world.stand.open(stranger).await.unwrap()), Some(FaceProvider::Tencent));
    let malformed = CreateFaceSessionRequest { wechat_openid: "o\r\nx".into(), ..for_person(ZHANG) };
    assert_eq!(reason(world.stand.open(malformed).await), "INVALID_FIELD");

    // Tencent passes somebody, but not this person.
    let session = world.stand.open_zhang().await;
    for changes in [json!({"IdCard": "11010519491231002X"}), json!({"Name": "李四"}), json!({"IdCard": null})]
    {
        world.tencent.finish(url(&session), 0, &changes);
        assert_eq!(reason(world.check(&session, 0).await), "PROVIDER_TEMPORARY");
        world.tencent.finish(url(&session), 0, &json!({"IdCard": ZHANG.0, "Name": ZHANG.1}));
    }
    world.check(&session, 0).await.unwrap();
    world.check(&mine, 0).await.unwrap();
}

async fn a_forgotten_access_token_is_fetched_once_for_all(database: TestDatabase) {
    let world = World::wechat_only(database).await;
    let opened = futures::future::join_all((0..8).map(|_| world.open())).await;
    assert!(opened.iter().all(Result::is_ok), "{opened:?}");
    assert_eq!(world.wechat.calls("stable_token"), 1, "one fetches, seven wait");
    // WeChat has three codes for it, and the stand-in answers with each in its turn.
    for renewed in 2..=4 {
        world.wechat.revoke_token();
        let opened = futures::future::join_all((0..8).map(|_| world.open())).await;
        assert!(opened.iter().all(Result::is_ok), "{opened:?}");
        assert_eq!(world.wechat.calls("stable_token"), renewed, "a refused one is replaced once");
    }
    world.stand.pass_time(7200);
    world.open().await.unwrap();
    assert_eq!(world.wechat.calls("stable_token"), 5, "and one that is over");
}

async fn nothing_personal_lies_open_or_is_logged(database: TestDatabase) {
    logs::keep();
    let world = World::start(database, &[ProviderName::WeChat, ProviderName::Tencent]).await;
    let session = world.open().await.unwrap();
    let at_rest = world.stand.dump("provider_checks").await;
    world.wechat.cloud().health = Health::Broken;
    assert!(world.check(&session, 0).await.is_err());
    world.wechat.cloud().health = Health::Silent;
    assert!(world.check(&session, 0).await.is_err());
    world.wechat.cloud().health = Health::Well;
    world.wechat.finish(verify_id(&session), 4711);
    assert!(world.check(&session, 0).await.is_err());
    let other = world.stand.open_zhang().await;
    world.tencent.cloud().error = Some("FailedOperation.SomethingNew");
    assert!(world.check(&other, 0).await.is_err());
    assert!(world.stand.open(for_person(ZHANG)).await.is_err());

    let (logged, good) = (logs::kept(), token(1));
    assert!(logged.contains("code that is in no table"), "the alarm is heard");
    let secrets = [ZHANG.0, ZHANG.1, OPENID, APP_SECRET, SECRET_KEY, &good, verify_id(&session), url(&other)];
    for secret in secrets {
        assert!(!logged.contains(secret), "{secret} in the log");
        let hex = hex::encode(secret);
        assert!(!at_rest.iter().any(|row| row.contains(secret) || row.to_lowercase().contains(&hex)));
    }
    assert_eq!(at_rest.len(), 1);
    assert!(!format!("{session:?}").contains(verify_id(&session)));
}
