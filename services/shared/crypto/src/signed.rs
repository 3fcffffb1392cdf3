//! Statements that others can check without asking: JWS (RFC 7515, compact) signed with Ed25519 (RFC 8032).
//!
//! The key pair is derived from the keyring like every other key, one per version: old statements stay checkable as long as
//! their version is in the ring, and nothing else needs to be kept. The `kid` of a statement is `<domain>.<version>`.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{CryptoError, Keyring, KeyringError};

/// Signs statements, and checks its own. Cheap to clone.
#[derive(Clone)]
pub struct StatementKey(Arc<Keys>);

struct Keys {
    domain: String,
    current: u32,
    by_version: BTreeMap<u32, Pair>,
}

struct Pair {
    signing: EncodingKey,
    public: PublicKey,
}

/// Whoever has it can check a statement, and make none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// As the statement's `kid` names it.
    pub key_id: String,
    /// Ed25519, as RFC 8032 encodes it.
    pub bytes: [u8; 32],
}

impl StatementKey {
    /// Derives the key pairs of `domain` from every version of the ring.
    pub fn new(keyring: &Keyring, domain: &str) -> Result<Self, KeyringError> {
        let pairs: BTreeMap<u32, Ed25519KeyPair> =
            keyring.derive("sign/ed25519", domain, |seed| Ed25519KeyPair::from_seed_unchecked(seed).ok())?;
        let current = keyring.current();
        let by_version = pairs
            .into_iter()
            .map(|(version, pair)| Ok((version, Pair::new(&pair, format!("{domain}.{version}"))?)))
            .collect::<Result<BTreeMap<_, _>, KeyringError>>()?;
        if !by_version.contains_key(&current) {
            return Err(KeyringError::CurrentMissing(current));
        }
        Ok(Self(Arc::new(Keys { domain: domain.to_owned(), current, by_version })))
    }

    /// Signs `claims`; `kind` is the statement's `typ`, so that one kind can't be shown as another.
    pub fn sign(&self, kind: &str, claims: &impl Serialize) -> Result<String, CryptoError> {
        let pair = self.0.by_version.get(&self.0.current).ok_or(CryptoError::Statement)?;
        let header = Header {
            typ: Some(kind.to_owned()),
            kid: Some(pair.public.key_id.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, claims, &pair.signing).map_err(|_| CryptoError::Statement)
    }

    /// The claims of a statement of this kind that one of our keys signed.
    pub fn verify<T: DeserializeOwned + Clone>(&self, kind: &str, statement: &str) -> Result<T, CryptoError> {
        verify_statement(&self.public_keys(), kind, statement)
    }

    /// All public keys, the current one first.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        let mut keys: Vec<_> = self.0.by_version.iter().rev().collect();
        keys.sort_by_key(|(version, _)| **version != self.0.current);
        keys.into_iter().map(|(_, pair)| pair.public.clone()).collect()
    }
}

impl Pair {
    fn new(pair: &Ed25519KeyPair, key_id: String) -> Result<Self, KeyringError> {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(pair.public_key().as_ref());
        let der = pair.to_pkcs8v1().map_err(|_| KeyringError::Derivation)?;
        Ok(Self { signing: EncodingKey::from_ed_der(der.as_ref()), public: PublicKey { key_id, bytes } })
    }
}

impl fmt::Debug for StatementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatementKey")
            .field("domain", &self.0.domain)
            .field("current", &self.0.current)
            .finish()
    }
}

/// The claims of a statement of `kind` that one of `keys` signed.
pub fn verify_statement<T: DeserializeOwned + Clone>(
    keys: &[PublicKey],
    kind: &str,
    statement: &str,
) -> Result<T, CryptoError> {
    let header = jsonwebtoken::decode_header(statement).map_err(|_| CryptoError::Statement)?;
    let key = keys.iter().find(|key| header.kid.as_deref() == Some(&key.key_id));
    let key = key.filter(|_| header.typ.as_deref() == Some(kind)).ok_or(CryptoError::Statement)?;
    let mut rules = Validation::new(Algorithm::EdDSA);
    // Whether a statement is still of use is for whoever relies on it; a proof of erasure never ends.
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_aud = false;
    let checked = jsonwebtoken::decode(statement, &DecodingKey::from_ed_der(&key.bytes), &rules);
    checked.map(|token| token.claims).map_err(|_| CryptoError::Statement)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::KeyringConfig;

    fn key() -> StatementKey {
        StatementKey::new(&Keyring::generate(), "test").unwrap()
    }

    #[test]
    fn a_statement_is_checked_with_the_public_key_alone() {
        let key = key();
        let statement = key.sign("result", &json!({"sub": "a"})).unwrap();
        let claims: Value = verify_statement(&key.public_keys(), "result", &statement).unwrap();
        assert_eq!(claims["sub"], "a");
        assert!(
            verify_statement::<Value>(&key.public_keys(), "erasure", &statement).is_err(),
            "another kind"
        );
        assert!(self::key().verify::<Value>("result", &statement).is_err(), "another ring");
    }

    #[test]
    fn nothing_of_it_can_be_changed() {
        let key = key();
        let statement = key.sign("result", &json!({"sub": "a"})).unwrap();
        let other = key.sign("result", &json!({"sub": "b"})).unwrap();
        let parts = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let (mine, others) = (parts(&statement), parts(&other));
        let mixed = format!("{}.{}.{}", mine[0], others[1], mine[2]);
        let unsigned = format!("{}.{}.", mine[0], mine[1]);
        // {"alg":"none","typ":"result"}
        let none = format!("eyJhbGciOiJub25lIiwidHlwIjoicmVzdWx0In0.{}.", mine[1]);
        for forged in [mixed, unsigned, none, String::new(), "a.b.c".to_owned()] {
            assert!(key.verify::<Value>("result", &forged).is_err(), "{forged}");
        }
    }

    #[test]
    fn an_older_key_still_checks_what_it_signed() {
        let mut config = KeyringConfig::generate();
        let before = StatementKey::new(&Keyring::from_config(&config).unwrap(), "test").unwrap();
        let statement = before.sign("result", &json!({"n": 1})).unwrap();
        config.keys.insert(2, KeyringConfig::generate().keys[&1].clone());
        config.current = 2;
        let after = StatementKey::new(&Keyring::from_config(&config).unwrap(), "test").unwrap();
        assert!(after.verify::<Value>("result", &statement).is_ok());
        let ids: Vec<_> = after.public_keys().into_iter().map(|key| key.key_id).collect();
        assert_eq!(ids, ["test.2", "test.1"]);
    }
}
