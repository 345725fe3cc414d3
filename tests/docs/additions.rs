//! What an addition touches, as the floor plan says it, against what the code shows of one that is there.

use std::collections::BTreeSet;

use crate::{files, quoted, read, root};

const TITLE: &str = "## What an addition touches";

/// One row of the table.
struct Addition {
    /// As the code says it: one of them, between anything but letters, digits and `_`.
    words: Vec<String>,
    own: Vec<String>,
    others: BTreeSet<String>,
    /// How many files are touched, its own included, as the table says.
    count: usize,
}

fn additions() -> Vec<Addition> {
    let text = read("docs/house/floor-plan.md");
    let section = text.split_once(TITLE).unwrap().1;
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let found: Vec<Addition> = rows
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
            let list = |at: usize| quoted(cells[at]).into_iter().map(str::to_owned).collect();
            let others: Vec<String> = list(3);
            let count = cells[4].trim().parse().unwrap();
            Addition { words: list(1), own: list(2), others: others.into_iter().collect(), count }
        })
        .collect();
    assert!(found.len() >= 6, "the table was not found");
    found
}

/// Whether the code of a file, without its comments and its tests, has one of the words.
fn knows(text: &str, words: &[String]) -> bool {
    let shipped = text.split("\nmod tests {").next().unwrap();
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '"';
    shipped.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        words.iter().any(|word| {
            line.match_indices(word.as_str()).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let after = line[at + word.len()..].chars().next();
                !before.is_some_and(is_part) && !after.is_some_and(is_part)
            })
        })
    })
}

#[test]
fn an_addition_touches_what_the_floor_plan_says() {
    let is_test = |path: &str| path.contains("tests") || path.contains("/explore/");
    for addition in additions() {
        let mut known = BTreeSet::new();
        let mut own = BTreeSet::new();
        for path in files("src", "rs") {
            let below = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            if is_test(&below) {
                continue;
            }
            if addition.own.iter().any(|own| below.starts_with(own.as_str())) {
                own.insert(below);
            } else if knows(&std::fs::read_to_string(&path).unwrap(), &addition.words) {
                known.insert(below);
            }
        }
        let words = &addition.words;
        assert!(!own.is_empty(), "{words:?} has no file of its own");
        assert_eq!(known, addition.others, "{words:?}");
        assert_eq!(own.len() + known.len(), addition.count, "{words:?}");
    }
}
