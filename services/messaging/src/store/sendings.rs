//! Text messages on their way to the provider.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _, TryInsertResult};
use shiming_kernel::RequestId;
use shiming_store::{StoreError, Tx};

use super::entities::sms_sending::{ActiveModel, Column, Entity};

/// How far a text message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendingState {
    /// Handed to the provider, or about to be: nobody knows yet.
    Started,
    /// The provider took it.
    Sent,
    /// The provider didn't.
    Failed,
}

impl SendingState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn from_column(text: &str) -> Self {
        match text {
            "sent" => Self::Sent,
            "failed" => Self::Failed,
            _ => Self::Started,
        }
    }
}

/// What was known of a sending before.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    pub(crate) state: SendingState,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) start_time: DateTime<Utc>,
}

/// Notes that a text message is about to be sent. Returns what was noted before under the same request id, if anything: then
/// nothing is changed, but for a failed one, which starts again.
pub(crate) async fn begin_sending(
    tx: &Tx,
    caller: &str,
    request_id: RequestId,
    fingerprint: [u8; 32],
) -> Result<Option<Sending>, StoreError> {
    let row = ActiveModel {
        request_id: Set(request_id.as_uuid()),
        caller: Set(caller.to_owned()),
        state: Set(SendingState::Started.as_str().to_owned()),
        fingerprint: Set(fingerprint.to_vec()),
        start_time: Set(tx.now()),
        end_time: Set(None),
    };
    let conflict = OnConflict::columns([Column::RequestId, Column::Caller]).do_nothing().to_owned();
    let inserted =
        Entity::insert(row).on_conflict(conflict).try_insert().exec_without_returning(tx.conn()).await?;
    if matches!(inserted, TryInsertResult::Inserted(rows) if rows > 0) {
        return Ok(None);
    }
    let key = (request_id.as_uuid(), caller.to_owned());
    let row = Entity::find_by_id(key).lock_exclusive().one(tx.conn()).await?;
    let before = row.map(|row| Sending {
        state: SendingState::from_column(&row.state),
        fingerprint: row.fingerprint,
        start_time: row.start_time,
    });
    if before.as_ref().is_some_and(|sending| sending.state == SendingState::Failed) {
        set(tx, caller, request_id, SendingState::Started).await?;
    }
    Ok(before)
}

/// Notes how the sending ended.
pub(crate) async fn end_sending(
    tx: &Tx,
    caller: &str,
    request_id: RequestId,
    state: SendingState,
) -> Result<(), StoreError> {
    set(tx, caller, request_id, state).await
}

async fn set(tx: &Tx, caller: &str, request_id: RequestId, state: SendingState) -> Result<(), StoreError> {
    let (start, end) = match state {
        SendingState::Started => (Some(tx.now()), None),
        SendingState::Sent | SendingState::Failed => (None, Some(tx.now())),
    };
    let mut update = Entity::update_many()
        .col_expr(Column::State, Expr::value(state.as_str()))
        .col_expr(Column::EndTime, Expr::value(end))
        .filter(Column::RequestId.eq(request_id.as_uuid()))
        .filter(Column::Caller.eq(caller));
    if let Some(start) = start {
        update = update.col_expr(Column::StartTime, Expr::value(start));
    }
    update.exec(tx.conn()).await?;
    Ok(())
}
