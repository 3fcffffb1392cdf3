//! Every step leaves its row, without personal data, in a chain that holds.

use shiming_crypto::{Keyring, Sealer};
use shiming_kernel::SystemClock;
use shiming_proto::identity::v1 as wire;
use shiming_store::{Store, StoreConfig};
use shiming_testkit::TestDatabase;

use crate::people::citizen;
use crate::world::{World, id};

shiming_testkit::on_each_database!(the_whole_journey_is_in_the_chain,);

async fn the_whole_journey_is_in_the_chain(database: TestDatabase) {
    let world = World::start(database).await;
    let citizen = citizen(1);
    world.collect(&citizen).await;
    let token = world.log_in(&citizen).await;
    let out = wire::LogOutRequest { session_token: token, request_id: id(), validate_only: false };
    world.sessions().log_out(out).await.unwrap();
    for action in [
        "collection.started",
        "collection.face_opened",
        "collection.face_passed",
        "collection.code_requested",
        "collection.completed",
        "login.code_requested",
        "session.opened",
        "session.ended",
    ] {
        let rows = format!("SELECT COUNT(*) FROM audit_log WHERE action = '{action}'");
        assert_eq!(world.count(&rows).await, 1, "{action}");
    }
    let sealer = Sealer::new(&Keyring::generate(), "auditor").unwrap();
    let store =
        Store::connect(&StoreConfig::new(world.database.url()), SystemClock::shared(), sealer).await.unwrap();
    let verified = shiming_store::verify_audit(&store, 1, None).await;
    verified.expect("readable").expect("the chain holds");
}
