//! What can go wrong with keys and sealed values. No variant carries a value, a key or a context.

/// A sealed value can't be made or read. Always a defect, a lost key or tampering: `Internal` for every caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// Too short for a header, or a suite this build does not know.
    #[error("not a sealed value of a known suite")]
    Malformed,
    /// The keyring lacks the version the value was sealed with.
    #[error("sealed with key version {0}, which the keyring does not hold")]
    UnknownKeyVersion(u32),
    /// The value was altered, or belongs to another place or domain.
    #[error("sealed value does not belong here or was altered")]
    Refused,
    /// The opened value is no UTF-8 although text was asked for.
    #[error("opened value is not text")]
    NotText,
    /// The cipher refused to seal: the value is beyond its limit.
    #[error("value can't be sealed")]
    SealFailed,
    /// The statement is none of this kind, or no key of ours signed it.
    #[error("not a statement that one of these keys signed")]
    Statement,
}

/// A keyring configuration that can't be used. Names versions, never secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// No key at all.
    #[error("the keyring has no keys")]
    Empty,
    /// `current` names no key.
    #[error("current key version {0} is not among the keys")]
    CurrentMissing(u32),
    /// A secret is not the standard base64 of exactly 32 bytes.
    #[error("key version {0} is not the base64 of 32 bytes")]
    BadSecret(u32),
    /// Two versions share one secret: a rotation that rotates nothing.
    #[error("key versions {0} and {1} hold the same secret")]
    RepeatedSecret(u32, u32),
    /// The library refused to derive a key.
    #[error("key derivation failed")]
    Derivation,
}
