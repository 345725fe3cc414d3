//! No two files need each other, directly or around corners: each can be read, tested and moved by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{File, no_violations, sources};

/// The path of the module that a file is: `plan/build.rs` and `plan/build/mod.rs` are `plan::build`.
fn module(path: &str) -> String {
    let stem = path.strip_suffix(".rs").unwrap();
    stem.strip_suffix("/mod").unwrap_or(stem).replace('/', "::")
}

/// Every path below `from` in a text: those of groups, too, each whole.
fn below(text: &str, from: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(from) {
        let before = text[..at].chars().next_back();
        if before.is_none_or(|c| !c.is_alphanumeric() && !"_$:".contains(c)) {
            tree(&text[at + from.len()..], "", &mut found);
        }
    }
    found
}

/// One use tree: what it names, each with what stands before it. Returns what follows the tree.
fn tree<'a>(text: &'a str, before: &str, found: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = tree(rest, before, found).trim_start();
            match rest.strip_prefix(',') {
                Some(more) if !more.trim_start().starts_with('}') => rest = more,
                _ => break,
            }
        }
        let rest = rest.trim_start_matches(',').trim_start();
        return rest.strip_prefix('}').unwrap_or(rest);
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let whole = if before.is_empty() { word.to_owned() } else { format!("{before}::{word}") };
    match rest.strip_prefix("::") {
        Some(rest) => tree(rest, &whole, found),
        None => {
            found.push(whole);
            // `as Other`
            let rest = rest.trim_start();
            let renamed = rest
                .strip_prefix("as ")
                .map(|rest| rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
            renamed.unwrap_or(rest)
        }
    }
}

/// What a file names, as paths from the root.
fn named(file: &File) -> Vec<String> {
    let own = module(&file.path);
    let code = file.code().map(|(_, line)| line).collect::<Vec<_>>().join("\n");
    let mut all = below(&code, "crate::");
    let parent = own.rsplit_once("::").map_or("", |(parent, _)| parent);
    let under = |room: &str, path: String| match room {
        "" => path,
        room => format!("{room}::{path}"),
    };
    all.extend(below(&code, "super::").into_iter().map(|path| under(parent, path)));
    all.extend(below(&code, "self::").into_iter().map(|path| under(&own, path)));
    all
}

/// The file that a path leads to: the module with the longest name that begins it.
fn target<'a>(path: &str, modules: &BTreeMap<String, &'a str>) -> Option<&'a str> {
    let mut path = path;
    loop {
        if let Some(file) = modules.get(path) {
            return Some(file);
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// Takes away whoever needs nobody, and whom nobody needs, until only circles are left.
fn only_circles(mut needs: BTreeMap<&str, BTreeSet<&str>>) -> BTreeMap<String, BTreeSet<String>> {
    loop {
        let open: BTreeSet<&str> = needs.keys().copied().collect();
        let needed: BTreeSet<&str> = needs.values().flatten().copied().collect();
        needs.retain(|file, others| {
            others.retain(|other| open.contains(other));
            !others.is_empty() && needed.contains(file)
        });
        if needs.len() == open.len() {
            let own = |others: BTreeSet<&str>| others.into_iter().map(str::to_owned).collect();
            return needs.into_iter().map(|(file, all)| (file.to_owned(), own(all))).collect();
        }
    }
}

#[test]
fn no_two_files_need_each_other() {
    let files = sources();
    let shipped = || files.iter().filter(|file| !file.is_test());
    let modules: BTreeMap<String, &str> =
        shipped().map(|file| (module(&file.path), file.path.as_str())).collect();
    let mut needs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in shipped() {
        let own = module(&file.path);
        // A room opens onto what is in it: that is its table of contents.
        let is_within = |other: &&str| module(other).starts_with(&format!("{own}::"));
        let others = named(file).into_iter().filter_map(|path| target(&path, &modules));
        let others = others.filter(|other| *other != file.path && !is_within(other));
        needs.insert(&file.path, others.collect());
    }
    assert!(needs["operations/run.rs"].contains("apply/executor.rs"), "imports are not seen");
    let left = only_circles(needs);
    let left: Vec<String> =
        left.iter().map(|(file, others)| format!("{file} needs {others:?}")).collect();
    no_violations("files that need each other", &left);
}

#[test]
fn this_test_sees_every_path_of_a_group() {
    let text = "use crate::{a::{self, b::C as D}, e};\nlet x = crate::f::g(1); use mycrate::h;";
    assert_eq!(below(text, "crate::"), ["a::self", "a::b::C", "e", "f::g"]);
    let text = "use crate::a::{self, b::C};\nfn f() { g(super::h::i(), self::j); }".to_owned();
    let file = File { path: "x/y.rs".to_owned(), text };
    assert_eq!(named(&file), ["a::self", "a::b::C", "x::h::i", "x::y::j"]);
    let circle = [("a", ["b"]), ("b", ["c"]), ("c", ["b"]), ("d", ["a"]), ("e", ["f"])];
    let needs = circle.into_iter().map(|(file, others)| (file, others.into())).collect();
    assert_eq!(only_circles(needs).into_keys().collect::<Vec<_>>(), ["b", "c"]);
}
