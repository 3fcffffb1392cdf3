//! Reading the chain again to see whether anybody touched it.

use std::time::Instant;

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{GENESIS_HASH, hash};
use crate::entities::{audit_head, audit_log};
use crate::error::StoreError;
use crate::head::AuditPlace;
use crate::store::Store;

const CHUNK: u64 = 500;

/// An unbroken stretch of the chain. Keep `last_hash` somewhere else: it proves later that nothing before it was rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many rows were checked.
    pub rows: u64,
    /// The number of the last one, 0 when there was none.
    pub last_seq: i64,
    /// Its hash.
    pub last_hash: Vec<u8>,
}

/// Where the chain breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("audit chain broken at row {at}: {flaw}")]
pub struct Broken {
    /// The number of the first row that doesn't fit.
    pub at: i64,
    /// What doesn't fit.
    pub flaw: Flaw,
}

/// How a row can fail to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The row isn't there.
    #[error("row missing")]
    Missing,
    /// Its content was changed.
    #[error("content changed")]
    Changed,
    /// It doesn't follow the row before it.
    #[error("does not follow its predecessor")]
    Unlinked,
    /// The head says that the chain ends elsewhere.
    #[error("the head says otherwise")]
    Head,
}

/// What one look at a stretch of the chain came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// How many rows were checked and fit.
    pub rows: u64,
    /// Where the unbroken part ends; the place to go on from.
    pub last: AuditPlace,
    /// Where the chain ended when the look began.
    pub head: AuditPlace,
    /// The first row that doesn't fit.
    pub broken: Option<Broken>,
}

impl Stretch {
    /// Whether nothing is left to check: the end was reached, or there is a break before it.
    pub fn is_done(&self) -> bool {
        self.broken.is_some() || self.last.seq >= self.head.seq
    }

    const fn begun(after: AuditPlace, head: AuditPlace) -> Self {
        Self { rows: 0, last: after, head, broken: None }
    }

    fn breaks(mut self, at: i64, flaw: Flaw) -> Self {
        self.broken = Some(Broken { at, flaw });
        self
    }
}

/// Checks rows `from..=to` (1 is the first, `None` is the end). Reads in chunks, so any length will do; rows appended meanwhile are left
/// for next time.
pub async fn verify(
    store: &Store,
    from: i64,
    to: Option<i64>,
) -> Result<Result<Verified, Broken>, StoreError> {
    let from = from.max(1);
    let after = match audit_log::Entity::find_by_id(from - 1).one(store.reader()).await? {
        Some(row) => AuditPlace { seq: row.seq, hash: row.hash },
        None if from == 1 => genesis(),
        None => return Ok(Err(Broken { at: from - 1, flaw: Flaw::Missing })),
    };
    let begun = Stretch::begun(after, head(store).await?);
    let to = to.unwrap_or(begun.head.seq);
    let stretch = walk(store, begun, to, u64::MAX, None).await?;
    let verified = Verified { rows: stretch.rows, last_seq: stretch.last.seq, last_hash: stretch.last.hash };
    Ok(stretch.broken.map_or(Ok(verified), Err))
}

/// Checks the rows behind `after` (`None` is the beginning) until `limit` rows are checked, `until` is over or the end is reached.
/// `after` is a place that was seen before: a chain that was rewritten as a whole no longer has it.
pub async fn verify_stretch(
    store: &Store,
    after: Option<AuditPlace>,
    limit: u64,
    until: Instant,
) -> Result<Stretch, StoreError> {
    let after = after.unwrap_or_else(genesis);
    let begun = Stretch::begun(after.clone(), head(store).await?);
    match audit_log::Entity::find_by_id(after.seq).one(store.reader()).await? {
        Some(row) if row.hash == after.hash => {}
        None if after == genesis() => {}
        Some(_) => return Ok(begun.breaks(after.seq, Flaw::Changed)),
        None => return Ok(begun.breaks(after.seq, Flaw::Missing)),
    }
    let end = begun.head.seq;
    walk(store, begun, end, limit, Some(until)).await
}

async fn walk(
    store: &Store,
    mut stretch: Stretch,
    to: i64,
    limit: u64,
    until: Option<Instant>,
) -> Result<Stretch, StoreError> {
    let in_time = || until.is_none_or(|until| Instant::now() < until);
    while stretch.last.seq < to && stretch.rows < limit && in_time() {
        let chunk = rows(store, stretch.last.seq + 1, to, CHUNK.min(limit - stretch.rows)).await?;
        if chunk.is_empty() {
            let missing = stretch.last.seq + 1;
            return Ok(stretch.breaks(missing, Flaw::Missing));
        }
        for row in chunk {
            let next = stretch.last.seq + 1;
            if let Some(flaw) = flaw(&row, next, &stretch.last.hash) {
                return Ok(stretch.breaks(next, flaw));
            }
            stretch.rows += 1;
            stretch.last = AuditPlace { seq: next, hash: row.hash };
        }
    }
    let head = stretch.head.clone();
    if stretch.last.seq == head.seq && stretch.last.hash != head.hash {
        return Ok(stretch.breaks(head.seq, Flaw::Head));
    }
    if stretch.last.seq == head.seq && beyond(store, head.seq).await? {
        return Ok(stretch.breaks(head.seq + 1, Flaw::Head));
    }
    Ok(stretch)
}

async fn head(store: &Store) -> Result<AuditPlace, StoreError> {
    let head = audit_head::Entity::find_by_id(1_i16).one(store.reader()).await?;
    Ok(head.map_or_else(genesis, |head| AuditPlace { seq: head.audit_seq, hash: head.audit_hash }))
}

fn genesis() -> AuditPlace {
    AuditPlace { seq: 0, hash: GENESIS_HASH.to_vec() }
}

async fn rows(store: &Store, from: i64, to: i64, limit: u64) -> Result<Vec<audit_log::Model>, StoreError> {
    let found = audit_log::Entity::find()
        .filter(audit_log::Column::Seq.between(from, to))
        .order_by_asc(audit_log::Column::Seq)
        .limit(limit);
    Ok(found.all(store.reader()).await?)
}

fn flaw(row: &audit_log::Model, seq: i64, prev_hash: &[u8]) -> Option<Flaw> {
    if row.seq != seq {
        Some(Flaw::Missing)
    } else if row.hash != hash(row) {
        Some(Flaw::Changed)
    } else if row.prev_hash != prev_hash {
        Some(Flaw::Unlinked)
    } else {
        None
    }
}

/// Whether rows stand behind the head although the head hasn't moved: somebody appended without it.
async fn beyond(store: &Store, head_seq: i64) -> Result<bool, StoreError> {
    let row = audit_log::Entity::find_by_id(head_seq + 1).one(store.reader()).await?;
    let head = audit_head::Entity::find_by_id(1_i16).one(store.reader()).await?;
    Ok(row.is_some() && head.is_none_or(|head| head.audit_seq == head_seq))
}
