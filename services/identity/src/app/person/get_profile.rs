//! A person's own record.

use shiming_kernel::CallContext;

use crate::app::App;
use crate::domain::person::Person;
use crate::error::IdentityError;
use crate::store::persons;

/// The person of the session; masked on the way out, by `rpc`.
pub(crate) async fn get_profile(app: &App, caller: &CallContext) -> Result<Person, IdentityError> {
    let id = caller.person_id().ok_or(IdentityError::SessionInvalid)?;
    persons::by_id(app.store.reader(), &app.vault, id).await?.ok_or(IdentityError::PersonNotFound)
}
