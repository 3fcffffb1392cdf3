//! The tax systems' codes of documents: a table, because some of them are known from memory only.

use std::sync::LazyLock;

use crate::table::rows;
use crate::{DocumentType, IdentifierError};

static CHECKED_IN: LazyLock<DocumentCodes> = LazyLock::new(|| DocumentCodes {
    rows: read(include_str!("../data/document_codes.tsv")).unwrap_or_default(),
});

/// Code ⇄ document type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentCodes {
    rows: Vec<(String, DocumentType)>,
}

/// A code table that can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeTableError {
    /// A row names no document type of this build.
    #[error("row {0} of the document code table names no known type")]
    UnknownType(usize),
    /// A code or a type stands there twice.
    #[error("row {0} of the document code table repeats a code or a type")]
    Repeated(usize),
}

impl DocumentCodes {
    /// The table in `data/document_codes.tsv`.
    pub fn checked_in() -> &'static Self {
        &CHECKED_IN
    }

    /// A bureau's own table, in the form of the checked-in one: code, type name, source, by tab. Rows count from 1.
    pub fn load(text: &str) -> Result<Self, CodeTableError> {
        read(text).map(|rows| Self { rows })
    }

    /// The code of a type, if the table has one.
    pub fn code(&self, kind: DocumentType) -> Option<&str> {
        self.rows.iter().find(|row| row.1 == kind).map(|row| row.0.as_str())
    }

    /// The type of a code.
    pub fn document_type(&self, code: &str) -> Result<DocumentType, IdentifierError> {
        let row = self.rows.iter().find(|row| row.0 == code);
        row.map(|row| row.1).ok_or(IdentifierError::DocumentTypeUnknown)
    }
}

fn read(text: &str) -> Result<Vec<(String, DocumentType)>, CodeTableError> {
    let mut table: Vec<(String, DocumentType)> = Vec::new();
    for (index, [code, name, _source]) in rows(text).into_iter().enumerate() {
        let kind = DocumentType::from_name(name).map_err(|_| CodeTableError::UnknownType(index + 1))?;
        if table.iter().any(|row| row.0 == code || row.1 == kind) {
            return Err(CodeTableError::Repeated(index + 1));
        }
        table.push((code.to_owned(), kind));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_table_names_every_type() {
        assert_eq!(read(include_str!("../data/document_codes.tsv")).unwrap().len(), DocumentType::ALL.len());
        assert_eq!(DocumentType::ResidentId.code(), "201");
        assert_eq!(DocumentType::from_code("999"), Err(IdentifierError::DocumentTypeUnknown));
    }

    #[test]
    fn a_bureau_can_bring_its_own_codes() {
        let own = DocumentCodes::load("901\tresident_id\town").unwrap();
        assert_eq!(own.document_type("901"), Ok(DocumentType::ResidentId));
        assert_eq!(own.code(DocumentType::Soldier), None);
        assert_eq!(DocumentCodes::load("1\tlibrary_card\t-"), Err(CodeTableError::UnknownType(1)));
        assert_eq!(DocumentCodes::load("1\tsoldier\t-\n2\tsoldier\t-"), Err(CodeTableError::Repeated(2)));
    }
}
