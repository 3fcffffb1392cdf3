//! What identity tells others: written to the outbox as JSON, turned into the wire's form by the sink.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shiming_kernel::PersonId;

/// Something that happened, and whom to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) occur_time: DateTime<Utc>,
    pub(crate) messages: Vec<MessageDraft>,
}

/// A message before its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MessageDraft {
    pub(crate) person_id: PersonId,
    /// The template whose words messaging uses.
    pub(crate) template: String,
    /// Masked values only.
    pub(crate) params: BTreeMap<String, String>,
}

/// The topic of a finished collection, and of its audit row.
pub(crate) const COLLECTION_COMPLETED: &str = "collection.completed";

impl Notice {
    /// Tells a person that the collection is complete.
    pub(crate) fn collection_completed(
        person_id: PersonId,
        name_masked: &str,
        occur_time: DateTime<Utc>,
    ) -> Self {
        let params = BTreeMap::from([("name".to_owned(), name_masked.to_owned())]);
        Self {
            occur_time,
            messages: vec![MessageDraft { person_id, template: "COLLECTION_COMPLETED".into(), params }],
        }
    }
}
