//! Somebody who is logged in. Collected and logged in over gRPC, with the gateway's certificate: that way stays the same from build to
//! build, while the pages' addresses come and go.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shiming_tests::{Citizen, Film, Part, Shot, World};
use uuid::Uuid;

const COLLECTION: &str = "shiming.identity.v1.CollectionService";
const CONSENT: &str = "shiming.identity.v1.ConsentService";
const LOGIN: &str = "shiming.identity.v1.LoginService";
const FACE: &str = "shiming.face.v1.FaceSessionService";

/// Collects the clerk, logs them in, and answers the session's token.
pub(crate) async fn log_in(world: &World) -> String {
    let (citizen, film) = (Citizen::CLERK, Film::franck());
    world.set_reference(&citizen, &film.portrait()).await;
    let call = |service: &str, method: &str, message: Value| {
        let part = if service == FACE { Part::FaceAuth } else { Part::Identity };
        world.as_gateway(part).call(&format!("{service}/{method}"), &[message]).unwrap().remove(0)
    };
    let request_id = || json!(Uuid::now_v7());

    let started = call(
        COLLECTION,
        "StartCollection",
        json!({"document": citizen.document(), "request_id": request_id()}),
    );
    let token = &started["collectionToken"];
    let text =
        call(CONSENT, "GetConsentText", json!({"purpose": "CONSENT_PURPOSE_FACE_VERIFICATION"}))["text"]
            .take();
    let consent = json!({"version": text["version"], "text_sha256": text["textSha256"]});
    let begin = json!({"collection_token": token, "consent": consent, "request_id": request_id()});
    let session = call(COLLECTION, "BeginCollectionFace", begin)["faceSession"].take();
    let ask = json!({"face_session_id": session["faceSessionId"], "capture_token": session["captureToken"],
        "request_id": request_id()});
    let challenge = call(FACE, "IssueChallenge", ask)["challenge"].take();
    let shots = film.answers(&shiming_tests::actions(&challenge));
    let capture = capture(&session, &challenge, &shots);
    world.as_gateway(Part::FaceAuth).call(&format!("{FACE}/SubmitCapture"), &capture).unwrap();
    let complete = json!({"collection_token": token, "face_session_id": session["faceSessionId"],
        "request_id": request_id()});
    call(COLLECTION, "CompleteCollectionFace", complete);
    let send = json!({"collection_token": token, "mobile": citizen.mobile, "request_id": request_id()});
    call(COLLECTION, "SendCollectionCode", send);
    let code = world.code_for(citizen.mobile, None).await;
    let finish = json!({"collection_token": token, "mobile": citizen.mobile, "code": code,
        "profile": citizen.profile(), "request_id": request_id()});
    call(COLLECTION, "FinishCollection", finish);

    // One code a second to one mobile: the pause of this world's settings.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let mut form =
        json!({"document": citizen.document(), "mobile": citizen.mobile, "request_id": request_id()});
    call(LOGIN, "SendLoginCode", form.clone());
    form["code"] = world.code_for(citizen.mobile, Some(&code)).await.into();
    form["request_id"] = request_id();
    call(LOGIN, "LogIn", form)["sessionToken"].as_str().unwrap().to_owned()
}

fn capture(session: &Value, challenge: &Value, shots: &[Shot]) -> Vec<Value> {
    let header = json!({"header": {"face_session_id": session["faceSessionId"],
        "capture_token": session["captureToken"], "nonce": challenge["nonce"]}});
    let frame = |shot: &Shot| {
        let offset = format!("{}.{:03}s", shot.offset_ms / 1000, shot.offset_ms % 1000);
        json!({"frame": {"image": STANDARD.encode(&shot.image), "capture_offset": offset, "step": shot.step}})
    };
    std::iter::once(header).chain(shots.iter().map(frame)).collect()
}
