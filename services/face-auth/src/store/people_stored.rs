//! Of how many people a template or a picture is stored.

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _};

use super::Found;
use super::entities::{authority_reference, face_evidence};
use crate::domain::PeopleStored;

/// Counts them. A person has one reference, so those are counted by rows, over an index alone; of the evidence, which is small beside
/// it, each identity is looked up in the references' index. While keys are rotated a person may count twice, never not at all.
pub(crate) async fn count_people(db: &impl ConnectionTrait) -> Found<PeopleStored> {
    let references = authority_reference::Entity::find().count(db).await?;
    let pictured = || {
        let column = face_evidence::Column::IdentityIndex;
        face_evidence::Entity::find().select_only().column(column).distinct()
    };
    let evidence = pictured().count(db).await?;
    let with_reference = Query::select()
        .expr(Expr::val(1))
        .from(authority_reference::Entity)
        .and_where(
            Expr::col((authority_reference::Entity, authority_reference::Column::IdentityIndex))
                .equals((face_evidence::Entity, face_evidence::Column::IdentityIndex)),
        )
        .to_owned();
    let others = pictured().filter(Expr::exists(with_reference).not()).count(db).await?;
    Ok(PeopleStored { references, evidence, either: references + others })
}
