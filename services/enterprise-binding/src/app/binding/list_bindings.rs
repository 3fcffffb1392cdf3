//! 办税身份管理: a person's own bindings and applications, each with its state.

use serde::Serialize;
use shiming_kernel::{AskedPage, BindingId, CallContext};
use shiming_store::Page;

use crate::app::{App, BindingView, session};
use crate::domain::{Binding, BindingState};
use crate::error::EnterpriseBindingError;
use crate::store;

const LIST: &str = "enterprise.bindings";

/// Which page of which bindings.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ListBindings {
    /// All when empty.
    pub(crate) states: Vec<BindingState>,
    #[serde(skip)]
    pub(crate) page: AskedPage,
}

/// The newest first.
pub(crate) async fn list_bindings(
    app: &App,
    caller: &CallContext,
    mut query: ListBindings,
) -> Result<Page<BindingView>, EnterpriseBindingError> {
    query.states.sort_unstable();
    query.states.dedup();
    let person_id = session(caller)?.person_id;
    let (tokens, filter) = (app.store.page_tokens(), (person_id, &query));
    let request = tokens.request(LIST, &filter, &query.page)?;
    let after = request.after.as_ref().map(shiming_store::Cursor::key::<BindingId>).transpose()?;
    let (db, limit) = (app.store.reader(), request.limit());
    let rows = store::list_own_bindings(db, &app.vault, person_id, &query.states, after, limit).await?;
    let page = tokens.page(LIST, &filter, &request, rows, |binding| binding.id)?;
    with_enterprises(app, page).await
}

/// Puts each binding's enterprise beside it, by one statement for the page.
pub(crate) async fn with_enterprises(
    app: &App,
    page: Page<Binding>,
) -> Result<Page<BindingView>, EnterpriseBindingError> {
    let ids = page.items.iter().map(|binding| binding.enterprise_id);
    let enterprises = store::find_enterprises(app.store.reader(), &app.vault, ids).await?;
    let view = |binding: Binding| {
        let enterprise = enterprises.get(&binding.enterprise_id).cloned();
        let enterprise = enterprise.ok_or(EnterpriseBindingError::Stored("bindings.enterprise_id"))?;
        Ok(BindingView { binding, enterprise })
    };
    let items = page.items.into_iter().map(view).collect::<Result<_, EnterpriseBindingError>>()?;
    Ok(Page { items, next_page_token: page.next_page_token })
}
