//! Indexes by one naming rule, so that both databases report a violated one by the same name.
//!
//! PostgreSQL names the index; SQLite names its columns (`persons.identity_index`). With the rule `uq_<table>_<columns>` the
//! second can be turned into the first, and [`StoreError::Unique`](crate::StoreError::Unique) says the same on both.

use sea_orm_migration::prelude::{Index, IndexCreateStatement};

/// `ix_<table>_<columns joined by _>`; add `.and_where(…)` for a partial one.
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named(format!("ix_{table}_{}", columns.join("_")), table, columns)
}

/// `uq_<table>_<columns joined by _>`, at most 63 bytes (PostgreSQL's limit), else both databases won't name it alike.
pub fn unique_index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named(unique_name(table, columns), table, columns).unique().take()
}

fn named(name: String, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut statement = Index::create();
    statement.name(name).table(table);
    for column in columns {
        statement.col(*column);
    }
    statement
}

pub(crate) fn unique_name(table: &str, columns: &[&str]) -> String {
    format!("uq_{table}_{}", columns.join("_"))
}
