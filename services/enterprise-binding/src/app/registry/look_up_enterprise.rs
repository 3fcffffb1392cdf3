//! Finds an enterprise by its code or taxpayer id, a few times a day per person: the registry is not to be walked through.

use shiming_kernel::{CallContext, PersonId, china_date, rest_of_china_day};

use crate::app::{App, session};
use crate::domain::{Enterprise, EnterpriseIdentifier, Refusal};
use crate::error::EnterpriseBindingError;
use crate::store;

/// The record, if one may apply to it. Counts before it looks, whatever comes of it.
pub(crate) async fn look_up_enterprise(
    app: &App,
    caller: &CallContext,
    identifier: EnterpriseIdentifier,
) -> Result<Enterprise, EnterpriseBindingError> {
    let person_id = session(caller)?.person_id;
    app.store.retry("count_lookup", || spend(app, person_id)).await?;
    let found = store::find_by_identifiers(app.store.reader(), &app.vault, &[identifier.as_str()]).await?;
    let mistyped = identifier.is_mistyped();
    let enterprise = found.into_iter().next().ok_or(Refusal::EnterpriseNotFound { mistyped })?;
    if !enterprise.status.takes_applications() {
        return Err(Refusal::EnterpriseStatus(enterprise.status).into());
    }
    Ok(enterprise)
}

async fn spend(app: &App, person_id: PersonId) -> Result<(), EnterpriseBindingError> {
    let tx = app.store.begin("count_lookup").await?;
    let count = store::count_lookup(&tx, person_id, china_date(tx.now())).await?;
    if count > i64::from(app.rules.lookups_per_day) {
        let retry_after = rest_of_china_day(tx.now());
        tracing::warn!(person.id = %person_id, "enterprise look-ups of today used up");
        return Err(Refusal::LookupsExhausted { retry_after }.into());
    }
    Ok(tx.commit().await?)
}
