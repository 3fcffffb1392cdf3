//! Stores rows of the tax registry, chunk by chunk: an import of any length needs little memory and holds no long locks, and one
//! that breaks off can be sent again, since rows that are known already change nothing.

use std::pin::pin;

use futures::{Stream, StreamExt as _};
use serde_json::json;
use shiming_kernel::{CallContext, EnterpriseId, Notice, china_date};
use shiming_store::{AuditEntry, StoreError, Tx};

use crate::app::App;
use crate::app::announce::{announce, take_over_pending};
use crate::domain::{
    Enterprise, EventKind, RegistryRecord, RegistryRow, RowFault, Telling as _, is_displaced,
};
use crate::error::EnterpriseBindingError;
use crate::store;

/// The most bindings of one event.
const BINDINGS_PER_EVENT: usize = 100;
/// The most failures that are told one by one.
const FAILURES_TOLD: usize = 100;
/// How often a chunk is tried that collides with another import's new rows.
const COLLISIONS: u32 = 3;

/// What became of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ImportSummary {
    pub(crate) stored: u64,
    pub(crate) unchanged: u64,
    pub(crate) failed: u64,
    /// The first hundred, by the sender's row id.
    pub(crate) failures: Vec<(String, RowFault)>,
}

impl ImportSummary {
    fn add(&mut self, other: Self) {
        self.stored += other.stored;
        self.unchanged += other.unchanged;
        self.failed += other.failed;
        let room = FAILURES_TOLD - self.failures.len();
        self.failures.extend(other.failures.into_iter().take(room));
    }
}

enum Stored {
    Changed,
    Unchanged,
    Refused(RowFault),
}

/// Stores what `rows` brings. What was stored before the stream broke stays.
pub(crate) async fn import_enterprises<E>(
    app: &App,
    caller: &CallContext,
    rows: impl Stream<Item = Result<RegistryRow, E>>,
) -> Result<ImportSummary, E>
where
    E: From<EnterpriseBindingError>,
{
    let mut summary = ImportSummary::default();
    let mut chunks = pin!(rows.chunks(app.rules.import_chunk));
    while let Some(chunk) = chunks.next().await {
        let mut rows = Vec::with_capacity(chunk.len());
        let mut broken = None;
        for row in chunk {
            match row {
                Ok(row) => rows.push(row),
                Err(error) => broken = Some(error),
            }
        }
        summary.add(store_chunk(app, caller, &rows).await?);
        if let Some(error) = broken {
            return Err(error);
        }
    }
    Ok(summary)
}

async fn store_chunk(
    app: &App,
    caller: &CallContext,
    rows: &[RegistryRow],
) -> Result<ImportSummary, EnterpriseBindingError> {
    if rows.is_empty() {
        return Ok(ImportSummary::default());
    }
    let mut collisions = 0;
    loop {
        match app.store.retry("import_enterprises", || attempt(app, caller, rows)).await {
            // Another import stored one of these rows meanwhile; now it is found.
            Err(EnterpriseBindingError::Store(StoreError::Unique { .. })) if collisions < COLLISIONS => {
                collisions += 1;
            }
            outcome => return outcome,
        }
    }
}

async fn attempt(
    app: &App,
    caller: &CallContext,
    rows: &[RegistryRow],
) -> Result<ImportSummary, EnterpriseBindingError> {
    let mut summary = ImportSummary::default();
    let tx = app.store.begin("import_enterprises").await?;
    for row in rows {
        match store_row(app, caller, &tx, row).await? {
            Stored::Changed => summary.stored += 1,
            Stored::Unchanged => summary.unchanged += 1,
            Stored::Refused(fault) => {
                summary.failed += 1;
                summary.failures.push((row.row_id.clone(), fault));
            }
        }
    }
    if summary.stored > 0 {
        let ImportSummary { stored, unchanged, failed, .. } = &summary;
        let detail = json!({ "stored": stored, "unchanged": unchanged, "failed": failed });
        tx.audit(AuditEntry::of(caller, "registry.imported", "registry", detail));
        tx.commit().await?;
    }
    Ok(summary)
}

async fn store_row(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    row: &RegistryRow,
) -> Result<Stored, EnterpriseBindingError> {
    let record = match RegistryRecord::parse(row, china_date(tx.now())) {
        Ok(record) => record,
        Err(fault) => return Ok(Stored::Refused(fault)),
    };
    let code = record.unified_social_credit_code.as_deref();
    let identifiers: Vec<&str> = code.into_iter().chain([record.taxpayer_id.expose().as_str()]).collect();
    let mut known = store::find_by_identifiers(tx.conn(), &app.vault, &identifiers).await?;
    if known.len() > 1 {
        // The code of one enterprise with the taxpayer id of another: which of them is meant is not ours to guess.
        return Ok(Stored::Refused(RowFault::new("taxpayer_id", "IDENTIFIER_CONFLICT")));
    }
    let Some(known) = known.pop() else {
        let enterprise = record.into_enterprise(EnterpriseId::from(app.ids.next()), 1);
        store::insert_enterprise(tx, &app.vault, &enterprise).await?;
        return Ok(Stored::Changed);
    };
    let locked = store::lock_enterprise(tx, &app.vault, known.id).await?;
    let before = locked.ok_or(EnterpriseBindingError::Stored("enterprises.id"))?;
    let same = record.clone().into_enterprise(before.id, before.revision);
    if same == before {
        return Ok(Stored::Unchanged);
    }
    let enterprise = record.into_enterprise(before.id, before.revision + 1);
    store::update_enterprise(tx, &app.vault, &enterprise).await?;
    suspend_displaced(app, caller, tx, &enterprise).await?;
    if before.status.can_be_acted_for() && !enterprise.status.can_be_acted_for() {
        end_all_acting(app, tx, &enterprise).await?;
    }
    Ok(Stored::Changed)
}

/// Has no session act for an enterprise any more that just lost its normal state.
async fn end_all_acting(app: &App, tx: &Tx, enterprise: &Enterprise) -> Result<(), EnterpriseBindingError> {
    let active = store::active_bindings(tx.conn(), enterprise.id).await?;
    for some in active.chunks(BINDINGS_PER_EVENT) {
        let notice = Notice { ended_bindings: some.to_vec(), ..Notice::at(tx.now()) };
        announce(app, tx, EventKind::EnterpriseClosed, enterprise.id, &notice)?;
    }
    Ok(())
}

/// Ends the rights of those whom the registry no longer names, with the change itself.
async fn suspend_displaced(
    app: &App,
    caller: &CallContext,
    tx: &Tx,
    enterprise: &Enterprise,
) -> Result<(), EnterpriseBindingError> {
    let standing = store::registry_bindings(tx.conn(), &app.vault, enterprise.id).await?;
    for mut binding in standing.into_iter().filter(|binding| is_displaced(binding, enterprise)) {
        binding.suspend()?;
        store::update_binding(tx, &binding).await?;
        let mut event = Notice::about(EventKind::BindingSuspended, &binding, enterprise, tx.now());
        event.ended_bindings.push(binding.id);
        announce(app, tx, EventKind::BindingSuspended, enterprise.id, &event)?;
        take_over_pending(app, tx, &binding, enterprise).await?;
        let detail = json!({
            "enterprise_id": enterprise.id,
            "person_id": binding.person_id,
            "role": binding.role.as_str(),
        });
        tx.audit(AuditEntry::of(caller, "binding.suspended", binding.id, detail));
    }
    Ok(())
}
