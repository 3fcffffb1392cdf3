//! The authority's references: import, the demo authority, what is stored.

use bytes::Bytes;
use shiming_face_auth::{DemoCitizen, DemoConfig};
use shiming_identifiers::DocumentType;
use shiming_proto::face::v1::{GetEngineInfoRequest, Reference, SetDemoReferenceRequest};
use shiming_testkit::{Backend, TestDatabase};
use uuid::Uuid;

use crate::film::Film;
use crate::pictures::{astronaut, astronaut_again, photo, stranger};
use crate::stand::{FIFTEEN, LI, Stand, ZHANG, document, problem, reason, reference};

shiming_testkit::on_each_database!(
    every_row_has_its_result,
    no_child_becomes_a_reference,
    a_row_may_be_sent_again_and_a_new_photo_replaces_the_old,
    the_same_person_twice_in_one_import_is_one,
    the_engine_says_what_runs,
    the_demo_authority_is_absent_without_demo_citizens,
    the_demo_authority_serves_its_citizens_alone,
    nothing_readable_is_stored,
);

async fn every_row_has_its_result(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let results = stand
        .import(vec![
            reference("a", ZHANG, astronaut()),
            reference("b", LI, photo("no-face")),
            reference("c", LI, Bytes::from_static(b"nothing")),
            reference("d", ("640101199003070016", "张三"), astronaut()),
            reference("", LI, stranger()),
            reference("e", LI, stranger()),
        ])
        .await;
    let told: Vec<_> =
        results.iter().map(|row| (row.row_id.as_str(), row.stored, row.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            ("a", true, ""),
            ("b", false, "NO_FACE"),
            ("c", false, "NOT_AN_IMAGE"),
            ("d", false, "INVALID_FIELD"),
            ("", false, "INVALID_FIELD"),
            ("e", true, ""),
        ]
    );
    assert!(results.iter().all(|row| row.stored == row.message.is_empty()));
    assert!(results[3].message.contains("证件号码"), "{}", results[3].message);
}

async fn no_child_becomes_a_reference(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let taken = |row_id: &str, day: &str| Reference {
        photo_date: day.to_owned(),
        ..reference(row_id, ZHANG, astronaut())
    };
    // 张三 was born on 7 March 1990.
    let rows = vec![
        reference("fifteen today", FIFTEEN, astronaut()),
        taken("a boy's", "2006-03-06"),
        taken("no day", "2006-3"),
        taken("a man's", "2006-03-07"),
    ];
    let results = stand.import(rows).await;
    let reasons: Vec<_> = results.iter().map(|row| row.reason.as_str()).collect();
    assert_eq!(reasons, ["FACE_UNDER_AGE", "FACE_UNDER_AGE", "INVALID_FIELD", ""]);
    assert!(results[0].message.contains("办税服务厅"));
    assert_eq!(references(&stand).await, 1);
}

async fn references(stand: &Stand) -> i64 {
    engine_info(stand).await.reference_count
}

async fn engine_info(stand: &Stand) -> shiming_proto::face::v1::GetEngineInfoResponse {
    stand.authority().get_engine_info(GetEngineInfoRequest {}).await.unwrap().into_inner()
}

async fn a_row_may_be_sent_again_and_a_new_photo_replaces_the_old(database: TestDatabase) {
    let stand = Stand::start(database).await;
    for _ in 0..2 {
        stand.import_zhang().await;
    }
    assert_eq!(references(&stand).await, 1);
    let written = stand.count("SELECT COUNT(*) FROM audit_log").await;
    assert_eq!(written, 1, "the second time changed nothing");
    stand.import(vec![reference("2", ZHANG, Film::FRANCK.portrait())]).await;
    assert_eq!(references(&stand).await, 1);
    let session = stand.open_zhang().await;
    assert_eq!(reason(stand.capture(&session, Film::AUDUN).await), "FACE_NOT_SAME");
    stand.capture(&session, Film::FRANCK).await.unwrap();
}

async fn the_same_person_twice_in_one_import_is_one(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let rows = [0, 1, 2, 4, 5].map(|row| reference(&row.to_string(), ZHANG, astronaut_again(row))).into();
    let results = stand.import(rows).await;
    assert!(results.iter().all(|row| row.stored), "{results:?}");
    assert_eq!(references(&stand).await, 1);
}

async fn the_engine_says_what_runs(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let info = engine_info(&stand).await;
    assert_eq!((info.model_pack.as_str(), info.workers), ("sface-fr@1", 2));
    let roles: Vec<_> = info.models.iter().map(|model| model.role.as_str()).collect();
    assert_eq!(roles, ["detect", "landmark", "feature", "liveness", "eye", "pose"]);
    assert!(info.models.iter().all(|model| model.sha256.len() == 64));
}

fn demo_reference(person: (&str, &str), photo: Bytes) -> SetDemoReferenceRequest {
    SetDemoReferenceRequest {
        document: Some(document(person)),
        photo,
        request_id: Uuid::now_v7().to_string(),
        validate_only: false,
    }
}

async fn the_demo_authority_is_absent_without_demo_citizens(database: TestDatabase) {
    let stand = Stand::start(database).await;
    let refused = stand.demo().set_demo_reference(demo_reference(ZHANG, astronaut())).await;
    assert_eq!(reason(refused), "METHOD_UNKNOWN");
}

async fn the_demo_authority_serves_its_citizens_alone(database: TestDatabase) {
    let citizen = DemoCitizen {
        name: ZHANG.1.into(),
        document_type: DocumentType::ResidentId,
        document_number: ZHANG.0.into(),
    };
    let demo = Some(DemoConfig { citizens: vec![citizen] });
    let stand = Stand::start_with(database, |config| config.demo = demo).await;
    for person in [LI, (ZHANG.0, "李四"), (LI.0, ZHANG.1)] {
        let refused = stand.demo().set_demo_reference(demo_reference(person, astronaut())).await;
        assert_eq!(reason(refused), "PERSON_NOT_FOUND");
    }
    let refused = stand.demo().set_demo_reference(demo_reference(ZHANG, photo("no-face"))).await;
    assert_eq!(problem(refused).facts.metadata["fault"], "NO_FACE");
    let refused = stand.demo().set_demo_reference(demo_reference(ZHANG, Bytes::from_static(b"x"))).await;
    assert_eq!(reason(refused), "NOT_AN_IMAGE");
    let only_checked =
        SetDemoReferenceRequest { validate_only: true, ..demo_reference(ZHANG, Film::AUDUN.portrait()) };
    stand.demo().set_demo_reference(only_checked).await.unwrap();
    assert_eq!(references(&stand).await, 0);
    let request = demo_reference(ZHANG, Film::AUDUN.portrait());
    for _ in 0..2 {
        stand.demo().set_demo_reference(request.clone()).await.unwrap();
    }
    let changed = SetDemoReferenceRequest { photo: stranger(), ..request };
    assert_eq!(reason(stand.demo().set_demo_reference(changed).await), "REQUEST_ID_REUSED");
    let session = stand.open_zhang().await;
    stand.capture(&session, Film::AUDUN).await.unwrap();
}

/// How every picture of these tests begins: a JPEG with its JFIF segment.
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF";

/// Looks into every table of either database; on SQLite also into its file, where what was deleted may still lie.
async fn nothing_readable_is_stored(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    assert!(Film::AUDUN.portrait().starts_with(JPEG));
    let (nonce, shots) = stand.prepare(&session, Film::FRANCK).await.unwrap();
    assert!(shots.iter().all(|shot| shot.image.starts_with(JPEG)), "this is what is looked for");
    assert_eq!(reason(stand.submit(&session, &nonce, shots).await), "FACE_NOT_SAME");
    stand.capture(&session, Film::AUDUN).await.unwrap();
    let written = everything(&stand).await;
    let holds = |wanted: &[u8]| {
        let hex = hex::encode(wanted);
        [wanted, hex.as_bytes()].iter().any(|form| written.windows(form.len()).any(|window| window == *form))
    };
    assert!(holds(b"face_capture.passed") && holds(b"face_capture.refused"), "this is where it is written");
    assert!(!holds(ZHANG.0.as_bytes()), "the number");
    assert!(!holds(ZHANG.1.as_bytes()), "the name");
    assert!(!holds(session.capture_token.as_bytes()), "the token");
    assert!(!holds(nonce.as_bytes()), "the nonce");
    assert!(!holds(JPEG) && !holds(b"/9j/4AAQSkZJRg"), "a picture, or one in base64");
}

/// All rows of all tables, bytes and on SQLite also texts in hex; then the file.
async fn everything(stand: &Stand) -> Vec<u8> {
    let mut written = Vec::new();
    for table in stand.tables().await {
        written.extend(stand.dump(&table).await.join("\n").into_bytes());
    }
    if stand.database.backend() == Backend::Sqlite {
        written.make_ascii_lowercase();
        let path = stand.database.url().trim_start_matches("sqlite://").split('?').next().unwrap();
        for part in ["", "-wal"] {
            written.extend(std::fs::read(format!("{path}{part}")).unwrap_or_default());
        }
    }
    written
}
