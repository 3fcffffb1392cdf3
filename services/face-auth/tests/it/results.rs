//! Redeeming a result: once, for whom it was made, and not for long.

use serde::Deserialize;
use shiming_crypto::{CryptoError, PublicKey, verify_statement};
use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{
    CreateFaceSessionRequest, CreateFaceSessionResponse, FacePurpose, FaceResult, ListResultKeysRequest,
    RedeemFaceResultRequest,
};
use shiming_proto::types::v1::EvidenceLevel;
use shiming_testkit::TestDatabase;
use uuid::Uuid;

use crate::film::Film;
use crate::stand::{Stand, ZHANG, for_person, problem, reason, redemption};

shiming_testkit::on_each_database!(
    a_result_is_used_once_and_repeated_for_its_request,
    two_requests_at_once_get_one_result,
    a_result_serves_no_other_purpose_or_subject,
    nothing_to_redeem_before_a_face_passed,
    a_session_ends,
    a_result_ends,
    checking_uses_nothing_up,
    a_signed_result_is_checked_by_anybody_with_the_keys,
    the_level_asked_for_is_reached_or_refused,
    a_good_match_is_strict_evidence,
);

async fn passed(stand: &Stand) -> CreateFaceSessionResponse {
    let session = stand.open_zhang().await;
    stand.capture(&session, Film::AUDUN).await.unwrap();
    session
}

async fn a_result_is_used_once_and_repeated_for_its_request(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = passed(&stand).await;
    let request = redemption(&session);
    let first = stand.redeem(request.clone()).await.unwrap();
    assert_eq!(stand.redeem(request.clone()).await.unwrap(), first);
    let refused = problem(stand.redeem(redemption(&session)).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::PermissionDenied, "FACE_RESULT_REFUSED")
    );
    stand.pass_time(3600);
    assert_eq!(stand.redeem(request.clone()).await.unwrap(), first, "a lost answer is asked for again");
    let changed = RedeemFaceResultRequest { subject_id: Uuid::now_v7().to_string(), ..request };
    assert_eq!(reason(stand.redeem(changed).await), "REQUEST_ID_REUSED");
}

async fn two_requests_at_once_get_one_result(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = passed(&stand).await;
    let (one, two) = tokio::join!(stand.redeem(redemption(&session)), stand.redeem(redemption(&session)));
    assert_eq!([&one, &two].iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(reason(if one.is_ok() { two } else { one }), "FACE_RESULT_REFUSED");
}

async fn a_result_serves_no_other_purpose_or_subject(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = passed(&stand).await;
    let others = [
        RedeemFaceResultRequest { purpose: FacePurpose::StepUp.into(), ..redemption(&session) },
        RedeemFaceResultRequest { subject_id: Uuid::now_v7().to_string(), ..redemption(&session) },
        RedeemFaceResultRequest { face_session_id: Uuid::now_v7().to_string(), ..redemption(&session) },
    ];
    for request in others {
        assert_eq!(reason(stand.redeem(request).await), "FACE_RESULT_REFUSED");
    }
    stand.redeem(redemption(&session)).await.unwrap();
}

async fn nothing_to_redeem_before_a_face_passed(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let refused = problem(stand.redeem(redemption(&session)).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::FailedPrecondition, "FACE_NOT_FINISHED")
    );
}

async fn a_session_ends(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    stand.pass_time(300);
    let refused = problem(stand.capture(&session, Film::AUDUN).await);
    assert_eq!(
        (refused.kind(), refused.reason.as_str()),
        (ErrorKind::FailedPrecondition, "FACE_SESSION_EXPIRED")
    );
    assert_eq!(reason(stand.redeem(redemption(&session)).await), "FACE_SESSION_EXPIRED");
}

async fn a_result_ends(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = passed(&stand).await;
    stand.pass_time(300);
    assert_eq!(reason(stand.redeem(redemption(&session)).await), "FACE_SESSION_EXPIRED");
}

async fn checking_uses_nothing_up(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = passed(&stand).await;
    let only_checked = RedeemFaceResultRequest { validate_only: true, ..redemption(&session) };
    stand.redeem(only_checked).await.unwrap();
    stand.redeem(redemption(&session)).await.unwrap();
}

/// The keys, as other services get them.
async fn keys(stand: &Stand) -> Vec<PublicKey> {
    let keys = stand.identity().list_result_keys(ListResultKeysRequest {}).await.unwrap().into_inner().keys;
    let key = |key: shiming_proto::face::v1::ResultKey| PublicKey {
        key_id: key.key_id,
        bytes: key.public_key.as_ref().try_into().unwrap(),
    };
    keys.into_iter().map(key).collect()
}

/// What a signature vouches for: all of it, and nothing else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    jti: String,
    sub: String,
    iat: i64,
    exp: i64,
    purpose: String,
    evidence: String,
    similarity: f32,
    threshold: f32,
    liveness: String,
    passive_score: f32,
    actions: Vec<String>,
    model_pack: String,
    provider: String,
    decide_time: i64,
}

impl Claims {
    /// Of a result of these tests, redeemed ten seconds after it was decided.
    fn of(result: &FaceResult) -> Self {
        let decide_time = result.decide_time.unwrap().seconds;
        Self {
            iss: "shiming/face-auth".into(),
            jti: result.face_session_id.clone(),
            sub: result.subject_id.clone(),
            iat: decide_time + 10,
            exp: decide_time + 300,
            purpose: "collection".into(),
            evidence: "face_strict".into(),
            similarity: result.similarity,
            threshold: result.threshold,
            liveness: "live".into(),
            passive_score: result.passive_score,
            actions: result.actions().map(|action| crate::film::clip(action).replace('-', "_")).collect(),
            model_pack: result.model_pack.clone(),
            provider: "built_in".into(),
            decide_time,
        }
    }
}

fn claims(keys: &[PublicKey], signed: &str) -> Result<Claims, CryptoError> {
    verify_statement(keys, "shiming-face-result", signed)
}

async fn a_signed_result_is_checked_by_anybody_with_the_keys(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = passed(&stand).await;
    stand.pass_time(10);
    let request = redemption(&session);
    let redeemed = stand.redeem_signed(request.clone()).await.unwrap();
    let keys = keys(&stand).await;
    let vouched = claims(&keys, &redeemed.signed_result).unwrap();
    assert_eq!(vouched, Claims::of(redeemed.result.as_ref().unwrap()));
    for personal in [ZHANG.0, ZHANG.1, session.capture_token.as_str()] {
        assert!(!format!("{vouched:?}").contains(personal), "nothing personal is in it");
    }
    assert_eq!(stand.redeem_signed(request).await.unwrap(), redeemed, "the same signature again");
    // Any other letter of its claims, or none of its signature, and it's worth nothing.
    let parts: Vec<_> = redeemed.signed_result.split('.').collect();
    let middle = parts[1].len() / 2;
    let other = if parts[1].as_bytes()[middle] == b'A' { "B" } else { "A" };
    let changed = [&parts[1][..middle], other, &parts[1][middle + 1..]].concat();
    for forged in
        [[parts[0], &changed, parts[2]].join("."), [parts[0], parts[1], ""].join("."), parts[..2].join(".")]
    {
        assert!(claims(&keys, &forged).is_err(), "{forged}");
    }
    assert!(claims(&[], &redeemed.signed_result).is_err(), "without the keys");
    assert!(verify_statement::<Claims>(&keys, "shiming-face-erasure", &redeemed.signed_result).is_err());
}

/// Opens a session that asks for `evidence`, in which 张三 does what he is asked.
async fn asking_for(
    stand: &Stand,
    evidence: EvidenceLevel,
    film: Film,
) -> (CreateFaceSessionResponse, Result<shiming_proto::face::v1::SubmitCaptureResponse, tonic::Status>) {
    let request = CreateFaceSessionRequest { evidence: evidence.into(), ..for_person(ZHANG) };
    let session = stand.open(request).await.unwrap();
    let answer = stand.capture(&session, film).await;
    (session, answer)
}

async fn the_level_asked_for_is_reached_or_refused(database: TestDatabase) {
    // A pack whose strict level nobody reaches.
    let pack = std::fs::read_to_string(shiming_pictures::repository("services/face-auth/models/pack.toml"));
    let manifest = tempfile::NamedTempFile::new().unwrap();
    let strict = pack.unwrap().replace("\nstrict = 0.48\n", "\nstrict = 0.99\n");
    assert!(strict.contains("strict = 0.99"));
    std::fs::write(manifest.path(), strict).unwrap();
    let stand = Stand::start_with(database, |config| {
        config.engine.manifest = Some(manifest.path().to_owned());
    })
    .await;
    stand.import_zhang().await;
    let (session, refused) = asking_for(&stand, EvidenceLevel::FaceStrict, Film::AUDUN).await;
    let refused = problem(refused);
    assert_eq!(
        (refused.kind(), refused.reason.as_str(), refused.facts.metadata["attempts_left"].as_str()),
        (ErrorKind::Unauthenticated, "FACE_NOT_SAME", "4")
    );
    assert_eq!(reason(stand.redeem(redemption(&session)).await), "FACE_NOT_FINISHED");
    let (session, answer) = asking_for(&stand, EvidenceLevel::Face, Film::AUDUN.take(1)).await;
    answer.unwrap();
    let result = stand.redeem(redemption(&session)).await.unwrap();
    assert_eq!(result.evidence(), EvidenceLevel::Face);
    assert!((result.threshold - 0.41).abs() < 1e-6 && result.similarity < 0.99, "{result:?}");
}

async fn a_good_match_is_strict_evidence(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let (session, answer) = asking_for(&stand, EvidenceLevel::FaceStrict, Film::AUDUN).await;
    answer.unwrap();
    let result = stand.redeem(redemption(&session)).await.unwrap();
    assert_eq!(result.evidence(), EvidenceLevel::FaceStrict);
    assert!((result.threshold - 0.48).abs() < 1e-6 && result.similarity >= 0.48, "{result:?}");
}
