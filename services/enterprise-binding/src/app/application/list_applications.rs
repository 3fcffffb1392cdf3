//! What an approver has to decide and has seen decided.

use serde::Serialize;
use shiming_kernel::{AskedPage, CallContext, EnterpriseId};
use shiming_store::Page;

use crate::app::binding::list_bindings::with_enterprises;
use crate::app::{App, BindingView, session};
use crate::error::EnterpriseBindingError;
use crate::store::{self, ApplicationCursor};

const LIST: &str = "enterprise.applications";

/// Which page of which applications.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ListApplications {
    /// One enterprise, or every one the caller decides for.
    pub(crate) enterprise_id: Option<EnterpriseId>,
    #[serde(skip)]
    pub(crate) page: AskedPage,
}

/// The pending ones first, then the newest. Of an enterprise the caller doesn't decide for: none.
pub(crate) async fn list_applications(
    app: &App,
    caller: &CallContext,
    query: &ListApplications,
) -> Result<Page<BindingView>, EnterpriseBindingError> {
    let approver = session(caller)?.person_id;
    let (tokens, filter) = (app.store.page_tokens(), (approver, query));
    let request = tokens.request(LIST, &filter, &query.page)?;
    let after = request.after.as_ref().map(shiming_store::Cursor::key::<ApplicationCursor>).transpose()?;
    let db = app.store.reader();
    let mut enterprises = store::managed_enterprises(db, approver).await?;
    enterprises.retain(|id| query.enterprise_id.is_none_or(|only| only == *id));
    let limit = request.limit();
    let rows = store::list_applications(db, &app.vault, &enterprises, approver, after, limit).await?;
    let page = tokens.page(LIST, &filter, &request, rows, ApplicationCursor::at)?;
    with_enterprises(app, page).await
}
