//! Living people pass, whatever they are asked to do.

use shiming_proto::face::v1::LivenessAction as Action;
use shiming_testkit::TestDatabase;

use crate::film::Film;
use crate::stand::{LI, Stand, ZHANG, for_person, redemption, reference};

shiming_testkit::on_each_database!(two_people_answer_every_action,);

async fn two_people_answer_every_action(database: TestDatabase) {
    let stand = Stand::start(database).await;
    stand
        .import(vec![
            reference("1", ZHANG, Film::AUDUN.portrait()),
            reference("2", LI, Film::FRANCK.portrait()),
        ])
        .await;
    let mut failed = Vec::new();
    for (person, film) in [(ZHANG, Film::AUDUN), (LI, Film::FRANCK)] {
        for (take, action) in
            (0..).zip([Action::Blink, Action::OpenMouth, Action::TurnLeft, Action::TurnRight, Action::Nod])
        {
            let session = stand.open(for_person(person)).await.unwrap();
            let actions =
                if action == Action::TurnLeft { vec![action] } else { vec![Action::TurnLeft, action] };
            let nonce = stand.ask(&session, &actions).await;
            let answered = stand.submit(&session, &nonce, film.take(take).answers(&actions)).await;
            match answered {
                Ok(_) => drop(stand.redeem(redemption(&session)).await.unwrap()),
                Err(status) => {
                    failed.push((person.1, action, shiming_rpc::status::Problem::from_status(&status)));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}
