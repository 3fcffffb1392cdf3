//! The provinces of GB/T 2260: the first two digits of a region code. Counties are left alone, their tables break old numbers.

use std::sync::LazyLock;

use crate::table::rows;

static PROVINCES: LazyLock<Vec<Province>> = LazyLock::new(|| {
    rows(include_str!("../data/provinces.tsv"))
        .into_iter()
        .map(|[code, name]| Province { code, name })
        .collect()
});

/// A row of the province table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Province {
    code: &'static str,
    name: &'static str,
}

impl Province {
    /// The province whose two-digit code `region` begins with.
    pub fn of_region(region: &str) -> Option<Self> {
        let prefix = region.get(..2)?;
        Self::all().iter().copied().find(|province| province.code == prefix)
    }

    /// The whole table, by code.
    pub fn all() -> &'static [Self] {
        &PROVINCES
    }

    /// Two digits, e.g. `64`.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// Chinese short name, e.g. 宁夏.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        assert_eq!(Province::all().len(), 35);
        assert_eq!(Province::of_region("640101").map(Province::name), Some("宁夏"));
        assert_eq!(Province::of_region("83").map(Province::code), Some("83"));
        for unknown in ["99", "6", "", "宁夏"] {
            assert_eq!(Province::of_region(unknown), None);
        }
    }
}
