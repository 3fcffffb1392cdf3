//! What looked like attacks.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use shiming_store::{StoreError, Tx};
use uuid::Uuid;

use super::Found;
use super::entities::risk_event::{ActiveModel, Column, Entity, Model};
use crate::domain::{AttackType, Purpose, RiskEvent};
use crate::error::FaceAuthError;

/// Where a page of risk events ended; ids grow with time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct RiskEventCursor(Uuid);

impl RiskEventCursor {
    pub(crate) fn at(event: &RiskEvent) -> Self {
        Self(event.risk_event_id)
    }
}

/// Writes one.
pub(crate) async fn insert_risk_event(tx: &Tx, event: &RiskEvent) -> Found<()> {
    let row = ActiveModel {
        risk_event_id: Set(event.risk_event_id),
        occur_time: Set(event.occur_time),
        kind: Set(event.kind.as_str().to_owned()),
        face_session_id: Set(event.face_session_id.as_uuid()),
        purpose: Set(event.purpose.as_str().to_owned()),
        subject_id: Set(event.subject_id),
        identity: Set(event.identity.clone()),
        device: Set(event.device.clone()),
        measures: Set(serde_json::to_value(&event.measures).map_err(StoreError::from)?),
    };
    Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The newest first.
pub(crate) async fn list_risk_events(
    db: &impl ConnectionTrait,
    kind: Option<AttackType>,
    after: Option<RiskEventCursor>,
    limit: u64,
) -> Found<Vec<RiskEvent>> {
    let mut select = Entity::find();
    if let Some(kind) = kind {
        select = select.filter(Column::Kind.eq(kind.as_str()));
    }
    if let Some(RiskEventCursor(id)) = after {
        select = select.filter(Column::RiskEventId.lt(id));
    }
    let rows = select.order_by_desc(Column::RiskEventId).limit(limit).all(db).await?;
    rows.into_iter().map(|row| open(row).ok_or(FaceAuthError::Stored("risk event"))).collect()
}

fn open(row: Model) -> Option<RiskEvent> {
    Some(RiskEvent {
        risk_event_id: row.risk_event_id,
        occur_time: row.occur_time,
        kind: AttackType::from_column(&row.kind)?,
        face_session_id: row.face_session_id.into(),
        purpose: Purpose::from_column(&row.purpose)?,
        subject_id: row.subject_id,
        identity: row.identity,
        device: row.device,
        measures: serde_json::from_value(row.measures).ok()?,
    })
}
