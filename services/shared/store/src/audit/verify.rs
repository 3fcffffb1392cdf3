//! Reading the chain again to see whether anybody touched it.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{GENESIS_HASH, hash};
use crate::entities::{audit_head, audit_log};
use crate::error::StoreError;
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

/// Checks rows `from..=to` (1 is the first, `None` is the end, where the head is checked too). Reads in chunks, so any length
/// will do; rows appended meanwhile are left for next time.
pub async fn verify(
    store: &Store,
    from: i64,
    to: Option<i64>,
) -> Result<Result<Verified, Broken>, StoreError> {
    let reader = store.reader();
    let head = audit_head::Entity::find_by_id(1_i16).one(reader).await?;
    let (head_seq, head_hash) =
        head.map_or((0, GENESIS_HASH.to_vec()), |head| (head.audit_seq, head.audit_hash));
    let from = from.max(1);
    let last = to.unwrap_or(head_seq);
    let mut prev_hash = match audit_log::Entity::find_by_id(from - 1).one(reader).await? {
        Some(row) => row.hash,
        None if from == 1 => GENESIS_HASH.to_vec(),
        None => return Ok(Err(Broken { at: from - 1, flaw: Flaw::Missing })),
    };
    let mut next = from;
    while next <= last {
        let chunk = audit_log::Entity::find()
            .filter(audit_log::Column::Seq.between(next, last))
            .order_by_asc(audit_log::Column::Seq)
            .limit(CHUNK)
            .all(reader)
            .await?;
        if chunk.is_empty() {
            return Ok(Err(Broken { at: next, flaw: Flaw::Missing }));
        }
        for row in chunk {
            if let Some(flaw) = flaw(&row, next, &prev_hash) {
                return Ok(Err(Broken { at: next, flaw }));
            }
            prev_hash = row.hash;
            next += 1;
        }
    }
    if last == head_seq && prev_hash != head_hash {
        return Ok(Err(Broken { at: last, flaw: Flaw::Head }));
    }
    if to.is_none() && beyond(store, head_seq).await? {
        return Ok(Err(Broken { at: head_seq + 1, flaw: Flaw::Head }));
    }
    let rows = u64::try_from(next - from).unwrap_or_default();
    Ok(Ok(Verified { rows, last_seq: next - 1, last_hash: prev_hash }))
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
