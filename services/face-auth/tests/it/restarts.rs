//! What survives, what fails closed, and what stops the start.

use sea_orm::ConnectionTrait as _;
use shiming_face_auth::FaceAuth;
use shiming_kernel::{ErrorKind, SystemClock};
use shiming_pictures::repository;
use shiming_runtime::Shutdown;
use shiming_service::{ConfigOf, Opened};
use shiming_testkit::{Backend, TestDatabase};

use crate::film::Film;
use crate::stand::{Stand, ZHANG, config, for_person, problem, reason, redemption};

shiming_testkit::on_each_database!(
    a_passed_session_is_redeemed_after_a_restart,
    a_capture_whose_process_died_gives_the_session_back,
    who_hangs_up_before_the_refusal_is_counted_all_the_same,
    without_an_audit_log_there_is_no_result,
    a_missing_or_altered_model_stops_the_start,
);

async fn a_passed_session_is_redeemed_after_a_restart(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, shots) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    let stand = stand.restart().await;
    stand.submit(&session, &nonce, shots).await.unwrap();
    let stand = stand.restart().await;
    let request = redemption(&session);
    let first = stand.redeem(request.clone()).await.unwrap();
    let stand = stand.restart().await;
    assert_eq!(stand.redeem(request).await.unwrap(), first);
    assert_eq!(reason(stand.redeem(redemption(&session)).await), "FACE_RESULT_REFUSED");
}

async fn a_capture_whose_process_died_gives_the_session_back(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, shots) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    // As a process leaves it that was killed while it judged.
    let until = match stand.database.backend() {
        Backend::Sqlite => "2026-11-23 02:00:30.000000+00:00",
        Backend::Postgres => "2026-11-23T02:00:30Z",
    };
    stand
        .sql(&format!(
            "UPDATE face_sessions SET capture_id = face_session_id, capture_until = '{until}', challenge_nonce = NULL"
        ))
        .await;
    for refused in [
        problem(stand.submit(&session, &nonce, shots.clone()).await),
        problem(stand.challenge(&session).await),
    ] {
        assert_eq!((refused.kind(), refused.reason.as_str()), (ErrorKind::Aborted, "CONCURRENT_CHANGE"));
    }
    stand.pass_time(31);
    assert_eq!(reason(stand.submit(&session, &nonce, shots).await), "FACE_CHALLENGE_EXPIRED");
    stand.capture(&session, Film::AUDUN).await.unwrap();
}

async fn who_hangs_up_before_the_refusal_is_counted_all_the_same(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    // Until the session is taken: from then on the judgement belongs to nobody who could take it back.
    let taken = async {
        let db = sea_orm::Database::connect(stand.database.url()).await.unwrap();
        let look = sea_orm::Statement::from_string(
            db.get_database_backend(),
            "SELECT 1 FROM face_sessions WHERE capture_id IS NOT NULL",
        );
        while db.query_one_raw(look.clone()).await.unwrap().is_none() {}
    };
    tokio::select! {
        answered = stand.capture(&session, Film::FRANCK) => panic!("too fast to hang up: {answered:?}"),
        () = taken => {}
    }
    // The next capture has to wait for the judgement, and finds it counted.
    let left = loop {
        match problem(stand.capture(&session, Film::FRANCK.take(1)).await) {
            refused if refused.reason == "CONCURRENT_CHANGE" => tokio::task::yield_now().await,
            refused => break refused.facts.metadata["attempts_left"].clone(),
        }
    };
    assert_eq!(left, "3");
}

async fn without_an_audit_log_there_is_no_result(database: TestDatabase) {
    let stand = Stand::with_zhang(database).await;
    let session = stand.open_zhang().await;
    let (nonce, shots) = stand.prepare(&session, Film::AUDUN).await.unwrap();
    stand.sql("ALTER TABLE audit_log RENAME TO audit_gone").await;
    let refused = problem(stand.submit(&session, &nonce, shots.clone()).await);
    assert_eq!(refused.kind(), ErrorKind::Unavailable, "{refused:?}");
    assert_eq!(problem(stand.challenge(&session).await).kind(), ErrorKind::Unavailable);
    assert_eq!(problem(stand.open(for_person(ZHANG)).await).kind(), ErrorKind::Unavailable);
    assert_eq!(reason(stand.redeem(redemption(&session)).await), "FACE_NOT_FINISHED");
    stand.sql("ALTER TABLE audit_gone RENAME TO audit_log").await;
    // Nothing was judged, so that the same frames answer the same challenge.
    stand.submit(&session, &nonce, shots).await.unwrap();
    stand.redeem(redemption(&session)).await.unwrap();
}

async fn a_missing_or_altered_model_stops_the_start(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&database);
    config.own.engine.models = folder.path().to_owned();
    let refused = format!("{:#}", open(&config).await);
    assert!(refused.contains("missing") && refused.contains("make models"), "{refused}");
    copy(&repository(".setup/models"), folder.path());
    let net = folder.path().join("face_recognition_sface_2021dec_int8bq.onnx");
    let mut bytes = std::fs::read(&net).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&net, bytes).unwrap();
    let refused = format!("{:#}", open(&config).await);
    assert!(
        refused.contains("face_recognition_sface_2021dec_int8bq.onnx") && refused.contains("altered"),
        "{refused}"
    );
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let (source, target) = {
            let entry = entry.unwrap();
            (entry.path(), to.join(entry.file_name()))
        };
        if source.is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&source, &target);
        } else {
            std::fs::copy(&source, &target).unwrap();
        }
    }
}

/// Why it doesn't open.
async fn open(config: &ConfigOf<FaceAuth>) -> anyhow::Error {
    Opened::<FaceAuth>::open(config, SystemClock::shared(), &Shutdown::new()).await.err().unwrap()
}
