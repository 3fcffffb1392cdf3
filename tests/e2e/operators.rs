//! What operators do with grpcurl: list, describe, call, and be refused with a reason.

use std::collections::BTreeSet;

use serde_json::json;
use shiming_tests::{Grpcurl, Part, World};

/// The services of each process, sorted as grpcurl lists them.
const SERVICES: [(Part, &[&str]); 4] = [
    (
        Part::Identity,
        &[
            "shiming.audit.v1.AuditService",
            "shiming.identity.v1.CollectionService",
            "shiming.identity.v1.ConsentService",
            "shiming.identity.v1.LoginService",
            "shiming.identity.v1.PersonService",
            "shiming.identity.v1.SessionService",
            "shiming.identity.v1.StepUpService",
        ],
    ),
    (
        Part::FaceAuth,
        &[
            "shiming.audit.v1.AuditService",
            "shiming.face.v1.AuthorityService",
            "shiming.face.v1.FaceDataService",
            "shiming.face.v1.FaceLimitService",
            "shiming.face.v1.FaceSessionService",
        ],
    ),
    (
        Part::EnterpriseBinding,
        &[
            "shiming.audit.v1.AuditService",
            "shiming.enterprise.v1.ApplicationService",
            "shiming.enterprise.v1.BindingService",
            "shiming.enterprise.v1.RegistryService",
        ],
    ),
    (
        Part::Messaging,
        &[
            "shiming.audit.v1.AuditService",
            "shiming.messaging.v1.EventService",
            "shiming.messaging.v1.InboxService",
            "shiming.messaging.v1.SmsService",
        ],
    ),
];

/// What only the embedded mode has.
const DEMO: [&str; 2] = ["shiming.face.v1.DemoAuthorityService", "shiming.messaging.v1.DemoSmsService"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_service_of_the_all_in_one_can_be_listed_described_and_asked_for_its_health() {
    let world = World::embedded(&[]).await;
    let operator = world.operator(Part::Identity);
    let listed = operator.ask(&["list"]).unwrap();
    let services: Vec<_> = listed.lines().filter(|name| name.starts_with("shiming.")).collect();
    for service in SERVICES.iter().flat_map(|(_, services)| *services).chain(&DEMO) {
        assert!(services.contains(service), "{service}: {listed}");
    }
    for service in services {
        described(&operator, service);
    }
    let options = operator.ask(&["describe", "shiming.identity.v1.LoginService"]).unwrap();
    assert!(
        options.contains("shiming.options.v1.policy"),
        "who may call stands in the description: {options}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_process_of_the_cluster_can_be_listed_described_and_asked_for_its_health() {
    let world = World::cluster(&[]).await;
    for part in Part::SERVICES {
        let operator = world.operator(part);
        let listed = operator.ask(&["list"]).unwrap();
        let services: Vec<_> = listed.lines().filter(|name| name.starts_with("shiming.")).collect();
        let (_, expected) = SERVICES.iter().find(|(whose, _)| *whose == part).unwrap();
        assert_eq!(services, *expected, "each of its own, and no other");
        assert!(!listed.contains("Demo"), "the demo is absent outside the embedded mode: {listed}");
        for service in services {
            described(&operator, service);
        }
    }
    let info =
        world.operator(Part::FaceAuth).call("shiming.face.v1.AuthorityService/GetEngineInfo", &[json!({})]);
    let info = info.unwrap();
    let models = info[0]["models"].as_array().unwrap();
    let roles: BTreeSet<_> = models.iter().map(|model| model["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["detect", "eye", "feature", "landmark", "liveness", "pose"].into(), "{info:?}");
}

fn described(operator: &Grpcurl, service: &str) {
    let methods = operator.ask(&["list", service]).unwrap();
    for method in methods.lines() {
        assert!(operator.ask(&["describe", method]).unwrap().contains("rpc "), "{method}");
    }
    for name in ["", service] {
        let health = operator.call("grpc.health.v1.Health/Check", &[json!({"service": name})]).unwrap();
        assert_eq!(health[0]["status"], "SERVING", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_has_a_reason_that_grpcurl_can_show() {
    let world = World::embedded(&[]).await;
    let operator = world.operator(Part::Identity);
    let refused = operator.call("shiming.identity.v1.SessionService/GetSession", &[json!({})]).unwrap_err();
    assert!(refused.contains("PermissionDenied") && refused.contains("CALLER_NOT_ALLOWED"), "{refused}");
    let identity = world.as_caller(Part::FaceAuth, "identity");
    let wrong = json!({"purpose": "FACE_PURPOSE_COLLECTION", "subject_id": "x", "request_id": "1"});
    let refused =
        identity.call("shiming.face.v1.FaceSessionService/CreateFaceSession", &[wrong]).unwrap_err();
    assert!(refused.contains("InvalidArgument") && refused.contains("INVALID_FIELD"), "{refused}");
}
