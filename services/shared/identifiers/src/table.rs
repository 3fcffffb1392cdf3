//! Reads the crate's data files: one row a line, columns by tab, `#` starts a comment line.

/// The rows that have exactly `N` columns. Each file's test counts its rows, so a bad line can't go unnoticed.
pub(crate) fn rows<const N: usize>(text: &str) -> Vec<[&str; N]> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').map(str::trim).collect::<Vec<_>>().try_into().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_rows_of_another_width_are_left_out() {
        assert_eq!(rows::<2>("# a\tb\n01\t汉族\r\n\n02\n03\t回族"), [["01", "汉族"], ["03", "回族"]]);
    }
}
