//! A face check within a session.

use shiming_kernel::FaceSessionId;
use shiming_proto::identity::v1 as wire;
use shiming_proto::types::v1::EvidenceLevel;
use shiming_testkit::TestDatabase;

use crate::people::citizen;
use crate::world::{World, id, outcome, reason, within};

shiming_testkit::on_each_database!(
    the_check_belongs_to_the_session_that_opened_it,
    a_face_raises_the_session_and_renews_its_token,
);
on_sqlite!(consent_comes_first,);

async fn begin(
    world: &World,
    token: &str,
    consent: Option<wire::ConsentGiven>,
) -> Result<FaceSessionId, String> {
    let request = wire::BeginStepUpRequest { consent, request_id: id(), validate_only: false };
    let answer = outcome(world.step_ups().begin_step_up(within(token, request)).await);
    let ticket = answer.map_err(|problem| problem.reason.to_string())?.face_session.unwrap();
    Ok(ticket.face_session_id.parse().unwrap())
}

fn complete(session: FaceSessionId) -> wire::CompleteStepUpRequest {
    wire::CompleteStepUpRequest {
        face_session_id: session.to_string(),
        request_id: id(),
        validate_only: false,
    }
}

async fn a_face_raises_the_session_and_renews_its_token(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let session = begin(&world, &token, Some(world.consent().await)).await.unwrap();
    let early = world.step_ups().complete_step_up(within(&token, complete(session))).await;
    assert_eq!(reason(early), "FACE_NOT_FINISHED");
    world.face.pass(session);
    let request = complete(session);
    let raised =
        world.step_ups().complete_step_up(within(&token, request.clone())).await.unwrap().into_inner();
    let repeated = world.step_ups().complete_step_up(within(&token, request)).await.unwrap().into_inner();
    assert_eq!(repeated.session_token, raised.session_token, "an answer that got lost");
    let now = raised.session.unwrap();
    assert_eq!(now.evidence(), EvidenceLevel::Face);
    assert!(now.step_up_time.is_some());
    let old = world.sessions().get_session(within(&token, wire::GetSessionRequest {})).await;
    assert_eq!(reason(old), "SESSION_INVALID");
    let again = world.step_ups().complete_step_up(within(&raised.session_token, complete(session))).await;
    assert_eq!(reason(again), "FACE_RESULT_REFUSED", "a check serves once");
    assert_eq!(world.count("SELECT COUNT(*) FROM consents WHERE subject_kind = 'person'").await, 1);
}

async fn the_check_belongs_to_the_session_that_opened_it(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    world.collect(&citizen(2)).await;
    let (mine, elsewhere) = (world.log_in(&citizen(1)).await, world.log_in(&citizen(1)).await);
    let theirs = world.log_in(&citizen(2)).await;
    let session = begin(&world, &mine, Some(world.consent().await)).await.unwrap();
    world.face.pass(session);
    for stranger in [&elsewhere, &theirs] {
        let refused = world.step_ups().complete_step_up(within(stranger, complete(session))).await;
        assert_eq!(reason(refused), "FACE_RESULT_REFUSED");
    }
    let tries = (0..4).map(|_| {
        let (mut client, request) = (world.step_ups(), within(&mine, complete(session)));
        async move { client.complete_step_up(request).await }
    });
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1, "one of several at once");
}

async fn consent_comes_first(database: TestDatabase) {
    let world = World::start(database).await;
    world.collect(&citizen(1)).await;
    let token = world.log_in(&citizen(1)).await;
    let opened = world.face.opened.lock().unwrap().len();
    assert_eq!(begin(&world, &token, None).await.unwrap_err(), "CONSENT_REQUIRED");
    let request = wire::BeginStepUpRequest {
        consent: Some(world.consent().await),
        request_id: id(),
        validate_only: true,
    };
    let dry = world.step_ups().begin_step_up(within(&token, request)).await.unwrap().into_inner();
    assert_eq!(dry.face_session, None);
    assert_eq!(world.face.opened.lock().unwrap().len(), opened);
}
