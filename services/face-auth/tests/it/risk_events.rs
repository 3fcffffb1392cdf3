//! What becomes known of a suspected attack: to operators page by page, to the person concerned by a message.

use std::time::Duration;

use bytes::Bytes;
use shiming_face_auth::Settings;
use shiming_kernel::ClientInfo;
use shiming_proto::face::v1::{
    AttackType, CreateFaceSessionRequest, CreateFaceSessionResponse, FacePurpose, ListRiskEventsRequest,
    ListRiskEventsResponse, RiskEvent,
};
use shiming_rpc::client::with_client_info;
use shiming_testkit::{Inbox, TestDatabase};
use tonic::{Request, Status};

use crate::film::{Film, GAP, frozen};
use crate::stand::{Stand, ZHANG, for_person, parts, problem, reason, subject};

shiming_testkit::on_each_database!(
    pages_of_risk_events_survive_new_ones,
    a_risk_event_tells_devices_apart_and_names_nobody,
    a_suspected_attack_is_told_to_the_person_where_there_is_one,
);

fn patient(config: &mut Settings) {
    (config.limits.attempts_per_day, config.limits.attacks_per_day) = (100, 100);
    (config.limits.device.attempts_per_day, config.limits.device.attacks_per_day) = (100, 100);
}

/// One frame of the owner.
fn picture() -> Bytes {
    Film::AUDUN.answers(&[]).swap_remove(0).image
}

/// A capture of one picture, at times that can be true (`GAP`) or can't.
async fn attack(stand: &Stand, session: &CreateFaceSessionResponse, gap: Duration) {
    let refused = problem(stand.show(session, frozen(&picture(), gap)).await);
    assert_eq!(refused.reason, "LIVENESS_ATTACK");
}

async fn page(
    stand: &Stand,
    attack_type: AttackType,
    page_token: &str,
) -> Result<ListRiskEventsResponse, Status> {
    let request = ListRiskEventsRequest {
        page_size: 1,
        page_token: page_token.into(),
        attack_type: attack_type.into(),
    };
    Ok(stand.limits().list_risk_events(request).await?.into_inner())
}

fn kinds(page: &ListRiskEventsResponse) -> Vec<AttackType> {
    page.events.iter().map(RiskEvent::attack_type).collect()
}

async fn pages_of_risk_events_survive_new_ones(database: TestDatabase) {
    use AttackType::{Replay, StillImage, Timing, Unspecified};
    let stand = Stand::start_with(database, patient).await;
    let session = stand.open_zhang().await;
    for gap in [GAP, Duration::ZERO, GAP] {
        attack(&stand, &session, gap).await;
    }
    let first = page(&stand, Unspecified, "").await.unwrap();
    let stills = page(&stand, StillImage, "").await.unwrap();
    attack(&stand, &session, Duration::ZERO).await;
    let second = page(&stand, Unspecified, &first.next_page_token).await.unwrap();
    let third = page(&stand, Unspecified, &second.next_page_token).await.unwrap();
    assert_eq!([&first, &second, &third].map(kinds), [[StillImage], [Timing], [StillImage]]);
    assert_eq!(third.next_page_token, "", "the last page");
    assert!(first.events[0].occur_time.unwrap().seconds >= second.events[0].occur_time.unwrap().seconds);
    let more = page(&stand, StillImage, &stills.next_page_token).await.unwrap();
    assert_eq!((&stills.events, &more.events), (&first.events, &third.events));
    assert_eq!(more.next_page_token, "");
    assert_eq!(page(&stand, Replay, "").await.unwrap(), ListRiskEventsResponse::default());
    let newest =
        stand.limits().list_risk_events(ListRiskEventsRequest::default()).await.unwrap().into_inner();
    assert_eq!(kinds(&newest), [Timing, StillImage, Timing, StillImage]);
    for (filter, token) in [(Timing, first.next_page_token.as_str()), (Unspecified, "x")] {
        assert_eq!(reason(page(&stand, filter, token).await), "PAGE_TOKEN_INVALID");
    }
    for bad in [
        ListRiskEventsRequest { page_size: -1, ..ListRiskEventsRequest::default() },
        ListRiskEventsRequest { attack_type: 99, ..ListRiskEventsRequest::default() },
    ] {
        assert_eq!(reason(stand.limits().list_risk_events(bad).await), "INVALID_FIELD");
    }
}

async fn a_risk_event_tells_devices_apart_and_names_nobody(database: TestDatabase) {
    let stand = Stand::start_with(database, patient).await;
    let session = stand.open_zhang().await;
    for device in [None, Some("d0"), Some("d1"), Some("d0")] {
        let client = ClientInfo { device_hash: device.map(str::to_owned), ..ClientInfo::default() };
        let nonce = stand.challenge(&session).await.unwrap().nonce;
        let stream = futures::stream::iter(parts(&session, &nonce, frozen(&picture(), Duration::ZERO)));
        let refused = stand.gateway().submit_capture(with_client_info(Request::new(stream), &client)).await;
        assert_eq!(reason(refused), "LIVENESS_ATTACK");
    }
    let events =
        stand.limits().list_risk_events(ListRiskEventsRequest::default()).await.unwrap().into_inner();
    let devices: Vec<_> = events.events.iter().rev().map(|event| event.device_pseudonym.as_str()).collect();
    assert!(devices[0].is_empty() && !devices[1].is_empty(), "{devices:?}");
    assert!(devices[1] == devices[3] && devices[1] != devices[2], "{devices:?}");
    let first = &events.events[0];
    assert_eq!(
        (first.face_session_id.as_str(), first.subject_id.as_str(), first.purpose()),
        (session.face_session_id.as_str(), subject().to_string().as_str(), FacePurpose::Collection)
    );
    assert!(!first.identity_pseudonym.is_empty());
    assert!(events.events.iter().all(|event| event.identity_pseudonym == first.identity_pseudonym));
    let shown = format!("{events:?}");
    for hidden in [ZHANG.0, ZHANG.1, "\"d0\""] {
        assert!(!shown.contains(hidden), "{hidden}");
    }
}

async fn a_suspected_attack_is_told_to_the_person_where_there_is_one(database: TestDatabase) {
    let inbox = Inbox::start().await;
    let stand = Stand::start_beside(database, inbox.peer()).await;
    for purpose in [FacePurpose::Collection, FacePurpose::StepUp] {
        let request = CreateFaceSessionRequest { purpose: purpose.into(), ..for_person(ZHANG) };
        attack(&stand, &stand.open(request).await.unwrap(), GAP).await;
    }
    assert_eq!(stand.count("SELECT COUNT(*) FROM outbox WHERE topic = 'face.attack_suspected'").await, 2);
    stand.start_jobs();
    let (collection, step_up) = (inbox.next().await, inbox.next().await);
    assert_eq!([&collection, &step_up].map(|event| event.r#type.as_str()), ["face.attack_suspected"; 2]);
    assert_eq!(collection.messages, [], "who isn't collected yet has no inbox");
    let told: Vec<_> = step_up
        .messages
        .iter()
        .map(|draft| (draft.person_id.as_str(), draft.template.as_str(), draft.params.len()))
        .collect();
    assert_eq!(told, [(subject().to_string().as_str(), "FACE_ATTACK_SUSPECTED", 0)]);
    let events =
        stand.limits().list_risk_events(ListRiskEventsRequest::default()).await.unwrap().into_inner();
    assert_eq!(step_up.event_id, events.events[0].risk_event_id, "one id from end to end");
    assert_eq!(step_up.occur_time, events.events[0].occur_time);
}
