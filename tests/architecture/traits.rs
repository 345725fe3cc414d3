//! A trait of the kinds is one question: there are many of them, and whoever makes a kind answers each.

use super::{File, no_violations, sources};

/// A trait with more methods asks two things.
const MOST_METHODS: usize = 6;

/// The traits of a file, each with how many methods it has.
fn traits(file: &File) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut is_inside = false;
    for line in file.text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = words.iter().position(|word| *word == "trait").map(|at| words[at + 1]);
        if line.starts_with("pub") && name.is_some() || line.starts_with("trait ") {
            let letters = |c: char| c.is_alphanumeric() || c == '_';
            let name = name.unwrap().split(|c| !letters(c)).next().unwrap();
            found.push((name.to_owned(), 0));
            is_inside = true;
        } else if line.starts_with('}') {
            is_inside = false;
        } else if is_inside && line.starts_with("    fn ") {
            found.last_mut().unwrap().1 += 1;
        }
    }
    found
}

#[test]
fn a_trait_asks_one_thing() {
    let mut violations = Vec::new();
    let mut of_kinds = 0;
    for file in sources().iter().filter(|file| file.room() == "kinds" && !file.is_test()) {
        for (name, methods) in traits(file) {
            of_kinds += 1;
            if methods > MOST_METHODS {
                violations.push(format!("src/{}: {name} has {methods} methods", file.path));
            }
        }
    }
    assert!(of_kinds >= 12, "the traits of kinds were not seen: {of_kinds}");
    no_violations("a trait is too wide", &violations);
}

#[test]
fn this_test_counts_the_methods_of_a_trait() {
    let text = "pub trait A: Sync {\n    const B: u8;\n    fn c();\n    fn d() {\n        fn e() {}\n    }\n}\n\
                trait F<'a> {\n    fn g();\n}\nimpl A for F {\n    fn h();\n}\n";
    let file = File { path: "x.rs".to_owned(), text: text.to_owned() };
    assert_eq!(traits(&file), [("A".to_owned(), 2), ("F".to_owned(), 1)]);
}
