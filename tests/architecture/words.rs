//! Words that mean "not finished", and paths or addresses that only one machine has.

use std::sync::LazyLock;

use anyhow::Result;
use regex::Regex;

use crate::breach::Breach;
use crate::tokens::names;

const UNFINISHED_MACROS: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

// Put together here, so that this file does not break its own rule.
static MACHINE_PATH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let folders = ["work", "root", "Users", "farm"].map(|folder| format!("/{folder}/")).join("|");
    Regex::new(&format!(r"(?:^|[^\w./-])((?:{folders}|/home/[a-z_]+/)[^\s]*)")).ok()
});
static UNFINISHED_MARK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let marks = [["FIX", "ME"], ["HA", "CK"], ["X", "XX"]].map(|parts| parts.concat()).join("|");
    Regex::new(&format!(r"(?://|#|--|\*)\s*({marks})\b")).ok()
});

/// Breaches in any text file; lock files and pictures' metadata are not read by people and are left out.
pub(crate) fn check(path: &str, text: &str) -> Result<Vec<Breach>> {
    let mut breaches = Vec::new();
    let (name, extension) = (path.rsplit('/').next(), path.rsplit('.').next());
    if extension == Some("lock") || name == Some("package-lock.json") {
        return Ok(breaches);
    }
    for (at, line) in text.lines().enumerate() {
        // A page's own route may well be /home/…; there is no machine path in a page.
        let is_page = path.starts_with("gateway/web/");
        if let Some(found) = MACHINE_PATH.as_ref().and_then(|path| path.captures(line)).filter(|_| !is_page) {
            breaches.push(Breach::new(path, at + 1, format!("`{}` exists on one machine only", &found[1])));
        }
        if let Some(found) = UNFINISHED_MARK.as_ref().and_then(|mark| mark.captures(line)) {
            breaches.push(Breach::new(path, at + 1, format!("`{}`: finish it, or open an issue", &found[1])));
        }
    }
    if extension == Some("rs") {
        breaches.extend(unfinished_macros(path, text)?);
    }
    Ok(breaches)
}

fn unfinished_macros(path: &str, text: &str) -> Result<Vec<Breach>> {
    let names = names(&[], text)?;
    let found = names.iter().filter_map(|name| {
        let last = name.segments.last()?;
        let what =
            UNFINISHED_MACROS.contains(&last.as_str()) || (name.segments.len() == 1 && last == "ignore");
        what.then(|| {
            Breach::new(path, name.line, format!("`{last}`: nothing unfinished or switched off is committed"))
        })
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(path, text).expect("readable").len()
    }

    #[test]
    fn unfinished_code_is_refused_wherever_it_stands() {
        assert_eq!(found("a.rs", "fn f() { todo!() }"), 1);
        assert_eq!(found("a.rs", "fn f() { std::unimplemented!(\"later\") }"), 1);
        assert_eq!(found("a.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}"), 1);
        assert_eq!(found("a.ts", concat!("// FIX", "ME later")), 1);
        assert_eq!(found("a.rs", "// say todo!() here\nfn todos() -> &'static str { \"todo!()\" }"), 0);
    }

    #[test]
    fn a_machine_path_is_refused() {
        assert_eq!(found("Makefile", concat!("cp /wo", "rk/main/x y")), 1);
        assert_eq!(found("a.toml", concat!("path = \"/ho", "me/somebody/x\"")), 1);
        assert_eq!(found("a.rs", "const A: &str = \"services/work/x\";"), 0);
        assert_eq!(found("gateway/web/src/router.ts", concat!("path: '/ho", "me/news/'")), 0);
    }
}
