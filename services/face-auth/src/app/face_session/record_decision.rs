//! Notes a decision for the person's later reading, and keeps its picture where that is switched on; within the decision's transaction.

use bytes::Bytes;
use shiming_kernel::FaceSessionId;
use shiming_store::Tx;

use crate::app::App;
use crate::domain::{NewProcessing, ProcessedKind, Provider};
use crate::error::FaceAuthError;
use crate::store;

/// The result of a decision that let the person through.
const PASSED: &str = "PASSED";
/// What a face check takes before it comes to a comparison here.
const LOOKED_AT: &[ProcessedKind] =
    &[ProcessedKind::Document, ProcessedKind::FaceImage, ProcessedKind::Liveness];
/// What a comparison takes here.
const COMPARED: &[ProcessedKind] =
    &[ProcessedKind::Document, ProcessedKind::FaceImage, ProcessedKind::Liveness, ProcessedKind::Reference];

/// A decision about a capture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision<'a> {
    pub(super) kinds: &'a [ProcessedKind],
    pub(super) provider: Provider,
    /// `PASSED`, or the reason why not.
    pub(super) result: &'a str,
    /// A frontal frame of a capture that passed.
    pub(super) picture: Option<&'a Bytes>,
}

impl<'a> Decision<'a> {
    /// `provider` let the person through.
    pub(super) fn passed(provider: Provider, picture: Option<&'a Bytes>) -> Self {
        Self { kinds: kinds(Some(provider)), provider, result: PASSED, picture }
    }

    /// The person wasn't let through; without a provider it didn't come to a comparison.
    pub(super) fn refused(compared_by: Option<Provider>, reason: &'a str) -> Self {
        let provider = compared_by.unwrap_or_default();
        Self { kinds: kinds(compared_by), provider, result: reason, picture: None }
    }
}

/// Only our own comparison takes the reference that is kept here.
fn kinds(compared_by: Option<Provider>) -> &'static [ProcessedKind] {
    if compared_by == Some(Provider::BuiltIn) { COMPARED } else { LOOKED_AT }
}

/// Writes it; the session is locked by `tx`.
pub(super) async fn record_decision(
    app: &App,
    tx: &Tx,
    id: FaceSessionId,
    decision: &Decision<'_>,
) -> Result<(), FaceAuthError> {
    let mut evidence_expire_time = None;
    if let (Some(kept), Some(picture)) = (app.privacy.evidence_kept, decision.picture) {
        let expire_time = tx.now() + kept;
        store::insert_evidence(tx, &app.vault, id, picture, expire_time).await?;
        evidence_expire_time = Some(expire_time);
    }
    let record = NewProcessing {
        record_id: app.ids.next(),
        face_session_id: id,
        kinds: decision.kinds,
        provider: decision.provider,
        result: decision.result,
        evidence_expire_time,
        expire_time: tx.now() + app.privacy.records_kept,
    };
    store::insert_processing(tx, &record).await
}
