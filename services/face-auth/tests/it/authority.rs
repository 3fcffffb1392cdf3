//! The authority's references: import, the demo authority, what is stored.

use bytes::Bytes;
use sea_orm::{ConnectionTrait as _, Statement};
use shiming_face_auth::{DemoCitizen, DemoConfig};
use shiming_identifiers::DocumentType;
use shiming_proto::face::v1::{GetEngineInfoRequest, SetDemoReferenceRequest};
use shiming_testkit::TestDatabase;
use uuid::Uuid;

use crate::pictures::{astronaut, astronaut_again, photo, stranger};
use crate::stand::{LI, Stand, ZHANG, document, for_person, problem, reason, reference};

shiming_testkit::on_each_database!(
    every_row_has_its_result,
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
    assert_eq!(count(&stand, "audit_log").await, 1, "the second time changed nothing");
    stand.import(vec![reference("2", ZHANG, stranger())]).await;
    assert_eq!(references(&stand).await, 1);
    let session = stand.open_zhang().await;
    assert_eq!(reason(stand.capture(&session, vec![astronaut_again(0)]).await), "FACE_NOT_SAME");
    stand.capture(&session, vec![stranger()]).await.unwrap();
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
    assert_eq!((info.model_pack.as_str(), info.workers), ("faceplugin-fr@1", 2));
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
    assert_eq!(problem(refused).metadata["fault"], "NO_FACE");
    let refused = stand.demo().set_demo_reference(demo_reference(ZHANG, Bytes::from_static(b"x"))).await;
    assert_eq!(reason(refused), "NOT_AN_IMAGE");
    let only_checked = SetDemoReferenceRequest { validate_only: true, ..demo_reference(ZHANG, astronaut()) };
    stand.demo().set_demo_reference(only_checked).await.unwrap();
    assert_eq!(references(&stand).await, 0);
    let request = demo_reference(ZHANG, astronaut());
    for _ in 0..2 {
        stand.demo().set_demo_reference(request.clone()).await.unwrap();
    }
    let changed = SetDemoReferenceRequest { photo: stranger(), ..request };
    assert_eq!(reason(stand.demo().set_demo_reference(changed).await), "REQUEST_ID_REUSED");
    let session = stand.open_zhang().await;
    stand.capture(&session, vec![astronaut_again(2)]).await.unwrap();
}

async fn count(stand: &Stand, table: &str) -> i64 {
    let db = sea_orm::Database::connect(stand.database.url()).await.unwrap();
    let count = Statement::from_string(
        db.get_database_backend(),
        format!("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM {table}"),
    );
    let row = db.query_one_raw(count).await.unwrap().unwrap();
    let count = row.try_get("", "n").unwrap();
    db.close().await.unwrap();
    count
}

/// Only on SQLite the whole database is one file to look into; what is written is the same.
async fn nothing_readable_is_stored(database: TestDatabase) {
    if database.backend() != shiming_testkit::Backend::Sqlite {
        return;
    }
    let stand = Stand::with_zhang(database).await;
    let session = stand.open(for_person(ZHANG)).await.unwrap();
    assert_eq!(reason(stand.capture(&session, vec![stranger()]).await), "FACE_NOT_SAME");
    stand.capture(&session, vec![astronaut_again(1)]).await.unwrap();
    let path = stand.database.url().trim_start_matches("sqlite://").split('?').next().unwrap().to_owned();
    let mut written = std::fs::read(&path).unwrap();
    written.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    let holds = |wanted: &[u8]| written.windows(wanted.len()).any(|window| window == wanted);
    assert!(holds(b"face_capture.passed"), "this is where it is written");
    assert!(!holds(ZHANG.0.as_bytes()), "the number");
    assert!(!holds(ZHANG.1.as_bytes()), "the name");
    assert!(!holds(session.capture_token.as_bytes()), "the token");
    assert!(!holds(&[0xff, 0xd8, 0xff]), "a picture");
}
