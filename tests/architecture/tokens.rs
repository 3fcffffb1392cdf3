//! The names a Rust file uses, read from its tokens: comments and strings never count, macro arguments do.

use std::str::FromStr;

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path such as `tonic::Status`, with `crate`, `self` and `super` resolved to a path that starts with `crate`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    /// Inside an item marked `#[cfg(test)]` or `#[test]`.
    pub(crate) in_test: bool,
}

/// Every path of at least two segments, every imported name, every attribute's and every macro's name.
pub(crate) fn names(module: &[&str], text: &str) -> Result<Vec<Name>> {
    let stream = TokenStream::from_str(text).map_err(|error| anyhow!("not Rust: {error}"))?;
    let mut reader = Reader { names: Vec::new() };
    let module = module.iter().map(|&part| part.to_owned()).collect::<Vec<_>>();
    reader.items(stream, &module, false);
    Ok(reader.names)
}

struct Reader {
    names: Vec<Name>,
}

impl Reader {
    fn items(&mut self, stream: TokenStream, module: &[String], in_test: bool) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut item_is_test = false;
        let mut imports = false;
        let mut at = 0;
        while at < tokens.len() {
            let marked = in_test || item_is_test;
            match &tokens[at] {
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    if let Some(TokenTree::Group(attribute)) = tokens.get(at + 1) {
                        item_is_test |= marks_test(&attribute.stream());
                        self.attribute(attribute.stream(), module, in_test || item_is_test);
                        at += 1;
                    }
                }
                TokenTree::Punct(end) if end.as_char() == ';' => (item_is_test, imports) = (false, false),
                TokenTree::Group(group) => {
                    let inner = inline_module(&tokens, at, module);
                    self.items(group.stream(), inner.as_deref().unwrap_or(module), marked);
                    if group.delimiter() == Delimiter::Brace {
                        (item_is_test, imports) = (false, false);
                    }
                }
                TokenTree::Ident(word) if word == "use" => imports = true,
                TokenTree::Ident(_) => {
                    at = self.path(&tokens, at, Context { module, in_test: marked, imports }, &[]);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn attribute(&mut self, stream: TokenStream, module: &[String], in_test: bool) {
        if let Some(TokenTree::Ident(word)) = stream.clone().into_iter().next() {
            self.names.push(Name {
                segments: vec![word.to_string()],
                line: word.span().start().line,
                in_test,
            });
        }
        self.items(stream, module, in_test);
    }

    /// Reads one path that starts at `at` under `prefix`; answers where reading goes on.
    fn path(
        &mut self,
        tokens: &[TokenTree],
        mut at: usize,
        context: Context<'_>,
        prefix: &[String],
    ) -> usize {
        let mut segments = prefix.to_vec();
        let Some(first) = tokens.get(at) else { return at + 1 };
        let line = first.span().start().line;
        while let Some(TokenTree::Ident(word)) = tokens.get(at) {
            segments.push(word.to_string());
            at += 1;
            if !is_path_separator(tokens, at) {
                break;
            }
            at += 2;
        }
        if let (true, Some(TokenTree::Group(group))) = (context.imports, tokens.get(at)) {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            let mut next = 0;
            while next < inner.len() {
                next = match &inner[next] {
                    TokenTree::Ident(_) => self.path(&inner, next, context, &segments),
                    _ => next + 1,
                };
            }
            return at + 1;
        }
        let is_macro = matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
        if segments.len() > 1 || context.imports || is_macro {
            let mut segments = resolve(context.module, segments);
            if let (true, Some(last)) = (is_macro, segments.last_mut()) {
                last.push('!');
            }
            self.names.push(Name { segments, line, in_test: context.in_test });
        }
        let renamed =
            matches!(tokens.get(at), Some(TokenTree::Ident(word)) if context.imports && word == "as");
        if renamed { at + 2 } else { at }
    }
}

#[derive(Clone, Copy)]
struct Context<'a> {
    module: &'a [String],
    in_test: bool,
    imports: bool,
}

fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    colon(at) && colon(at + 1)
}

/// The module path inside `mod name { … }`, if the group at `at` is such a body.
fn inline_module(tokens: &[TokenTree], at: usize, module: &[String]) -> Option<Vec<String>> {
    let [TokenTree::Ident(keyword), TokenTree::Ident(name)] = tokens.get(at.checked_sub(2)?..at)? else {
        return None;
    };
    (keyword == "mod").then(|| module.iter().cloned().chain([name.to_string()]).collect())
}

fn marks_test(attribute: &TokenStream) -> bool {
    let words = attribute.to_string().replace(' ', "");
    words == "test" || words.ends_with("::test") || words.contains("::test(") || words.starts_with("cfg(test")
}

fn resolve(module: &[String], segments: Vec<String>) -> Vec<String> {
    let supers = segments.iter().take_while(|segment| *segment == "super" || *segment == "self").count();
    if supers == 0 {
        return segments;
    }
    let up = segments.iter().filter(|segment| *segment == "super").count();
    let base = &module[..module.len().saturating_sub(up)];
    let rest = segments.into_iter().skip(supers);
    ["crate".to_owned()].into_iter().chain(base.iter().cloned()).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let names = names(&["app", "log_in"], text).expect("Rust text");
        names
            .iter()
            .map(|name| {
                format!("{}@{}{}", name.segments.join("::"), name.line, if name.in_test { "t" } else { "" })
            })
            .collect()
    }

    #[test]
    fn reads_imports_with_groups_and_relative_paths() {
        assert_eq!(
            read("use crate::{domain::Person, rpc};\nuse super::super::store::{self, x as y};\nuse redis;"),
            [
                "crate::domain::Person@1",
                "crate::rpc@1",
                "crate::store::self@2",
                "crate::store::x@2",
                "redis@3"
            ]
        );
    }

    #[test]
    fn reads_paths_in_code_in_macros_and_in_attributes() {
        assert_eq!(
            read("#[sea_orm(table)]\nfn f() {\n  info!(\"{}\", tonic::Code::Ok);\n}"),
            ["sea_orm@1", "info!@3", "tonic::Code::Ok@3"]
        );
    }

    #[test]
    fn comments_and_strings_are_not_names() {
        assert_eq!(read("// tonic::Status\nconst A: &str = \"tonic::Status\";"), [] as [&str; 0]);
    }

    #[test]
    fn knows_what_only_tests_see() {
        let text = "#[cfg(test)]\nmod tests {\n  use super::*;\n  use tonic::X;\n}\nuse prost::Y;";
        let read = read(text);
        assert!(
            read.contains(&"tonic::X@4t".to_owned()) && read.contains(&"prost::Y@6".to_owned()),
            "{read:?}"
        );
    }

    #[test]
    fn super_inside_an_inline_module_means_the_file_itself() {
        assert_eq!(read("mod inner { use super::super::rpc; }"), ["crate::app::rpc@1"]);
    }
}
