//! The contract's comments, and what they say of errors, as the documents show them.

use std::collections::{BTreeMap, HashMap};

use prost_reflect::{DescriptorPool, FileDescriptor, MethodDescriptor};
use shiming_exposed::status;
use shiming_kernel::ErrorKind;

/// The comments, by file and place.
pub(crate) struct Comments(HashMap<(String, Vec<i32>), String>);

impl Comments {
    pub(crate) fn of(pool: &DescriptorPool) -> Self {
        let files = pool.files().filter(|file| file.package_name().starts_with("shiming."));
        let comments = files.flat_map(|file| {
            let info = file.file_descriptor_proto().source_code_info.clone().unwrap_or_default();
            let name = file.name().to_owned();
            info.location.into_iter().filter_map(move |location| {
                let words = paragraphs(location.leading_comments.as_deref()?);
                Some(((name.clone(), location.path), words))
            })
        });
        Self(comments.collect())
    }

    /// What stands above the element at `path`; empty where nothing does.
    pub(crate) fn at(&self, file: &FileDescriptor, path: &[i32]) -> &str {
        self.0.get(&(file.name().to_owned(), path.to_vec())).map_or("", String::as_str)
    }
}

/// Lines run together, paragraphs stay apart.
fn paragraphs(comment: &str) -> String {
    let lines: Vec<_> = comment.lines().map(str::trim).collect();
    let paragraphs = lines.split(|line| line.is_empty()).map(|lines| lines.join(" "));
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// The words with names as JSON has them, where the contract has others.
pub(crate) fn renamed(words: &str, names: &HashMap<String, String>) -> String {
    let in_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let pieces = words.split_inclusive(|letter| !in_name(letter)).map(|piece| {
        let (name, rest) = piece.split_at(piece.trim_end_matches(|letter| !in_name(letter)).len());
        format!("{}{rest}", names.get(name).map_or(name, String::as_str))
    });
    pieces.collect()
}

/// A reason a call may be refused for.
#[derive(Clone)]
pub(crate) struct Refusal {
    pub(crate) reason: String,
    /// Of HTTP.
    pub(crate) status: u16,
    pub(crate) words: String,
}

/// Every reason of the contract, and which of them the comments of methods name.
pub(crate) struct Refusals(BTreeMap<String, Refusal>);

impl Refusals {
    pub(crate) fn of(pool: &DescriptorPool, comments: &Comments) -> Self {
        let reasons =
            pool.get_enum_by_name("shiming.errors.v1.ErrorReason").into_iter().flat_map(|reasons| {
                let file = reasons.parent_file();
                let values = reasons.values().map(|value| {
                    let reason = value.name().trim_start_matches("ERROR_REASON_").to_owned();
                    refusal(reason, comments.at(&file, value.path()))
                });
                values.collect::<Vec<_>>()
            });
        Self(reasons.map(|refusal| (refusal.reason.clone(), refusal)).collect())
    }

    pub(crate) fn named(&self, reason: &str) -> Option<&Refusal> {
        self.0.get(reason)
    }

    /// What stands between "Errors:" and "Idempotency:"; "as `OtherMethod`" stands for what that one names.
    pub(crate) fn said(&self, method: &MethodDescriptor, comments: &Comments) -> Vec<String> {
        let comment = comments.at(&method.parent_file(), method.path());
        let said = comment.split_once("Errors:").map_or("", |(_, rest)| rest);
        let said = said.split_once("Idempotency:").map_or(said, |(said, _)| said);
        let words = said.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let mut found = Vec::new();
        for word in words {
            let other = method.parent_service().methods().find(|other| other.name() == word);
            match other.filter(|other| other != method) {
                Some(other) => found.extend(self.said(&other, comments)),
                None => found.extend(self.named(word).map(|known| known.reason.clone())),
            }
        }
        found
    }
}

/// The method's comment without its line of permissions, errors and idempotency.
pub(crate) fn about(comment: &str) -> &str {
    comment.split_once("\n\nPermissions:").map_or(comment, |(about, _)| about)
}

/// `ERROR_REASON_X: CODE, more. Words.`, as every reason's comment is written.
fn refusal(reason: String, comment: &str) -> Refusal {
    let said = comment.split_once(": ").map_or("", |(_, said)| said);
    let (code, rest) =
        said.split_at(said.find(|letter: char| !matches!(letter, 'A'..='Z' | '_')).unwrap_or(0));
    let kind = ErrorKind::ALL.into_iter().find(|kind| kind.as_str() == code);
    let own = rest.split_once("(HTTP ").and_then(|(_, rest)| rest.get(..3)?.parse().ok());
    let words = rest.split_once(". ").map_or(rest, |(_, words)| words);
    Refusal {
        reason,
        status: own.unwrap_or_else(|| status(kind.unwrap_or(ErrorKind::NotFound)).as_u16()),
        words: words.trim_start_matches([',', '.', ' ']).to_owned(),
    }
}
