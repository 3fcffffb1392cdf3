//! How long a source file may be, and what it may not be called.

use crate::breach::Breach;

/// What a file should stay under, in lines.
pub(crate) const AIM: usize = 250;
/// What no file may exceed.
const MOST: usize = 500;
/// How a file begins that is made from the contract: nobody reads it from top to bottom, and nobody may split it.
const MADE: &str = "// Made from the contract";
/// Names that say nothing about what stands inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "misc"];
const SOURCES: [&str; 8] = ["rs", "ts", "vue", "mjs", "js", "py", "sh", "proto"];

pub(crate) enum Size {
    Fine,
    Long(usize),
    TooLong(Breach),
}

/// Hand-written source; tests across processes may be long, tests beside the code are not counted.
pub(crate) fn applies(path: &str) -> bool {
    let is_source = path.rsplit_once('.').is_some_and(|(_, extension)| SOURCES.contains(&extension));
    is_source && !path.split('/').any(|part| part == "tests")
}

pub(crate) fn measure(path: &str, text: &str) -> Size {
    let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
    match lines {
        _ if text.starts_with(MADE) => Size::Fine,
        0..=AIM => Size::Fine,
        _ if lines <= MOST => Size::Long(lines),
        _ => Size::TooLong(Breach::new(
            path,
            0,
            format!("{lines} lines; split it by subject, {MOST} is the most"),
        )),
    }
}

pub(crate) fn check_name(path: &str) -> Option<Breach> {
    let empty =
        path.split('/').find(|part| EMPTY_NAMES.contains(&part.split('.').next().unwrap_or_default()))?;
    Some(Breach::new(path, 0, format!("`{empty}` says nothing; name it by what it can do")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_named_and_a_too_long_one_refused() {
        assert!(matches!(measure("a.rs", &"x\n".repeat(250)), Size::Fine));
        assert!(matches!(measure("a.rs", &"x\n".repeat(251)), Size::Long(251)));
        assert!(matches!(measure("a.rs", &"x\n".repeat(500)), Size::Long(500)));
        assert!(matches!(measure("a.rs", &"x\n".repeat(501)), Size::TooLong(_)));
        assert!(matches!(measure("a.ts", &format!("{MADE}\n{}", "x\n".repeat(501))), Size::Fine));
    }

    #[test]
    fn the_tests_beside_the_code_are_not_counted() {
        let text = format!("{}#[cfg(test)]\nmod tests {{\n{}}}", "x\n".repeat(100), "y\n".repeat(900));
        assert!(matches!(measure("a.rs", &text), Size::Fine));
        assert!(
            !applies("services/identity/tests/it/main.rs")
                && !applies("README.md")
                && applies("proto/a.proto")
        );
    }

    #[test]
    fn an_empty_name_is_refused() {
        assert!(check_name("services/shared/utils/src/lib.rs").is_some());
        assert!(check_name("gateway/src/helpers.rs").is_some());
        assert!(check_name("gateway/src/session.rs").is_none());
    }
}
