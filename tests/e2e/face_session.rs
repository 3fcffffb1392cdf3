//! Face sessions, limits and statistics by grpcurl alone: from the consent to the signed result that anybody can check.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shiming_crypto::{PublicKey, verify_statement};
use shiming_tests::{Citizen, FaceAuth, FaceAuthAlone, Film, World, actions};
use uuid::Uuid;

const OWNER: Citizen = Citizen::LEGAL_REPRESENTATIVE;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_session_in_the_all_in_one() {
    let world = World::embedded(&[]).await;
    whole_session(&FaceAuth::of(&world));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_session_with_the_service_alone() {
    let alone = FaceAuthAlone::start().await;
    whole_session(&alone.face);
    let log = alone.output();
    assert!(!log.contains(OWNER.number) && !log.contains(OWNER.name), "the log names nobody");
}

fn whole_session(face: &FaceAuth) {
    is_healthy_and_tells_its_models(face);
    let (owner, stranger) = (Film::audun(), Film::franck());
    face.import(&OWNER, &owner.portrait());
    let session = face.open(&OWNER).unwrap();
    assert_eq!(session["attemptsLeft"], 5);
    let early = face.redeem(&session).unwrap_err();
    assert!(early.contains("FACE_NOT_FINISHED"), "{early}");

    let refused = face.show(&session, |actions| stranger.answers(actions)).unwrap_err();
    assert!(refused.contains("FACE_NOT_SAME"), "{refused}");
    let challenge = face.challenge(&session).unwrap();
    let asked = actions(&challenge);
    assert!((2..=3).contains(&asked.len()), "{challenge}");
    let passed = face.submit(&session, &challenge, &owner.answers(&asked)).unwrap();
    assert_eq!(passed["faceSessionId"], session["faceSessionId"]);

    let redeemed = face.redeem(&session).unwrap();
    let result = &redeemed["result"];
    let reached = result["evidence"].as_str().unwrap();
    assert!(["EVIDENCE_LEVEL_FACE", "EVIDENCE_LEVEL_FACE_STRICT"].contains(&reached), "{result}");
    assert_eq!(result["liveness"], "LIVENESS_OUTCOME_LIVE");
    assert_eq!(result["provider"], "FACE_PROVIDER_BUILT_IN");
    assert_eq!(result["actions"], challenge["actions"]);
    assert!(result["similarity"].as_f64().unwrap() >= result["threshold"].as_f64().unwrap(), "{result}");
    assert!(
        result["passiveScore"].as_f64().unwrap() > 0.0 && result["modelPack"].as_str().unwrap().contains('@')
    );
    let again = face.redeem(&session).unwrap_err();
    assert!(again.contains("FACE_RESULT_REFUSED"), "{again}");
    is_signed(face, &redeemed);
}

/// The service and each of its parts are up; the engine names its pack and the nets in it.
fn is_healthy_and_tells_its_models(face: &FaceAuth) {
    for service in ["", "shiming.face.v1.FaceSessionService"] {
        let health =
            face.operator.call("grpc.health.v1.Health/Check", &[json!({"service": service})]).unwrap();
        assert_eq!(health[0]["status"], "SERVING", "{service}");
    }
    let info = ask(face, "AuthorityService/GetEngineInfo", json!({}));
    let (name, version) = info["modelPack"].as_str().unwrap().split_once('@').unwrap();
    assert!(!name.is_empty() && !version.is_empty(), "{info}");
    let models = info["models"].as_array().unwrap();
    assert_eq!(models.len(), 6, "{info}");
    for model in models {
        assert_eq!(model["sha256"].as_str().unwrap().len(), 64, "{model}");
    }
}

/// The same result, checked with nothing but the public keys.
fn is_signed(face: &FaceAuth, redeemed: &Value) {
    let listed = ask(face, "FaceSessionService/ListResultKeys", json!({}));
    let key = |key: &Value| PublicKey {
        key_id: key["keyId"].as_str().unwrap().to_owned(),
        bytes: STANDARD.decode(key["publicKey"].as_str().unwrap()).unwrap().try_into().unwrap(),
    };
    let keys: Vec<_> = listed["keys"].as_array().unwrap().iter().map(key).collect();
    let statement = redeemed["signedResult"].as_str().unwrap();
    let claims: Value = verify_statement(&keys, "shiming-face-result", statement).unwrap();
    assert_eq!(claims["jti"], redeemed["result"]["faceSessionId"]);
    assert_eq!(claims["sub"], redeemed["result"]["subjectId"]);
    assert_eq!(claims["model_pack"], redeemed["result"]["modelPack"]);
    assert!(
        !claims.to_string().contains(OWNER.number) && !claims.to_string().contains(OWNER.name),
        "{claims}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_sees_attacks_locks_and_unlocks() {
    let world = World::embedded(&[]).await;
    let face = FaceAuth::of(&world);
    let owner = Film::audun();
    face.import(&OWNER, &owner.portrait());
    let session = face.open(&OWNER).unwrap();
    let refused = face.show(&session, |actions| owner.held_still(actions)).unwrap_err();
    assert!(refused.contains("LIVENESS_ATTACK"), "{refused}");

    let events = ask(&face, "FaceLimitService/ListRiskEvents", json!({}));
    let event = &events["events"][0];
    assert_eq!(event["attackType"], "ATTACK_TYPE_STILL_IMAGE");
    assert_eq!(event["faceSessionId"], session["faceSessionId"]);
    assert!(!events.to_string().contains(OWNER.number), "{events}");
    let looking = json!({"document": OWNER.document(), "purpose": "本人来电咨询"});
    let limits = ask(&face, "FaceLimitService/GetFaceLimits", looking);
    assert_eq!((&limits["limits"]["attacks"], &limits["limits"]["attemptsLeft"]), (&json!(1), &json!(4)));

    let lock =
        json!({"document": OWNER.document(), "reason": "本人报告被冒用", "request_id": Uuid::now_v7()});
    let locked = ask(&face, "FaceLimitService/LockFace", lock.clone());
    assert_eq!(locked["limits"]["lock"]["actor"], "ops:tester");
    let refused = face.open(&OWNER).unwrap_err();
    assert!(refused.contains("FACE_LOCKED"), "{refused}");
    let refused = face.challenge(&session).unwrap_err();
    assert!(refused.contains("FACE_LOCKED"), "a session that was open before: {refused}");
    let mut unlock = lock;
    (unlock["request_id"], unlock["reason"]) = (json!(Uuid::now_v7()), json!("已到窗口核实本人"));
    let unlocked = ask(&face, "FaceLimitService/UnlockFace", unlock);
    assert_eq!((&unlocked["limits"]["lock"], &unlocked["limits"]["attemptsLeft"]), (&Value::Null, &json!(5)));
    face.show(&session, |actions| owner.answers(actions)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_people_whose_faces_are_stored_are_counted_beside_the_law() {
    let world = World::embedded(&[]).await;
    let face = FaceAuth::of(&world);
    face.import(&OWNER, &Film::audun().portrait());
    face.import(&Citizen::CLERK, &Film::franck().portrait());
    face.import(&Citizen::CLERK, &Film::franck().portrait());
    let counted = ask(&face, "FaceDataService/GetFaceDataStatistics", json!({}));
    assert_eq!(
        (&counted["peopleStored"], &counted["referencePeople"]),
        (&json!("2"), &json!("2")),
        "{counted}"
    );
    assert_eq!(counted["legalThreshold"], "100000");
    assert!(counted.get("isAlarm").is_none_or(|alarm| alarm == false), "{counted}");
}

/// What one of face-auth's services answers an operator.
fn ask(face: &FaceAuth, method: &str, request: Value) -> Value {
    face.operator.call(&format!("shiming.face.v1.{method}"), &[request]).unwrap().remove(0)
}
