//! Sealed fields, blind indexes, versioned keys, token hashes.
//!
//! One [`Keyring`] per service holds a root secret per version. Nothing uses a root directly: every purpose derives its own
//! keys from it by HKDF-SHA256, so that a key that leaks from one purpose tells nothing about another.
//!
//! ```text
//! root of version v ──HKDF──▶ "seal/aes-256-gcm" ‖ domain ──▶ Sealer        a column that must be read back
//!                   ──HKDF──▶ "mac/hmac-sha256"  ‖ domain ──▶ MacKey        ├ BlindIndex     a column that is looked up
//!                                                                           ├ OneTimeCodes   a code that is only compared
//!                                                                           └ page tokens, pseudonyms in logs
//!                   ──HKDF──▶ "sign/ed25519"     ‖ domain ──▶ StatementKey  a statement that others check
//! ```
//!
//! Rotation: add a version, make it `current`, restart replicas one by one, re-seal what [`Sealer::is_stale`] names, then drop
//! the old version. A replica that has not yet restarted can't read the new version, so roll the ring out with the old
//! `current` first.
//!
//! [`Sealer::seal`] returns a `Result`: the library can refuse (a text beyond the cipher's limit), and ciphertext must never
//! be made up silently.

mod blind_index;
mod error;
mod keyring;
mod mac;
mod one_time_code;
mod random;
mod sealer;
mod signed;
mod tc3;
mod token;

pub use blind_index::BlindIndex;
pub use error::{CryptoError, KeyringError};
pub use keyring::{Keyring, KeyringConfig};
pub use mac::MacKey;
pub use one_time_code::OneTimeCodes;
pub use random::{random_below, random_digits};
pub use sealer::{Sealer, Suite, field_context};
pub use signed::{PublicKey, StatementKey, verify_statement};
pub use tc3::Tc3Signer;
pub use token::{SecretToken, TokenHash};
