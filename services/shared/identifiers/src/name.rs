//! Names of persons, rare characters (生僻字) included.
//!
//! Nothing is refused for being unknown: new characters, private-use ones and those beyond the basic plane pass through untouched.
//! Only what can't be part of any name is refused.

use std::fmt;

use crate::{IdentifierError, fold};

const LONGEST: usize = 100;

/// A name in the form people wrote it, in the form it is stored and shown, and in the form it is compared by. Prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName {
    original: String,
    normal: String,
}

impl PersonName {
    /// Reads 1 to 100 characters. Middle dots of every kind become `·`, runs of space one space.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let original = text.trim().to_owned();
        let normal = normalise(&original);
        if normal.is_empty() || original.chars().count() > LONGEST {
            return Err(IdentifierError::NameLength);
        }
        if normal.chars().any(is_foreign_to_names) || normal.chars().all(is_separator) {
            return Err(IdentifierError::NameCharacter);
        }
        Ok(Self { original, normal })
    }

    /// The normalised name, to store and to show.
    pub fn as_str(&self) -> &str {
        &self.normal
    }

    /// As it was entered, without the space around it.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// What two spellings of one name have in common: capitals, no dots, spaces or hyphens, no variation selectors, and the
    /// code points of GB 18030-2022 for the private-use ones that older systems still send.
    pub fn matching_key(&self) -> String {
        self.normal
            .chars()
            .filter(|c| !is_separator(*c) && !is_variation_selector(*c))
            .map(gb18030_2022)
            .flat_map(char::to_uppercase)
            .collect()
    }

    /// Whether both are spellings of one name.
    pub fn matches(&self, other: &Self) -> bool {
        self.matching_key() == other.matching_key()
    }

    /// 张*, 张*丰
    pub fn masked(&self) -> String {
        crate::mask_name(&self.normal)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName([redacted])")
    }
}

fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '•' | '．' | '・' | '･' | '‧' | '∙' | '⋅' | '●' => normal.push('·'),
            c if c.is_whitespace() => {
                if !normal.ends_with(' ') {
                    normal.push(' ');
                }
            }
            c if fold::is_invisible(c) => {}
            c => normal.push(fold::half_width(c)),
        }
    }
    normal.trim().to_owned()
}

fn is_separator(c: char) -> bool {
    matches!(c, '·' | '.' | ' ' | '-' | '\'' | '’' | ',')
}

fn is_foreign_to_names(c: char) -> bool {
    c.is_control()
        || c.is_ascii_digit()
        || (c.is_ascii_punctuation() && !is_separator(c) && !matches!(c, '(' | ')' | '`'))
}

pub(crate) fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The characters GB 18030 first placed in the private use area; Unicode has them since.
fn gb18030_2022(c: char) -> char {
    match c {
        '\u{E81E}' => '\u{9FB4}',
        '\u{E826}' => '\u{9FB5}',
        '\u{E82B}' => '\u{9FB6}',
        '\u{E82C}' => '\u{9FB7}',
        '\u{E832}' => '\u{9FB8}',
        '\u{E843}' => '\u{9FB9}',
        '\u{E854}' => '\u{9FBA}',
        '\u{E864}' => '\u{9FBB}',
        '\u{E816}' => '\u{20087}',
        '\u{E817}' => '\u{20089}',
        '\u{E818}' => '\u{200CC}',
        '\u{E831}' => '\u{215D7}',
        '\u{E83B}' => '\u{2298F}',
        '\u{E855}' => '\u{241FE}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).unwrap()
    }

    #[test]
    fn middle_dots_become_one_and_the_original_is_kept() {
        for text in ["阿卜杜拉·买买提", "阿卜杜拉•买买提", "阿卜杜拉．买买提", " 阿卜杜拉・买买提\u{3000}"]
        {
            assert_eq!(name(text).as_str(), "阿卜杜拉·买买提");
        }
        assert_eq!(name(" 阿卜杜拉•买买提").original(), "阿卜杜拉•买买提");
        assert_eq!(name("Ｊｏｈｎ \u{3000} Smith").as_str(), "John Smith");
    }

    #[test]
    fn spellings_of_one_name_match() {
        assert!(name("阿卜杜拉·买买提").matches(&name("阿卜杜拉买买提")));
        assert!(name("John Smith").matches(&name("JOHN  SMITH")));
        assert!(name("O’Neil").matches(&name("O'NEIL")));
        assert!(name("葛\u{E0100}洪").matches(&name("葛洪")));
        assert!(!name("张三").matches(&name("张三丰")));
    }

    #[test]
    fn rare_characters_survive_untouched() {
        for text in ["\u{20BB7}野家", "王\u{E863}", "李\u{3106C}", "\u{9FB4}一", "\u{F0000}"] {
            assert_eq!(name(text).as_str(), text);
            assert_eq!(name(text).original(), text);
        }
    }

    #[test]
    fn a_private_use_character_matches_its_successor() {
        assert!(name("王\u{E81E}").matches(&name("王\u{9FB4}")));
        assert!(name("王\u{E855}").matches(&name("王\u{241FE}")));
    }

    #[test]
    fn what_no_name_has_is_refused() {
        for text in ["", "  ", "\u{200B}", &"王".repeat(101)] {
            assert_eq!(PersonName::parse(text), Err(IdentifierError::NameLength), "{text}");
        }
        for text in ["张3", "<b>张</b>", "张\u{0}三", "·", "张;三", "＜张＞", "张\"三"] {
            assert_eq!(PersonName::parse(text), Err(IdentifierError::NameCharacter), "{text}");
        }
        assert!(PersonName::parse(&"王".repeat(100)).is_ok());
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", name("张三")), "PersonName([redacted])");
    }
}
