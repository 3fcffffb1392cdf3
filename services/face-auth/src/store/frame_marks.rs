//! Marks of pictures that were judged.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use shiming_kernel::FaceSessionId;
use shiming_store::Tx;

use super::Found;
use super::entities::frame_mark::{ActiveModel, Column, Entity};

/// How many of the marks were there already.
pub(crate) async fn count_marked(tx: &Tx, marks: &[[u8; 32]]) -> Found<u64> {
    let known = Entity::find().filter(Column::Mark.is_in(marks.iter().map(|mark| mark.to_vec())));
    Ok(known.count(tx.conn()).await?)
}

/// Keeps the marks.
pub(crate) async fn insert_marks(tx: &Tx, session: FaceSessionId, marks: &[[u8; 32]]) -> Found<()> {
    if marks.is_empty() {
        return Ok(());
    }
    let rows = marks.iter().map(|mark| ActiveModel {
        mark: Set(mark.to_vec()),
        face_session_id: Set(session.as_uuid()),
        judge_time: Set(tx.now()),
    });
    let known = OnConflict::column(Column::Mark).do_nothing().to_owned();
    Entity::insert_many(rows).on_conflict(known).try_insert().exec_without_returning(tx.conn()).await?;
    Ok(())
}
