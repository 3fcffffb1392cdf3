//! Which page of a list somebody asks for.

/// Rows of a page when the request says 0.
const DEFAULT_SIZE: u32 = 50;
/// The most rows of a page, whatever the request says.
const MOST: u32 = 200;

/// A page as asked for. The store opens the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedPage {
    size: u32,
    token: String,
}

impl AskedPage {
    /// Size 0 is 50, the most is 200; an empty token asks for the first page.
    pub fn new(size: u32, token: impl Into<String>) -> Self {
        let size = if size == 0 { DEFAULT_SIZE } else { size.min(MOST) };
        Self { size, token: token.into() }
    }

    /// 1 to 200.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Opaque; empty for the first page.
    pub fn token(&self) -> &str {
        &self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_defaulted_and_capped() {
        let size = |asked| AskedPage::new(asked, "").size();
        assert_eq!((size(0), size(7), size(10_000)), (50, 7, 200));
    }
}
