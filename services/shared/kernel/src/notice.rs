//! What a service tells messaging: written to its outbox as JSON, turned into the contract's event by the frame's sink.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{BindingId, PersonId};

/// What fills a template, by name: masked values only.
pub type Params = BTreeMap<String, String>;

/// Something that happened, and whom to tell. Rows of earlier versions lack what their service never said, hence the defaults.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// When it happened.
    pub occur_time: DateTime<Utc>,
    /// For inboxes.
    pub messages: Vec<MessageDraft>,
    /// To-dos that open.
    #[serde(default)]
    pub todos: Vec<TodoDraft>,
    /// Keys of the to-dos that are done.
    #[serde(default)]
    pub closings: Vec<String>,
    /// To-dos that are no longer this person's.
    #[serde(default)]
    pub withdrawals: Vec<TodoWithdrawal>,
    /// Bindings by which no session may act any more; for identity.
    #[serde(default)]
    pub ended_bindings: Vec<BindingId>,
}

/// A to-do that is taken from one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodoWithdrawal {
    /// Whose list it leaves.
    pub person_id: PersonId,
    /// Which task.
    pub todo_key: String,
}

/// A message before its words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageDraft {
    /// Whom to tell.
    pub person_id: PersonId,
    /// The template whose words messaging uses.
    pub template: String,
    /// What fills it.
    #[serde(default)]
    pub params: Params,
}

/// A to-do before its words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TodoDraft {
    /// Who has to do it.
    pub person_id: PersonId,
    /// Names the task: the same key given to several persons is one task.
    pub todo_key: String,
    /// The template whose words messaging uses.
    pub template: String,
    /// What fills it.
    pub params: Params,
}

impl Notice {
    /// Nothing but a time yet.
    pub const fn at(occur_time: DateTime<Utc>) -> Self {
        Self {
            occur_time,
            messages: Vec::new(),
            todos: Vec::new(),
            closings: Vec::new(),
            withdrawals: Vec::new(),
            ended_bindings: Vec::new(),
        }
    }

    /// Also tells `person_id` in the words of `template`.
    #[must_use]
    pub fn telling(mut self, person_id: PersonId, template: &str, params: Params) -> Self {
        self.messages.push(MessageDraft { person_id, template: template.to_owned(), params });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_of_earlier_versions_are_read() {
        let person = "01890000-0000-7000-8000-000000000001";
        let old = format!(
            r#"{{"occur_time":"2026-03-01T00:00:00Z","messages":[{{"person_id":"{person}","template":"T"}}]}}"#
        );
        let notice: Notice = serde_json::from_str(&old).unwrap();
        let now = "2026-03-01T00:00:00Z".parse().unwrap();
        assert!(notice == Notice::at(now).telling(person.parse().unwrap(), "T", Params::new()));
    }
}
