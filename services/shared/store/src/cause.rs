//! What the driver said, said again without values or URLs.

use std::fmt;

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr};

/// What the driver said, without the values and key contents that its own error types hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Cause(String);

impl Cause {
    pub(crate) fn of(error: &DbErr) -> Self {
        Self(match error {
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => words(cause),
            DbErr::Conn(RuntimeErr::Internal(_)) => "connection refused by its settings".to_owned(),
            DbErr::TryIntoErr { from, into, .. } => format!("{from} is no {into}"),
            DbErr::Json(_) => "column holds other JSON than expected".to_owned(),
            other => other.to_string(),
        })
    }

    pub(crate) fn because(words: &str) -> Self {
        Self(words.to_owned())
    }
}

fn words(error: &SqlxError) -> String {
    match error {
        SqlxError::Database(refusal) => {
            let code = refusal.code().unwrap_or_default();
            // SQLSTATE class 22, data exceptions: the message quotes the datum.
            if code.len() == 5 && code.starts_with("22") {
                return format!("data exception {code}");
            }
            format!("{} (code {code})", refusal.message())
        }
        SqlxError::ColumnDecode { index, .. } => format!("column {index} can't be decoded"),
        SqlxError::Configuration(_) => "connection refused by its settings".to_owned(),
        other => other.to_string(),
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Cause {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_urls_nor_values_are_repeated() {
        let url = DbErr::Conn(RuntimeErr::Internal(
            "The connection string 'x://u:secret@h' cannot be parsed.".into(),
        ));
        assert_eq!(Cause::of(&url).to_string(), "connection refused by its settings");
        assert!(!Cause::of(&DbErr::Json("invalid type: 13800138000".into())).to_string().contains("138"));
    }
}
