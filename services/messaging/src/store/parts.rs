//! Lists of two parts: what waits comes before what is done with, each part newest first.

use shiming_store::StoreError;
use uuid::Uuid;

/// Where such a list continues: the part, and the last id shown of it.
pub(crate) type PartCursor = (bool, Uuid);

/// Reads up to `limit` rows after `after`: `one_part(is_done, below, limit)` reads the newest rows of a part whose ids lie below. Two reads
/// along the index beat one that sorts.
pub(super) async fn in_two_parts<M, Fut>(
    after: Option<PartCursor>,
    limit: u64,
    one_part: impl Fn(bool, Option<Uuid>, u64) -> Fut,
) -> Result<Vec<M>, StoreError>
where
    Fut: Future<Output = Result<Vec<M>, StoreError>>,
{
    let (part, below) = after.map_or((false, None), |(part, id)| (part, Some(id)));
    let mut rows = one_part(part, below, limit).await?;
    let missing = limit.saturating_sub(rows.len() as u64);
    if !part && missing > 0 {
        rows.extend(one_part(true, None, missing).await?);
    }
    Ok(rows)
}
