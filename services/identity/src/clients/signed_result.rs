//! Checks face-auth's signature under a result before anything is built on it: a result counts because face-auth's key says so, not
//! because it came over this connection.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use shiming_crypto::{PublicKey, verify_statement};
use shiming_proto::face::v1::face_session_service_client::FaceSessionServiceClient;
use shiming_proto::face::v1::{FaceResult, ListResultKeysRequest, ResultKey};
use shiming_rpc::ClientChannel;

use super::face_error::{FaceError, judge};

/// The `typ` of a signed result.
const RESULT: &str = "shiming-face-result";

/// Face-auth's public keys as last seen; asked for again when a result names another.
#[derive(Clone, Debug, Default)]
pub(super) struct ResultKeys(Arc<Mutex<Vec<PublicKey>>>);

/// What must be the same in the signed and in the plain result.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Claims {
    jti: String,
    sub: String,
    similarity: f32,
    threshold: f32,
    model_pack: String,
}

impl ResultKeys {
    /// That face-auth signed this very result.
    pub(super) async fn check(
        &self,
        face_auth: &FaceSessionServiceClient<ClientChannel>,
        result: &FaceResult,
        signed: &str,
    ) -> Result<(), FaceError> {
        if is_signed(&self.known(), result, signed) {
            return Ok(());
        }
        let answer = face_auth.clone().list_result_keys(ListResultKeysRequest {}).await;
        let answer = answer.map_err(|status| judge(status.into()))?.into_inner();
        let fresh: Vec<_> = answer.keys.into_iter().filter_map(public_key).collect();
        let holds = is_signed(&fresh, result, signed);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        if holds { Ok(()) } else { Err(FaceError::Fault("the result isn't signed by face-auth".into())) }
    }

    fn known(&self) -> Vec<PublicKey> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn public_key(key: ResultKey) -> Option<PublicKey> {
    Some(PublicKey { key_id: key.key_id, bytes: key.public_key.as_ref().try_into().ok()? })
}

fn is_signed(keys: &[PublicKey], result: &FaceResult, signed: &str) -> bool {
    let claimed = Claims {
        jti: result.face_session_id.clone(),
        sub: result.subject_id.clone(),
        similarity: result.similarity,
        threshold: result.threshold,
        model_pack: result.model_pack.clone(),
    };
    verify_statement::<Claims>(keys, RESULT, signed).is_ok_and(|claims| claims == claimed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shiming_crypto::{Keyring, StatementKey};

    use super::*;

    fn result() -> FaceResult {
        FaceResult {
            face_session_id: "a".into(),
            subject_id: "b".into(),
            similarity: 0.62,
            threshold: 0.4,
            model_pack: "p@1".into(),
            ..FaceResult::default()
        }
    }

    #[test]
    fn only_the_very_result_counts() {
        let key = StatementKey::new(&Keyring::generate(), "face.result").unwrap();
        let result = result();
        let claims = json!({"jti": "a", "sub": "b", "similarity": 0.62_f32, "threshold": 0.4_f32, "model_pack": "p@1"});
        let signed = key.sign(RESULT, &claims).unwrap();
        assert!(is_signed(&key.public_keys(), &result, &signed));
        assert!(!is_signed(
            &key.public_keys(),
            &FaceResult { subject_id: "c".into(), ..result.clone() },
            &signed
        ));
        assert!(!is_signed(&key.public_keys(), &FaceResult { similarity: 0.63, ..result.clone() }, &signed));
        assert!(!is_signed(&[], &result, &signed), "no key, no result");
        assert!(!is_signed(&key.public_keys(), &result, &key.sign("other", &claims).unwrap()));
        assert!(!is_signed(&key.public_keys(), &result, ""));
    }
}
