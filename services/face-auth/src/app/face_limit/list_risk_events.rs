//! What looked like an attack, page by page.

use shiming_kernel::AskedPage;
use shiming_store::Page;

use crate::app::App;
use crate::domain::{AttackType, RiskEvent};
use crate::error::FaceAuthError;
use crate::store::{self, RiskEventCursor};

const LIST: &str = "face.risk_events";

/// The newest first.
pub(crate) async fn list_risk_events(
    app: &App,
    kind: Option<AttackType>,
    page: &AskedPage,
) -> Result<Page<RiskEvent>, FaceAuthError> {
    let (tokens, filter) = (app.store.page_tokens(), kind.map(AttackType::as_str));
    let request = tokens.request(LIST, &filter, page)?;
    let after = request.after.as_ref().map(shiming_store::Cursor::key::<RiskEventCursor>).transpose()?;
    let rows = store::list_risk_events(app.store.reader(), kind, after, request.limit()).await?;
    Ok(tokens.page(LIST, &filter, &request, rows, RiskEventCursor::at)?)
}
