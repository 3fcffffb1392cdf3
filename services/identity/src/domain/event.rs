//! What identity tells others.

use chrono::{DateTime, Utc};
use shiming_kernel::{Notice, Params, PersonId};

/// The topic of a finished collection, and of its audit row.
pub(crate) const COLLECTION_COMPLETED: &str = "collection.completed";

/// Tells a person that the collection is complete.
pub(crate) fn collection_completed(
    person_id: PersonId,
    name_masked: &str,
    occur_time: DateTime<Utc>,
) -> Notice {
    let params = Params::from([("name".to_owned(), name_masked.to_owned())]);
    Notice::at(occur_time).telling(person_id, "COLLECTION_COMPLETED", params)
}
