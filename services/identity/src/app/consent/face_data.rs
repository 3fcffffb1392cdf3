//! What a person may see of their face data: the proof of an erasure, and how it was processed.

use shiming_kernel::{AskedPage, CallContext};
use uuid::Uuid;

use crate::app::App;
use crate::app::person::get_profile::get_profile;
use crate::clients::face_data::{FaceOwner, FaceRecords};
use crate::domain::withdrawal::Erasure;
use crate::error::IdentityError;
use crate::store::withdrawals;

/// The erasure of this id, if it is this person's.
pub(crate) async fn get_erasure_proof(
    app: &App,
    caller: &CallContext,
    erasure_id: Uuid,
) -> Result<Erasure, IdentityError> {
    let person = get_profile(app, caller).await?;
    let all = withdrawals::of_identity(app.store.reader(), &app.vault, &person.identity.key()).await?;
    let mut erasures = all.into_iter().filter_map(|withdrawal| withdrawal.erasure);
    erasures.find(|erasure| erasure.erasure_id == erasure_id).ok_or(IdentityError::ErasureNotFound)
}

/// A page of the person's processing records. Somebody whose document has no face check has none.
pub(crate) async fn list_face_processing(
    app: &App,
    caller: &CallContext,
    page: &AskedPage,
) -> Result<FaceRecords, IdentityError> {
    let person = get_profile(app, caller).await?;
    if !person.identity.document_type().supports_face() {
        return Ok(FaceRecords::default());
    }
    Ok(app.face_data.records(FaceOwner::of(&person.identity), page).await?)
}
