//! Face sessions.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _,
};
use shiming_crypto::TokenHash;
use shiming_kernel::FaceSessionId;
use shiming_store::Tx;
use uuid::Uuid;

use super::entities::face_session::{ActiveModel, Column, Entity, Model};
use super::{Found, Vault};
use crate::domain::{
    Action, Capture, Challenge, Consent, Evidence, FaceSession, Liveness, Outcome, Provider, Purpose,
};
use crate::error::FaceAuthError;

/// Writes a new session.
pub(crate) async fn insert_session(
    tx: &Tx,
    vault: &Vault,
    session: &FaceSession,
    consent: &Consent,
) -> Found<()> {
    let id = session.face_session_id.as_uuid();
    let row = ActiveModel {
        face_session_id: Set(id),
        purpose: Set(session.purpose.as_str().to_owned()),
        subject_id: Set(session.subject_id),
        identity_index: Set(vault.index(&session.identity.document)),
        identity: Set(vault.seal_identity(id, &session.identity)?),
        token_hash: Set(session.token.as_bytes().to_vec()),
        consent_id: Set(consent.consent_id),
        consent_version: Set(consent.version.clone()),
        consent_sha256: Set(consent.text_sha256.clone()),
        create_time: Set(tx.now()),
        expire_time: Set(session.expire_time),
        evidence: Set(session.evidence.as_str().to_owned()),
        challenge_nonce: NotSet,
        challenge_actions: NotSet,
        challenge_issue_time: NotSet,
        challenge_expire_time: NotSet,
        capture_id: NotSet,
        capture_until: NotSet,
        similarity: NotSet,
        threshold: NotSet,
        reached_evidence: NotSet,
        liveness: NotSet,
        passive: NotSet,
        actions: NotSet,
        model_pack: NotSet,
        decide_time: NotSet,
        result_expire_time: NotSet,
        provider: NotSet,
        redeem_time: NotSet,
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The session of this id.
pub(crate) async fn find_session(
    db: &impl ConnectionTrait,
    vault: &Vault,
    id: FaceSessionId,
) -> Found<Option<FaceSession>> {
    Entity::find_by_id(id.as_uuid()).one(db).await?.map(|row| open(vault, row)).transpose()
}

/// The session of this id; nobody else may change it until the transaction ends.
pub(crate) async fn lock_session(tx: &Tx, vault: &Vault, id: FaceSessionId) -> Found<Option<FaceSession>> {
    let row = Entity::find_by_id(id.as_uuid()).lock_exclusive().one(tx.conn()).await?;
    row.map(|row| open(vault, row)).transpose()
}

/// Whether a capture of this identity is being judged, in whichever session.
pub(crate) async fn is_being_judged(tx: &Tx, vault: &Vault, document: &str) -> Found<bool> {
    let judged = Entity::find()
        .filter(Column::IdentityIndex.is_in(vault.candidates(document)))
        .filter(Column::CaptureUntil.gt(tx.now()));
    Ok(judged.count(tx.conn()).await? > 0)
}

/// What the next capture must answer: this, and nothing before it.
pub(crate) async fn put_challenge(tx: &Tx, id: FaceSessionId, challenge: Option<&Challenge>) -> Found<()> {
    let nonce = challenge.map(|challenge| challenge.nonce.as_bytes().to_vec());
    let actions = challenge.map(|challenge| Action::list_to_column(&challenge.actions));
    Entity::update_many()
        .col_expr(Column::ChallengeNonce, Expr::value(nonce))
        .col_expr(Column::ChallengeActions, Expr::value(actions))
        .col_expr(Column::ChallengeIssueTime, Expr::value(challenge.map(|challenge| challenge.issue_time)))
        .col_expr(Column::ChallengeExpireTime, Expr::value(challenge.map(|challenge| challenge.expire_time)))
        .filter(Column::FaceSessionId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes that a capture is being judged.
pub(crate) async fn begin_capture(tx: &Tx, id: FaceSessionId, capture: Capture) -> Found<()> {
    set_capture(tx, id, Some(capture)).await
}

/// Notes that no capture is being judged any more.
pub(crate) async fn end_capture(tx: &Tx, id: FaceSessionId) -> Found<()> {
    set_capture(tx, id, None).await
}

async fn set_capture(tx: &Tx, id: FaceSessionId, capture: Option<Capture>) -> Found<()> {
    Entity::update_many()
        .col_expr(Column::CaptureId, Expr::value(capture.map(|capture| capture.capture_id)))
        .col_expr(Column::CaptureUntil, Expr::value(capture.map(|capture| capture.until)))
        .filter(Column::FaceSessionId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Gives the session its outcome.
pub(crate) async fn mark_passed(tx: &Tx, id: FaceSessionId, outcome: &Outcome) -> Found<()> {
    Entity::update_many()
        .col_expr(Column::CaptureId, Expr::value(None::<Uuid>))
        .col_expr(Column::CaptureUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::Similarity, Expr::value(outcome.similarity))
        .col_expr(Column::Threshold, Expr::value(outcome.threshold))
        .col_expr(Column::ReachedEvidence, Expr::value(outcome.evidence.as_str()))
        .col_expr(Column::Liveness, Expr::value(outcome.liveness.as_str()))
        .col_expr(Column::Passive, Expr::value(outcome.passive))
        .col_expr(Column::Actions, Expr::value(Action::list_to_column(&outcome.actions)))
        .col_expr(Column::ModelPack, Expr::value(outcome.model_pack.as_str()))
        .col_expr(Column::Provider, Expr::value(outcome.provider.as_str()))
        .col_expr(Column::DecideTime, Expr::value(outcome.decide_time))
        .col_expr(Column::ResultExpireTime, Expr::value(outcome.expire_time))
        .filter(Column::FaceSessionId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Notes that the outcome was handed over.
pub(crate) async fn mark_redeemed(tx: &Tx, id: FaceSessionId) -> Found<()> {
    Entity::update_many()
        .col_expr(Column::RedeemTime, Expr::value(tx.now()))
        .filter(Column::FaceSessionId.eq(id.as_uuid()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

fn open(vault: &Vault, row: Model) -> Found<FaceSession> {
    let token: [u8; 32] = row.token_hash.as_slice().try_into().map_err(|_| stored("token_hash"))?;
    let capture = match (row.capture_id, row.capture_until) {
        (Some(capture_id), Some(until)) => Some(Capture { capture_id, until }),
        _ => None,
    };
    Ok(FaceSession {
        face_session_id: row.face_session_id.into(),
        purpose: Purpose::from_column(&row.purpose).ok_or_else(|| stored("purpose"))?,
        subject_id: row.subject_id,
        identity: vault.open_identity(row.face_session_id, &row.identity)?,
        token: TokenHash::from_bytes(token),
        expire_time: row.expire_time,
        evidence: Evidence::from_column(&row.evidence).ok_or_else(|| stored("evidence"))?,
        challenge: challenge(&row)?,
        capture,
        redeem_time: row.redeem_time,
        outcome: outcome(row)?,
    })
}

fn challenge(row: &Model) -> Found<Option<Challenge>> {
    let Some(nonce) = &row.challenge_nonce else { return Ok(None) };
    let whole = || {
        Some(Challenge {
            nonce: TokenHash::from_bytes(nonce.as_slice().try_into().ok()?),
            actions: Action::list_from_column(row.challenge_actions.as_deref()?)?,
            issue_time: row.challenge_issue_time?,
            expire_time: row.challenge_expire_time?,
        })
    };
    whole().map(Some).ok_or_else(|| stored("challenge"))
}

fn outcome(row: Model) -> Found<Option<Outcome>> {
    let Some(decide_time) = row.decide_time else { return Ok(None) };
    let whole = || {
        Some(Outcome {
            similarity: row.similarity?,
            threshold: row.threshold?,
            // What passed before there were levels and challenges has neither.
            evidence: row.reached_evidence.as_deref().map_or(Some(Evidence::Face), Evidence::from_column)?,
            liveness: Liveness::from_column(row.liveness.as_deref()?)?,
            passive: row.passive.unwrap_or_default(),
            actions: match row.actions.as_deref() {
                None | Some("") => Vec::new(),
                Some(actions) => Action::list_from_column(actions)?,
            },
            model_pack: row.model_pack?,
            provider: row.provider.as_deref().map_or(Some(Provider::BuiltIn), Provider::from_column)?,
            decide_time,
            expire_time: row.result_expire_time?,
        })
    };
    whole().map(Some).ok_or_else(|| stored("outcome"))
}

const fn stored(what: &'static str) -> FaceAuthError {
    FaceAuthError::Stored(what)
}
