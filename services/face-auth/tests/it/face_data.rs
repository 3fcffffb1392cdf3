//! What is kept of a face, and what is not: consent, frames, evidence, processing records, the number of people.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use shiming_face_auth::{AcceptedText, Settings};
use shiming_proto::face::v1::{
    ConsentReceipt, CreateFaceSessionRequest, CreateFaceSessionResponse, FaceProvider, FacePurpose,
    GetFaceDataStatisticsRequest, GetFaceDataStatisticsResponse, ListProcessingRecordsRequest,
    ListProcessingRecordsResponse, ProcessedKind, ReadFaceEvidenceRequest, ReadFaceEvidenceResponse,
    SubmitCaptureResponse,
};
use shiming_testkit::{Backend, TestDatabase};
use tonic::Status;

use crate::film::Film;
use crate::stand::{LI, Stand, TEXT_SHA256, ZHANG, document, for_person, problem, reason, reference};

shiming_testkit::on_each_database!(
    only_a_consent_to_a_text_in_force_counts,
    both_texts_count_while_the_new_one_rolls_out,
    frames_are_nowhere_after_the_decision,
    evidence_is_kept_sealed_and_read_with_a_purpose,
    each_decision_is_recorded_for_its_person,
    people_are_counted_once,
);

async fn only_a_consent_to_a_text_in_force_counts(database: TestDatabase) {
    let stand = Stand::start(database).await;
    for (version, text_sha256) in
        [("2026-11", TEXT_SHA256), ("2026-12", "0f".repeat(32).as_str()), ("2027-01", TEXT_SHA256)]
    {
        let refused = stand.open(consenting_to(version, text_sha256)).await;
        assert_eq!(reason(refused), "CONSENT_REQUIRED", "{version}");
    }
    stand.open(consenting_to("2026-12", TEXT_SHA256)).await.unwrap();
}

async fn both_texts_count_while_the_new_one_rolls_out(database: TestDatabase) {
    let older = AcceptedText { version: "2026-11".into(), text_sha256: "0f".repeat(32) };
    let stand = Stand::start_with(database, |config| config.consent.accepted.push(older)).await;
    stand.open(consenting_to("2026-11", &"0f".repeat(32))).await.unwrap();
    stand.open(consenting_to("2026-12", TEXT_SHA256)).await.unwrap();
}

fn consenting_to(version: &str, text_sha256: &str) -> CreateFaceSessionRequest {
    let receipt = for_person(ZHANG).consent.unwrap();
    let consent = ConsentReceipt { version: version.into(), text_sha256: text_sha256.into(), ..receipt };
    CreateFaceSessionRequest { consent: Some(consent), ..for_person(ZHANG) }
}

type Outcome = Result<SubmitCaptureResponse, Status>;

/// A session of 张三's in which somebody answered, the frames, and what came of them.
async fn answered(stand: &Stand, film: Film) -> (CreateFaceSessionResponse, Vec<Bytes>, Outcome) {
    let session = stand.open_zhang().await;
    let challenge = stand.challenge(&session).await.unwrap();
    let shots = film.answers(&challenge.actions().collect::<Vec<_>>());
    let frames = shots.iter().map(|shot| shot.image.clone()).collect();
    let outcome = stand.submit(&session, &challenge.nonce, shots).await;
    (session, frames, outcome)
}

/// The same, passed.
async fn passed(stand: &Stand, film: Film) -> (CreateFaceSessionResponse, Vec<Bytes>) {
    let (session, frames, outcome) = answered(stand, film).await;
    outcome.unwrap();
    (session, frames)
}

async fn frames_are_nowhere_after_the_decision(database: TestDatabase) {
    let begin = file_time();
    let stand = Stand::with_zhang(database).await;
    // Its twin may run beside it, and must not find what this one writes.
    let take = if stand.database.backend() == Backend::Sqlite { 1 } else { 2 };
    let (_, theirs, refused) = answered(&stand, Film::FRANCK.take(take)).await;
    assert_eq!(reason(refused), "FACE_NOT_SAME");
    let (_, mine) = passed(&stand, Film::AUDUN.take(take)).await;
    assert_eq!(stand.count("SELECT COUNT(*) FROM face_evidence").await, 0);
    if stand.database.backend() == Backend::Postgres {
        // What PostgreSQL holds in memory only would else not be seen.
        stand.sql("CHECKPOINT").await;
    }
    for frames in [&mine, &theirs] {
        assert_eq!(files_with(frames, begin), Vec::<PathBuf>::new());
    }
    let written = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(written.path(), &mine[0]).unwrap();
    assert_eq!(files_with(&mine, begin), [written.path()], "a frame on the disk is found");
}

/// The present as files are stamped with it.
fn file_time() -> SystemTime {
    tempfile::NamedTempFile::new().unwrap().as_file().metadata().unwrap().modified().unwrap()
}

/// Files under the temporary folder (databases among them) that were written since `begin` and hold a piece of one of `frames`.
fn files_with(frames: &[Bytes], begin: SystemTime) -> Vec<PathBuf> {
    // From the compressed middle: of no two pictures alike, and shorter than a database's page.
    let needles: Vec<_> = frames.iter().map(|frame| &frame[frame.len() / 2..][..64]).collect();
    let mut found = Vec::new();
    // What databases and temporary files of this process are called; other programs' folders may be large.
    let is_ours = |path: &Path| {
        path.file_name().is_some_and(|name| {
            let name = name.to_string_lossy();
            name.starts_with("shiming-") || name.starts_with(".tmp")
        })
    };
    let entries = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten().map(|entry| entry.path());
    let mut look = |path: &Path| {
        let is_new = path.metadata().and_then(|about| about.modified()).is_ok_and(|time| time >= begin);
        if is_new && std::fs::read(path).is_ok_and(|bytes| holds(&bytes, &needles)) {
            found.push(path.to_owned());
        }
    };
    for path in entries.filter(|path| is_ours(path)) {
        if path.is_dir() { walk(&path, &mut look) } else { look(&path) }
    }
    found
}

fn holds(bytes: &[u8], needles: &[&[u8]]) -> bool {
    // Most places begin like none of them: a table of the first two bytes passes over those.
    let first = |bytes: &[u8]| usize::from(bytes[0]) << 8 | usize::from(bytes[1]);
    let mut begins = vec![false; 1 << 16];
    for needle in needles {
        begins[first(needle)] = true;
    }
    bytes.windows(64).any(|window| begins[first(window)] && needles.contains(&window))
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() { walk(&path, visit) } else { visit(&path) }
    }
}

fn keeping(config: &mut Settings) {
    config.evidence.keep = true;
}

async fn read(
    stand: &Stand,
    session: &CreateFaceSessionResponse,
    purpose: &str,
) -> Result<ReadFaceEvidenceResponse, Status> {
    let request =
        ReadFaceEvidenceRequest { face_session_id: session.face_session_id.clone(), purpose: purpose.into() };
    Ok(stand.data_for_operator().read_face_evidence(request).await?.into_inner())
}

async fn evidence_is_kept_sealed_and_read_with_a_purpose(database: TestDatabase) {
    let begin = file_time();
    let stand = Stand::start_with(database, keeping).await;
    stand.import_zhang().await;
    let (session, frames) = passed(&stand, Film::AUDUN.take(2)).await;
    assert_eq!(reason(read(&stand, &session, "").await), "INVALID_FIELD", "not without a purpose");
    let evidence = read(&stand, &session, "复核核验结果").await.unwrap();
    assert!(frames.contains(&evidence.image), "as it was submitted");
    assert_eq!(stand.count("SELECT COUNT(*) FROM audit_log WHERE action = 'face_evidence.read'").await, 1);
    if stand.database.backend() == Backend::Postgres {
        stand.sql("CHECKPOINT").await;
    }
    assert_eq!(files_with(&frames, begin), Vec::<PathBuf>::new(), "sealed");
    let refused = stand
        .data_for_gateway()
        .read_face_evidence(ReadFaceEvidenceRequest {
            face_session_id: session.face_session_id.clone(),
            purpose: "x".into(),
        })
        .await;
    assert_eq!(reason(refused), "CALLER_NOT_ALLOWED");
    stand.pass_time(30 * 24 * 60 * 60);
    assert_eq!(
        reason(read(&stand, &session, "复核核验结果").await),
        "FACE_DATA_NOT_FOUND",
        "its time is over"
    );
}

async fn records(
    stand: &Stand,
    person: (&str, &str),
    page_size: i32,
    page_token: &str,
) -> Result<ListProcessingRecordsResponse, Status> {
    let request = ListProcessingRecordsRequest {
        document: Some(document(person)),
        purpose: String::new(),
        page_size,
        page_token: page_token.into(),
    };
    Ok(stand.data_for_identity().list_processing_records(request).await?.into_inner())
}

async fn each_decision_is_recorded_for_its_person(database: TestDatabase) {
    let stand = Stand::start_with(database, keeping).await;
    stand.import_zhang().await;
    let session = stand.open_zhang().await;
    assert_eq!(reason(stand.capture(&session, Film::FRANCK).await), "FACE_NOT_SAME");
    let request = for_person(ZHANG);
    let consent_id = request.consent.clone().unwrap().consent_id;
    let session = stand.open(request).await.unwrap();
    stand.capture(&session, Film::AUDUN).await.unwrap();
    let first = records(&stand, ZHANG, 1, "").await.unwrap();
    let newest = &first.records[0];
    assert_eq!((newest.result.as_str(), newest.purpose()), ("PASSED", FacePurpose::Collection));
    assert_eq!(
        (newest.consent_id.as_str(), newest.consent_version.as_str()),
        (consent_id.as_str(), "2026-12")
    );
    assert_eq!(newest.provider(), FaceProvider::BuiltIn);
    let kinds: Vec<_> = newest.kinds().collect();
    assert!(kinds.starts_with(&[ProcessedKind::Document, ProcessedKind::FaceImage]), "{kinds:?}");
    assert!(newest.evidence_expire_time.is_some() && newest.expire_time.is_some());
    let second = records(&stand, ZHANG, 1, &first.next_page_token).await.unwrap();
    assert_eq!(second.records[0].result, "FACE_NOT_SAME");
    assert!(second.records[0].evidence_expire_time.is_none(), "nothing is kept of a refused capture");
    assert_eq!(second.next_page_token, "");
    assert_eq!(records(&stand, LI, 0, "").await.unwrap().records, []);
    let refused = records(&stand, LI, 1, &first.next_page_token).await;
    assert_eq!(reason(refused), "PAGE_TOKEN_INVALID", "another person's page");
    // An operator says why, and that stands in the audit.
    let mut request = ListProcessingRecordsRequest { document: Some(document(ZHANG)), ..Default::default() };
    let refused = problem(stand.data_for_operator().list_processing_records(request.clone()).await);
    assert_eq!(refused.facts.violations[0].field, "purpose");
    request.purpose = "本人到窗口查询".into();
    stand.data_for_operator().list_processing_records(request).await.unwrap();
    assert_eq!(
        stand.count("SELECT COUNT(*) FROM audit_log WHERE action = 'processing_records.read'").await,
        1
    );
}

async fn statistics(stand: &Stand) -> GetFaceDataStatisticsResponse {
    let request = GetFaceDataStatisticsRequest {};
    stand.data_for_operator().get_face_data_statistics(request).await.unwrap().into_inner()
}

async fn people_are_counted_once(database: TestDatabase) {
    let stand = Stand::start_with(database, |config| {
        keeping(config);
        config.face_data.alarm_threshold = 2;
    })
    .await;
    stand.import_zhang().await;
    passed(&stand, Film::AUDUN).await;
    passed(&stand, Film::AUDUN.take(1)).await;
    let one = statistics(&stand).await;
    assert_eq!((one.people_stored, one.reference_people, one.evidence_people), (1, 1, 1));
    assert_eq!((one.legal_threshold, one.alarm_threshold, one.is_alarm), (100_000, 2, false));
    stand.import(vec![reference("2", LI, Film::FRANCK.portrait())]).await;
    assert!(statistics(&stand).await.is_alarm);
    stand.sql("DELETE FROM authority_references").await;
    let pictured = statistics(&stand).await;
    assert_eq!((pictured.people_stored, pictured.reference_people, pictured.evidence_people), (1, 0, 1));
}
