//! Opening sessions, and the whole way of one.

use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{ConsentReceipt, CreateFaceSessionRequest, FaceProvider, LivenessOutcome};
use shiming_proto::types::v1::{DocumentType, EvidenceLevel};
use shiming_testkit::TestDatabase;
use uuid::Uuid;

use crate::film::{Film, shot};
use crate::pictures::astronaut;
use crate::stand::{
    FIFTEEN, Stand, ZHANG, asking, document, for_person, parts, problem, reason, redemption, subject,
};

shiming_testkit::on_each_database!(
    a_session_passes_from_end_to_end,
    without_a_consent_receipt_there_is_no_session,
    a_repeated_request_opens_no_second_session,
    what_is_wrong_with_a_request_is_named,
    checking_opens_nothing,
    nobody_under_sixteen_is_compared,
    only_identity_opens_and_only_the_gateway_submits,
);

async fn nobody_under_sixteen_is_compared(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let refused = problem(stand.open(for_person(FIFTEEN)).await);
    assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::FailedPrecondition, "FACE_UNDER_AGE"));
    assert!(refused.words.contains("监护人") && refused.words.contains("办税服务厅"));
    assert_eq!(stand.count("SELECT COUNT(*) FROM face_sessions").await, 0);
    // The next day in China is the sixteenth birthday.
    stand.pass_time(14 * 60 * 60);
    stand.open(for_person(FIFTEEN)).await.unwrap();
}

async fn a_session_passes_from_end_to_end(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| {
        // As people meet it.
        (config.liveness.fewest_actions, config.liveness.most_actions) = (2, 3);
    })
    .await;
    stand.import_zhang().await;
    let session = stand.open_zhang().await;
    assert_eq!(session.attempts_left, 5);
    let challenge = stand.challenge(&session).await.unwrap();
    let actions: Vec<_> = challenge.actions().collect();
    assert!((2..=3).contains(&actions.len()), "{actions:?}");
    let passed = stand.submit(&session, &challenge.nonce, Film::AUDUN.answers(&actions)).await.unwrap();
    assert_eq!(passed.face_session_id, session.face_session_id);
    let result = stand.redeem(redemption(&session)).await.unwrap();
    assert_eq!(result.subject_id, subject().to_string());
    assert_eq!(result.evidence(), EvidenceLevel::FaceStrict, "more than was asked for");
    assert_eq!(result.liveness(), LivenessOutcome::Live);
    assert_eq!(result.actions().collect::<Vec<_>>(), actions);
    assert!((0.5..=1.0).contains(&result.passive_score), "{result:?}");
    assert_eq!(result.provider(), FaceProvider::BuiltIn);
    assert_eq!(result.model_pack, "sface-fr@1");
    assert!(result.similarity >= result.threshold && result.threshold >= 0.4, "{result:?}");
    assert!(result.decide_time.is_some());
}

async fn without_a_consent_receipt_there_is_no_session(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let receipts = [
        None,
        Some(ConsentReceipt::default()),
        Some(ConsentReceipt { version: String::new(), ..for_person(ZHANG).consent.unwrap() }),
        Some(ConsentReceipt { text_sha256: "…".into(), ..for_person(ZHANG).consent.unwrap() }),
    ];
    for consent in receipts {
        let refused = stand.open(CreateFaceSessionRequest { consent, ..for_person(ZHANG) }).await;
        let problem = problem(refused);
        assert_eq!(
            (problem.kind(), problem.reason.as_str()),
            (ErrorKind::FailedPrecondition, "CONSENT_REQUIRED")
        );
        assert!(problem.words.contains("办税服务厅"), "a way out: {}", problem.words);
    }
}

async fn a_repeated_request_opens_no_second_session(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let request = for_person(ZHANG);
    let first = stand.open(request.clone()).await.unwrap();
    let again = stand.open(request.clone()).await.unwrap();
    assert_eq!(
        (&first.face_session_id, &first.capture_token),
        (&again.face_session_id, &again.capture_token)
    );
    let other = CreateFaceSessionRequest { subject_id: Uuid::now_v7().to_string(), ..request };
    assert_eq!(reason(stand.open(other).await), "REQUEST_ID_REUSED");
}

async fn what_is_wrong_with_a_request_is_named(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let good = for_person(ZHANG);
    let typed = |kind: DocumentType, number: &str, name: &str| {
        let mut document = document((number, name));
        document.r#type = kind.into();
        Some(document)
    };
    let bad = [
        (CreateFaceSessionRequest { purpose: 0, ..good.clone() }, "purpose"),
        (CreateFaceSessionRequest { subject_id: "640101199003070015".into(), ..good.clone() }, "subject_id"),
        (CreateFaceSessionRequest { document: None, ..good.clone() }, "document"),
        (
            CreateFaceSessionRequest {
                document: typed(DocumentType::ResidentId, "640101199003070016", "张三"),
                ..good.clone()
            },
            "document.number",
        ),
        (
            CreateFaceSessionRequest {
                document: typed(DocumentType::ResidentId, ZHANG.0, "张3"),
                ..good.clone()
            },
            "document.name",
        ),
        (
            CreateFaceSessionRequest {
                document: typed(DocumentType::TemporaryResidentId, ZHANG.0, "张三"),
                ..good.clone()
            },
            "document.type",
        ),
        // A message on the phone is no face.
        (CreateFaceSessionRequest { evidence: EvidenceLevel::Sms.into(), ..good.clone() }, "evidence"),
        (CreateFaceSessionRequest { evidence: 99, ..good.clone() }, "evidence"),
        (CreateFaceSessionRequest { request_id: String::new(), ..good }, "request_id"),
    ];
    for (request, field) in bad {
        let refused = stand.open(request).await;
        assert!(!format!("{refused:?}").contains("64010119900307"), "never repeats a number");
        let problem = problem(refused);
        assert_eq!(problem.reason, "INVALID_FIELD");
        assert_eq!(problem.facts.violations[0].field, field);
    }
}

async fn checking_opens_nothing(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let only_checked = CreateFaceSessionRequest { validate_only: true, ..for_person(ZHANG) };
    let answer = stand.open(only_checked).await.unwrap();
    assert_eq!((answer.face_session_id.as_str(), answer.capture_token.as_str()), ("", ""));
    assert_eq!(answer.attempts_left, 5);
}

async fn only_identity_opens_and_only_the_gateway_submits(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let refused = stand.gateway().create_face_session(for_person(ZHANG)).await;
    assert_eq!(reason(refused), "CALLER_NOT_ALLOWED");
    let session = stand.open_zhang().await;
    let refused = stand.gateway().redeem_face_result(redemption(&session)).await;
    assert_eq!(reason(refused), "CALLER_NOT_ALLOWED");
    let refused = stand.identity().issue_challenge(asking(&session)).await;
    assert_eq!(reason(refused), "CALLER_NOT_ALLOWED");
    let nonce = stand.challenge(&session).await.unwrap().nonce;
    let capture = futures::stream::iter(parts(&session, &nonce, shot(astronaut())));
    let refused = stand.identity().submit_capture(capture).await;
    assert_eq!(reason(refused), "CALLER_NOT_ALLOWED");
}
