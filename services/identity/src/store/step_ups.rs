//! Face checks opened within a session.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use shiming_kernel::{FaceSessionId, PersonId, Session, SessionId};

use super::entities::step_up::{ActiveModel, Column, Entity};
use crate::error::IdentityError;

/// A face check and the session it was opened in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepUp {
    pub(crate) session_id: SessionId,
    pub(crate) person_id: PersonId,
    pub(crate) completed: bool,
}

/// Notes a check just opened.
pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    face_session: FaceSessionId,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<(), IdentityError> {
    let row = ActiveModel {
        face_session_id: Set(face_session.as_uuid()),
        session_id: Set(session.session_id.as_uuid()),
        person_id: Set(session.person_id.as_uuid()),
        complete_time: Set(None),
        create_time: Set(now),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The check of a face session.
pub(crate) async fn by_face_session(
    conn: &impl ConnectionTrait,
    face_session: FaceSessionId,
) -> Result<Option<StepUp>, IdentityError> {
    let row = Entity::find_by_id(face_session.as_uuid()).one(conn).await?;
    Ok(row.map(|row| StepUp {
        session_id: row.session_id.into(),
        person_id: row.person_id.into(),
        completed: row.complete_time.is_some(),
    }))
}

/// Uses a check up; `false` when it was used before.
pub(crate) async fn complete(
    conn: &impl ConnectionTrait,
    face_session: FaceSessionId,
    now: DateTime<Utc>,
) -> Result<bool, IdentityError> {
    let result = Entity::update_many()
        .col_expr(Column::CompleteTime, Expr::value(now))
        .filter(Column::FaceSessionId.eq(face_session.as_uuid()))
        .filter(Column::CompleteTime.is_null())
        .exec(conn)
        .await?;
    Ok(result.rows_affected == 1)
}
