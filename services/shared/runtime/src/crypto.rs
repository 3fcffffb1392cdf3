//! The one cryptographic provider of the process.

/// Makes aws-lc-rs the rustls provider of this process. Call it first thing in `main` and in tests that use TLS: with two providers
/// in the dependency tree rustls refuses to choose. A second call changes nothing.
pub fn install_crypto_provider() {
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        tracing::debug!("a rustls provider is installed already");
    }
}
