//! Face sessions by grpcurl alone, as the head of `face_session_service.proto` shows them: towards any process that serves face-auth, and
//! towards one that serves nothing else.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shiming_crypto::KeyringConfig;
use shiming_testkit::free_port;
use tempfile::TempDir;
use uuid::Uuid;

use crate::grpcurl::Grpcurl;
use crate::journey::Citizen;
use crate::people::Shot;
use crate::process::Process;
use crate::world::{Part, World};

const START_LIMIT: Duration = Duration::from_mins(1);

/// Face-auth, called by whoever may call it.
#[derive(Clone, Debug)]
pub struct FaceAuth {
    /// As identity.
    pub identity: Grpcurl,
    /// As the gateway.
    pub gateway: Grpcurl,
    /// As an operator.
    pub operator: Grpcurl,
}

/// The service's own process on SQLite, and nothing beside it.
#[derive(Debug)]
pub struct FaceAuthAlone {
    /// Calls it.
    pub face: FaceAuth,
    process: Process,
    _data: TempDir,
}

/// The text of consent in force, as `services/face-auth/config/default.toml` accepts it: version and SHA-256.
const CONSENT: (&str, &str) = ("2026-12", "b79d8aae2ebc98f80d01d57e832516254d0cba4e77e877aaeb2afcec63f47607");

/// The subject of every session opened here.
const SUBJECT: &str = "01890000-0000-7000-8000-0000000000aa";

impl FaceAuth {
    /// Of the all-in-one.
    pub fn of(world: &World) -> Self {
        let caller = |name| world.as_caller(Part::FaceAuth, name);
        Self { identity: caller("identity"), gateway: caller("gateway"), operator: caller("ops:tester") }
    }

    fn at(address: &str) -> Self {
        let caller = |name| Grpcurl::plaintext(address, name);
        Self { identity: caller("identity"), gateway: caller("gateway"), operator: caller("ops:tester") }
    }

    /// Makes `photo` the authority's reference of `citizen`.
    pub fn import(&self, citizen: &Citizen, photo: &[u8]) {
        let row = json!({"reference": {"row_id": "1", "document": citizen.document(), "photo": STANDARD.encode(photo)}});
        let answer = self.operator.call("shiming.face.v1.AuthorityService/ImportReferences", &[row]).unwrap();
        assert_eq!(answer[0]["stored"], true, "{answer:?}");
    }

    /// Opens a session for a collection of `citizen`.
    pub fn open(&self, citizen: &Citizen) -> Result<Value, String> {
        let create = json!({"purpose": "FACE_PURPOSE_COLLECTION", "subject_id": SUBJECT, "document": citizen.document(),
            "consent": {"consent_id": Uuid::now_v7(), "version": CONSENT.0, "text_sha256": CONSENT.1},
            "request_id": Uuid::now_v7()});
        let mut answers =
            self.identity.call("shiming.face.v1.FaceSessionService/CreateFaceSession", &[create])?;
        Ok(answers.remove(0))
    }

    /// What the person must do.
    pub fn challenge(&self, session: &Value) -> Result<Value, String> {
        let ask = json!({"face_session_id": session["faceSessionId"], "capture_token": session["captureToken"],
            "request_id": Uuid::now_v7()});
        let mut answers = self.gateway.call("shiming.face.v1.FaceSessionService/IssueChallenge", &[ask])?;
        Ok(answers.remove(0)["challenge"].take())
    }

    /// Sends frames that answer a challenge.
    pub fn submit(&self, session: &Value, challenge: &Value, shots: &[Shot]) -> Result<Value, String> {
        let header = json!({"header": {"face_session_id": session["faceSessionId"],
            "capture_token": session["captureToken"], "nonce": challenge["nonce"]}});
        let frame = |shot: &Shot| {
            let offset = format!("{}.{:03}s", shot.offset_ms / 1000, shot.offset_ms % 1000);
            json!({"frame": {"image": STANDARD.encode(&shot.image), "capture_offset": offset, "step": shot.step}})
        };
        let messages: Vec<_> = std::iter::once(header).chain(shots.iter().map(frame)).collect();
        let mut answers = self.gateway.call("shiming.face.v1.FaceSessionService/SubmitCapture", &messages)?;
        Ok(answers.remove(0))
    }

    /// Asks for a challenge and submits what `show` makes of its actions.
    pub fn show(&self, session: &Value, show: impl Fn(&[String]) -> Vec<Shot>) -> Result<Value, String> {
        let challenge = self.challenge(session)?;
        self.submit(session, &challenge, &show(&crate::browser::actions(&challenge)))
    }

    /// Redeems the result.
    pub fn redeem(&self, session: &Value) -> Result<Value, String> {
        let redeem = json!({"face_session_id": session["faceSessionId"], "purpose": "FACE_PURPOSE_COLLECTION",
            "subject_id": SUBJECT, "request_id": Uuid::now_v7()});
        let mut answers =
            self.identity.call("shiming.face.v1.FaceSessionService/RedeemFaceResult", &[redeem])?;
        Ok(answers.remove(0))
    }
}

impl FaceAuthAlone {
    /// Starts it with an empty database.
    pub async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let settings = [
            ("STORE__URL", format!("sqlite://{}", data.path().join("face-auth.db").display())),
            ("LISTEN__GRPC", address.clone()),
            ("LISTEN__ADMIN", format!("127.0.0.1:{}", free_port())),
            ("LISTEN__PLAINTEXT_LOOPBACK", "true".into()),
            ("KEYRING__CURRENT", "1".into()),
            ("KEYRING__KEYS__1", KeyringConfig::generate().keys[&1].expose().clone()),
            ("ENGINE__MODELS", ".setup/models".into()),
            // Nobody is there to be told anything.
            ("PEERS__MESSAGING__URI", format!("http://127.0.0.1:{}", free_port())),
        ];
        let settings = settings.map(|(key, value)| (format!("SHIMING_FACE_AUTH__{key}"), value));
        let process = Process::start("shiming-face-auth", settings.into());
        let alone = Self { face: FaceAuth::at(&address), process, _data: data };
        let started = Instant::now();
        while alone.face.operator.ask(&["list"]).is_err() {
            assert!(started.elapsed() < START_LIMIT, "not up in time");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        alone
    }

    /// Everything it printed so far.
    pub fn output(&self) -> String {
        self.process.output()
    }
}
