//! Brings what people type and paste into one form, before any rule looks at it.

/// ASCII for its full-width twin, anything else as it is.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Characters that pasting brings along and nobody sees.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// A code: half-width, capital, without spaces anywhere.
pub(crate) fn code(text: &str) -> String {
    text.chars().map(half_width).filter(|c| !is_invisible(*c)).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lose_width_case_and_spaces() {
        assert_eq!(code(" １１０１0５\u{3000}1949\u{200B}1231 002ｘ\n"), "11010519491231002X");
    }
}
