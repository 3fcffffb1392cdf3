//! Which pictures are compared: `images.csv` (`file,person` or `file,person,group`: every two pictures are a pair), `pairs.csv` (`a,b,same`), and
//! `scores.csv` (`a,b,same,score`), which any system can write.
//!
//! Plain comma-separated lines under a header line; names hold no comma. Errors say the line.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail, ensure};

/// Two pictures by their file names, and whether they show one person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The first picture.
    pub a: String,
    /// The second picture.
    pub b: String,
    /// Both show the same person.
    pub same: bool,
}

/// A picture of an `images.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its file.
    pub file: String,
    /// Whom it shows.
    pub person: String,
    /// The group of people they belong to, where groups are named.
    pub group: Option<String>,
}

/// The pictures of an `images.csv`.
pub fn listed_pictures(text: &str) -> Result<Vec<Picture>> {
    let pictures: Vec<Picture> = match rows(text, ["file", "person", "group"]) {
        Ok(rows) => {
            rows.into_iter().map(|[file, person, group]| picture(file, person, Some(group))).collect()
        }
        Err(_) if !has_groups(text) => rows(text, ["file", "person"])?
            .into_iter()
            .map(|[file, person]| picture(file, person, None))
            .collect(),
        Err(error) => return Err(error),
    };
    let names: HashSet<_> = pictures.iter().map(|picture| &picture.file).collect();
    ensure!(names.len() == pictures.len(), "a picture is listed twice");
    let mut groups = HashMap::new();
    for picture in &pictures {
        let group = groups.entry(&picture.person).or_insert(&picture.group);
        ensure!(*group == &picture.group, "{} is in two groups", picture.person);
    }
    Ok(pictures)
}

/// Every two of the pictures.
pub fn every_pair(pictures: &[Picture]) -> Vec<Pair> {
    let pairs = pictures.iter().enumerate().flat_map(|(at, one)| {
        let others = pictures[at + 1..].iter();
        others.map(move |other| pair(&one.file, &other.file, one.person == other.person))
    });
    pairs.collect()
}

fn has_groups(text: &str) -> bool {
    text.lines().next().is_some_and(|header| header.contains("group"))
}

fn picture(file: &str, person: &str, group: Option<&str>) -> Picture {
    Picture { file: file.to_owned(), person: person.to_owned(), group: group.map(str::to_owned) }
}

/// The pairs of a `pairs.csv`.
pub fn given_pairs(text: &str) -> Result<Vec<Pair>> {
    let rows = rows(text, ["a", "b", "same"])?;
    rows.into_iter().map(|[a, b, same]| Ok(pair(a, b, truth(same)?))).collect()
}

/// The pairs of a `scores.csv`, each with its similarity.
pub fn scored_pairs(text: &str) -> Result<Vec<(Pair, f64)>> {
    let rows = rows(text, ["a", "b", "same", "score"])?;
    let scored = rows.into_iter().map(|[a, b, same, score]| {
        let score: f64 = score.parse().with_context(|| format!("`{score}` is no number"))?;
        Ok((pair(a, b, truth(same)?), score))
    });
    scored.collect()
}

fn pair(a: &str, b: &str, same: bool) -> Pair {
    Pair { a: a.to_owned(), b: b.to_owned(), same }
}

fn truth(text: &str) -> Result<bool> {
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        other => bail!("`{other}` is neither 1 (same person) nor 0"),
    }
}

fn rows<'a, const N: usize>(text: &'a str, header: [&str; N]) -> Result<Vec<[&'a str; N]>> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let wanted = header.join(",");
    let found = lines.next().map(|(_, line)| line.trim().trim_start_matches('\u{feff}'));
    ensure!(found == Some(wanted.as_str()), "the first line must be `{wanted}`");
    let row = |(at, line): (usize, &'a str)| {
        let fields: Vec<_> = line.split(',').map(str::trim).collect();
        <[&str; N]>::try_from(fields).ok().with_context(|| format!("line {}: not `{wanted}`", at + 1))
    };
    lines.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_two_pictures_are_a_pair() {
        let pictures = listed_pictures("file,person\n1.jpg,ann\n2.jpg,ann\n\n3.jpg,bob\n").expect("a list");
        let pairs = every_pair(&pictures);
        assert_eq!(
            pairs,
            [pair("1.jpg", "2.jpg", true), pair("1.jpg", "3.jpg", false), pair("2.jpg", "3.jpg", false)]
        );
    }

    #[test]
    fn groups_are_read_where_they_are_named() {
        let pictures = listed_pictures("file,person,group\n1.jpg,ann,b\n").expect("a list");
        assert_eq!(pictures, [picture("1.jpg", "ann", Some("b"))]);
    }

    #[test]
    fn pairs_and_scores_are_read_as_given() {
        let given = given_pairs("\u{feff}a,b,same\r\nx.jpg, y.jpg,1\r\n").expect("a list");
        assert_eq!(given, [pair("x.jpg", "y.jpg", true)]);
        let scored = scored_pairs("a,b,same,score\nx.jpg,y.jpg,0,-0.25\n").expect("a list");
        assert_eq!(scored, [(pair("x.jpg", "y.jpg", false), -0.25)]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let message = |result: Result<Vec<Pair>>| result.expect_err("refused").to_string();
        assert_eq!(message(given_pairs("x.jpg,y.jpg,1\n")), "the first line must be `a,b,same`");
        assert_eq!(message(given_pairs("a,b,same\n\nx.jpg,y.jpg\n")), "line 3: not `a,b,same`");
        assert_eq!(message(given_pairs("a,b,same\nx,y,yes\n")), "`yes` is neither 1 (same person) nor 0");
        let refusal = |text: &str| listed_pictures(text).expect_err("refused").to_string();
        assert_eq!(refusal("file,person\nx,p\nx,q\n"), "a picture is listed twice");
        assert_eq!(refusal("file,person,group\nx,p,a\ny,p,b\n"), "p is in two groups");
        assert_eq!(refusal("file,person,group\nx,p\n"), "line 2: not `file,person,group`");
        assert!(scored_pairs("a,b,same,score\nx,y,1,high\n").is_err());
    }
}
