//! Redeeming a result: once, for whom it was made, and not for long.

use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{CreateFaceSessionResponse, FacePurpose, RedeemFaceResultRequest};
use shiming_testkit::TestDatabase;
use uuid::Uuid;

use crate::pictures::astronaut_again;
use crate::stand::{Stand, problem, reason, redemption};

shiming_testkit::on_each_database!(
    a_result_is_used_once_and_repeated_for_its_request,
    two_requests_at_once_get_one_result,
    a_result_serves_no_other_purpose_or_subject,
    nothing_to_redeem_before_a_face_passed,
    a_session_ends,
    a_result_ends,
    checking_uses_nothing_up,
);

async fn passed(stand: &Stand) -> CreateFaceSessionResponse {
    let session = stand.open_zhang().await;
    stand.capture(&session, vec![astronaut_again(1)]).await.unwrap();
    session
}

async fn a_result_is_used_once_and_repeated_for_its_request(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = passed(&stand).await;
    let request = redemption(&session);
    let first = stand.redeem(request.clone()).await.unwrap();
    assert_eq!(stand.redeem(request.clone()).await.unwrap(), first);
    let refused = problem(stand.redeem(redemption(&session)).await);
    assert_eq!((refused.kind, refused.reason.as_str()), (ErrorKind::PermissionDenied, "FACE_RESULT_REFUSED"));
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
    assert_eq!((refused.kind, refused.reason.as_str()), (ErrorKind::FailedPrecondition, "FACE_NOT_FINISHED"));
}

async fn a_session_ends(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    stand.pass_time(300);
    let refused = problem(stand.capture(&session, vec![astronaut_again(1)]).await);
    assert_eq!(
        (refused.kind, refused.reason.as_str()),
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
