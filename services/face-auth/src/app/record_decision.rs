//! Notes a decision for the person's later reading, and keeps its picture where that is switched on; within the decision's transaction.

use bytes::Bytes;
use shiming_kernel::FaceSessionId;
use shiming_store::Tx;

use super::App;
use crate::domain::{NewProcessing, ProcessedKind, Processor};
use crate::error::FaceAuthError;
use crate::store;

/// The result of a decision that let the person through.
const PASSED: &str = "PASSED";
/// What a capture is judged by before it comes to the comparison.
const LOOKED_AT: &[ProcessedKind] =
    &[ProcessedKind::Document, ProcessedKind::FaceImage, ProcessedKind::Liveness];
/// What a comparison takes.
const COMPARED: &[ProcessedKind] =
    &[ProcessedKind::Document, ProcessedKind::FaceImage, ProcessedKind::Liveness, ProcessedKind::Reference];

/// A decision about a capture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision<'a> {
    pub(super) kinds: &'a [ProcessedKind],
    pub(super) processor: Processor,
    /// `PASSED`, or the reason why not.
    pub(super) result: &'a str,
    /// A frontal frame of a capture that passed.
    pub(super) picture: Option<&'a Bytes>,
}

impl<'a> Decision<'a> {
    /// Our own engine let the person through.
    pub(super) const fn passed(picture: Option<&'a Bytes>) -> Self {
        Self { kinds: COMPARED, processor: Processor::BuiltIn, result: PASSED, picture }
    }

    /// Our own engine did not.
    pub(super) const fn refused(reason: &'a str, is_compared: bool) -> Self {
        let kinds = if is_compared { COMPARED } else { LOOKED_AT };
        Self { kinds, processor: Processor::BuiltIn, result: reason, picture: None }
    }
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
        processor: decision.processor,
        result: decision.result,
        evidence_expire_time,
        expire_time: tx.now() + app.privacy.records_kept,
    };
    store::insert_processing(tx, &record).await
}
