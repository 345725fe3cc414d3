//! The words of the house against its folders, files and types: no name is made of a word that nobody
//! has explained, or agreed to be plain.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::{files, read, root};

/// Where the list of plain words begins.
const PLAIN: &str = "The other words in names";

/// The words of a name: `RunMachine`, `run_machine`.
fn parts(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![String::new()];
    let mut was_upper = true;
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let begins = chars.peek().is_some_and(|next| next.is_lowercase());
        if c == '_' || (c.is_uppercase() && (!was_upper || begins)) {
            parts.push(String::new());
        }
        was_upper = c.is_uppercase();
        if c != '_' {
            parts.last_mut().unwrap().extend(c.to_lowercase());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Of what is shipped, and not of its tests.
fn is_test(path: &str) -> bool {
    let named = |part: &str| part == "tests" || part == "explore" || part.ends_with("_tests");
    path.trim_end_matches(".rs").split('/').any(named)
}

/// Every word in a name, with one name that it is in.
fn used() -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    for path in files("src", "rs") {
        let below = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().to_owned();
        if is_test(&below) {
            continue;
        }
        let stems = Path::new(&below).iter().map(|part| part.to_str().unwrap());
        let mut names: Vec<&str> =
            stems.map(|part| part.trim_end_matches(".rs")).filter(|stem| *stem != "mod").collect();
        let text = std::fs::read_to_string(&path).unwrap();
        names.extend(all_types(&text));
        for name in names {
            for part in parts(name) {
                used.entry(part).or_insert_with(|| format!("{name} in src/{below}"));
            }
        }
    }
    used
}

/// Words with a row of their own, words kept apart, and plain ones.
fn known(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (explained, plain) = text.split_once(PLAIN).unwrap();
    let rows = explained.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let apart = explained.split('*').skip(1).step_by(2);
    let split = |text: &str| text.split([' ', ',']).map(str::to_lowercase).collect::<Vec<_>>();
    let explained = rows.chain(apart).flat_map(split).collect();
    let list = plain.split_once(":\n").unwrap().1;
    let plain = list.trim_end().trim_end_matches('.').split([',', '\n']);
    (explained, plain.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect())
}

/// The word itself, or one of which it is the plural.
fn forms(word: &str) -> Vec<String> {
    let one = word.strip_suffix('s').map(str::to_owned);
    let many = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    [Some(word.to_owned()), one, many].into_iter().flatten().collect()
}

#[test]
fn every_word_in_a_name_is_known() {
    let text = read("docs/house/words.md");
    let (explained, plain) = known(&text);
    let is_known = |word: &String| {
        forms(word).iter().any(|form| explained.contains(form) || plain.contains(form))
    };
    let used = used();
    let unknown: Vec<String> = used
        .iter()
        .filter(|(word, _)| !is_known(word))
        .map(|(word, name)| format!("{word} ({name})"))
        .collect();
    assert!(unknown.is_empty(), "docs/house/words.md does not know:\n  {}", unknown.join("\n  "));
    let used: BTreeSet<String> = used.keys().flat_map(|word| forms(word)).collect();
    let idle: Vec<&String> = plain.iter().filter(|word| !used.contains(*word)).collect();
    assert!(idle.is_empty(), "no name has these plain words any more: {idle:?}");
    let twice: Vec<&String> = plain.intersection(&explained).collect();
    assert!(twice.is_empty(), "these words have a row, and are not plain: {twice:?}");
}

#[test]
fn a_name_is_taken_apart() {
    assert_eq!(parts("RunMachine"), ["run", "machine"]);
    assert_eq!(parts("in_flight"), ["in", "flight"]);
    assert_eq!(parts("NotAGuid"), ["not", "a", "guid"]);
    assert_eq!(parts("Sha256"), ["sha256"]);
    assert_eq!(forms("policies"), ["policies", "policie", "policy"]);
}

/// Kinds and collections have these each for themselves.
const SHARED: [&str; 4] = ["Spec", "Found", "Row", "Written"];

/// One name, one meaning: whoever reads a type's name anywhere knows which type it is.
#[test]
fn no_type_name_means_two_things() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files("src", "rs") {
        let below = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().to_owned();
        if is_test(&below) || ONLY_IN_TESTS.contains(&below.as_str()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for name in all_types(&text) {
            places.entry(name.to_owned()).or_default().push(below.clone());
        }
    }
    assert!(places.len() > 400, "the types were not found");
    places.retain(|name, places| places.len() > 1 && !SHARED.contains(&name.as_str()));
    assert!(places.is_empty(), "these names mean several things: {places:#?}");
}

/// Files of the shipped rooms that only tests compile.
const ONLY_IN_TESTS: [&str; 3] = ["apply/rehearsal.rs", "kinds/world.rs", "kinds/world/staying.rs"];

/// All types of a file, private ones too.
fn all_types(text: &str) -> impl Iterator<Item = &str> {
    let shipped = text.split("\nmod tests {").next().unwrap();
    shipped.lines().filter_map(|line| {
        let line = ["pub(crate) ", "pub(super) ", "pub "]
            .into_iter()
            .find_map(|word| line.strip_prefix(word))
            .unwrap_or(line);
        let word = ["struct ", "enum ", "trait ", "type "];
        let name = word.into_iter().find_map(|word| line.strip_prefix(word))?;
        name.split(|c: char| !c.is_alphanumeric()).next()
    })
}
