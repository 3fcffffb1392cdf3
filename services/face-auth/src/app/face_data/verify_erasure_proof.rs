//! Tells whether a proof of erasure is ours, and stands in our audit chain where it says.

use shiming_store::verify_audit;

use crate::app::App;
use crate::domain::{ERASURE_KIND, ErasureClaims};
use crate::error::FaceAuthError;

/// The claims of a valid proof; `None` for any other.
pub(crate) async fn verify_erasure_proof(
    app: &App,
    proof: &str,
) -> Result<Option<ErasureClaims>, FaceAuthError> {
    let Ok(claims) = app.results.verify::<ErasureClaims>(ERASURE_KIND, proof) else { return Ok(None) };
    let place = claims.audit.sequence;
    let found = verify_audit(&app.store, place, Some(place)).await?;
    let stands =
        found.is_ok_and(|row| row.last_seq == place && hex::encode(row.last_hash) == claims.audit.hash);
    if !stands {
        tracing::error!(erasure_id = %claims.jti, audit.seq = place, "a signed erasure isn't in the audit chain");
    }
    Ok(stands.then_some(claims))
}
