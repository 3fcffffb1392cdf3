//! An outside authority and our own references, in order.

use shiming_face_auth::{Config, ProviderName};
use shiming_kernel::ErrorKind;
use shiming_proto::face::v1::{ComparisonOutcome, FaceProvider};
use shiming_runtime::Shutdown;
use shiming_testkit::TestDatabase;
use tonic::Status;

use crate::pictures::{astronaut_again, stranger};
use crate::providers::authority::Register;
use crate::stand::{LI, Stand, ZHANG, config, for_person, problem, reason, redemption};

shiming_testkit::on_each_database!(
    an_outside_authority_compares,
    a_definite_answer_is_the_last_word,
    one_that_is_down_is_passed_over,
    without_anybody_nothing_is_judged_or_counted,
    without_a_photo_the_next_is_asked_if_so_configured,
);

struct World {
    stand: Stand,
    register: Register,
    shutdown: Shutdown,
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.begin();
        self.shutdown.hard().cancel();
    }
}

impl World {
    async fn start(database: TestDatabase, order: &[ProviderName], set: impl FnOnce(&mut Config)) -> Self {
        shiming_runtime::install_crypto_provider();
        let shutdown = Shutdown::new();
        let (register, external) = Register::start(&config(&database).listen, &shutdown).await;
        let stand = Stand::start_with(database, |config| {
            config.authority.order = order.to_vec();
            config.authority.external = Some(external);
            config.authority.breaker.failures = 2;
            set(config);
        });
        let stand = stand.await;
        stand.import_zhang().await;
        Self { stand, register, shutdown }
    }

    async fn both(database: TestDatabase) -> Self {
        Self::start(database, &[ProviderName::External, ProviderName::BuiltIn], |_| {}).await
    }

    /// Who passed the astronaut for 张三.
    async fn passed_by(&self) -> FaceProvider {
        let session = self.stand.open_zhang().await;
        self.stand.capture(&session, vec![astronaut_again(1)]).await.unwrap();
        self.stand.redeem(redemption(&session)).await.unwrap().provider()
    }
}

async fn an_outside_authority_compares(database: TestDatabase) {
    let world = World::both(database).await;
    let session = world.stand.open_zhang().await;
    let frame = astronaut_again(1);
    world.stand.capture(&session, vec![frame.clone()]).await.unwrap();
    let result = world.stand.redeem(redemption(&session)).await.unwrap();
    assert_eq!(result.provider(), FaceProvider::External);
    assert!((result.similarity - 0.91).abs() < 1e-6 && (result.threshold - 0.8).abs() < 1e-6);
    let asked = world.register.state().asked.clone();
    assert_eq!(asked.len(), 1);
    let document = asked[0].document.clone().unwrap();
    assert_eq!((document.number.as_str(), document.name.as_str()), ZHANG);
    assert_eq!(asked[0].photo, frame);
    assert!(!format!("{:?}", asked[0]).contains(ZHANG.0));
    let kept = world.stand.count("SELECT count(*) FROM provider_checks WHERE person IS NOT NULL").await;
    assert_eq!(kept, 0, "the person is forgotten with the session's end");
}

async fn a_definite_answer_is_the_last_word(database: TestDatabase) {
    let world = World::both(database).await;
    let session = world.stand.open_zhang().await;
    let told = [
        (ComparisonOutcome::NotSame, ErrorKind::Unauthenticated, "FACE_NOT_SAME"),
        (ComparisonOutcome::NameIdMismatch, ErrorKind::FailedPrecondition, "NAME_ID_MISMATCH"),
        (ComparisonOutcome::NoPhoto, ErrorKind::FailedPrecondition, "NO_AUTHORITATIVE_PHOTO"),
        (ComparisonOutcome::PhotoUnusable, ErrorKind::FailedPrecondition, "CAPTURE_QUALITY"),
    ];
    for (outcome, kind, reason) in told {
        world.register.finds(outcome, 0.3);
        // Our own references would pass this face.
        let refused = problem(world.stand.capture(&session, vec![astronaut_again(1)]).await);
        assert_eq!((refused.kind, refused.reason.as_str()), (kind, reason));
    }
    assert_eq!(world.stand.open_zhang().await.attempts_left, 4, "one of them was a face");
}

async fn one_that_is_down_is_passed_over(database: TestDatabase) {
    let world = World::both(database).await;
    for fault in [Status::internal("x"), Status::permission_denied("x"), Status::resource_exhausted("x")] {
        world.register.fails(Some(fault));
        assert_eq!(world.passed_by().await, FaceProvider::BuiltIn);
        world.stand.pass_time(30);
    }
    world.register.fails(None);
    assert_eq!(world.passed_by().await, FaceProvider::External);
    // An answer that contradicts itself is none.
    world.register.finds(ComparisonOutcome::Same, 0.1);
    assert_eq!(world.passed_by().await, FaceProvider::BuiltIn);
    world.register.finds(ComparisonOutcome::Same, 0.9);
    world.register.state().is_silent = true;
    assert_eq!(world.passed_by().await, FaceProvider::BuiltIn);
    let asked = world.register.state().asked.len();
    assert_eq!(world.passed_by().await, FaceProvider::BuiltIn);
    assert_eq!(world.register.state().asked.len(), asked, "the breaker is open");
    world.register.state().is_silent = false;
    world.stand.pass_time(30);
    assert_eq!(world.passed_by().await, FaceProvider::External, "and closes");
    // Passed over, it lets nobody in whom the next doesn't know.
    world.register.fails(Some(Status::internal("x")));
    let session = world.stand.open_zhang().await;
    assert_eq!(reason(world.stand.capture(&session, vec![stranger()]).await), "FACE_NOT_SAME");
}

async fn without_anybody_nothing_is_judged_or_counted(database: TestDatabase) {
    let world = World::start(database, &[ProviderName::External], |_| {}).await;
    let session = world.stand.open_zhang().await;
    world.register.fails(Some(Status::unavailable("x")));
    for _ in 0..3 {
        let refused = problem(world.stand.capture(&session, vec![astronaut_again(1)]).await);
        assert_eq!((refused.kind, refused.reason.as_str()), (ErrorKind::Unavailable, "PROVIDER_TEMPORARY"));
        assert!(refused.retry_after.is_some() && refused.message.contains("短信"));
    }
    assert_eq!(world.stand.count("SELECT coalesce(sum(not_same + free), 0) FROM face_attempts").await, 0);
    world.register.fails(None);
    world.stand.pass_time(31);
    world.stand.capture(&session, vec![astronaut_again(1)]).await.unwrap();
}

async fn without_a_photo_the_next_is_asked_if_so_configured(database: TestDatabase) {
    let order = [ProviderName::External, ProviderName::BuiltIn];
    let world = World::start(database, &order, |config| config.authority.next_without_photo = true).await;
    world.register.finds(ComparisonOutcome::NoPhoto, 0.0);
    assert_eq!(world.passed_by().await, FaceProvider::BuiltIn);
    let session = world.stand.open(for_person(LI)).await.unwrap();
    let nobody_has = world.stand.capture(&session, vec![stranger()]).await;
    assert_eq!(reason(nobody_has), "NO_AUTHORITATIVE_PHOTO");
    // Somebody else's face stays somebody else's.
    world.register.finds(ComparisonOutcome::NotSame, 0.1);
    let session = world.stand.open_zhang().await;
    assert_eq!(reason(world.stand.capture(&session, vec![astronaut_again(1)]).await), "FACE_NOT_SAME");
}
