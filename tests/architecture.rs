//! The floor plan, kept by a test: imports point down, effects stay in their rooms, files stay small.
//!
//! It reads the sources as text. What it cannot see (a path spelled through a re-export) is left to
//! reviewers.

#![expect(clippy::disallowed_methods, reason = "reads the sources themselves")]
#![expect(clippy::unwrap_used, reason = "a test that cannot read the sources fails")]

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/traits.rs"]
mod traits;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Rooms by floor. A room may use rooms of lower floors only; `apply` alone stands on floor 5.
const FLOORS: [&[&str]; 8] = [
    &["model"],
    &["manifest"],
    &["kinds"],
    &["plan"],
    &["policy", "approval", "render", "graph", "store", "sandbox"],
    &["apply"],
    &["operations"],
    &["cli"],
];

/// A file longer than this holds two ideas.
const MOST_LINES: usize = 400;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "helpers", "common", "manager", "handler", "misc"];

struct File {
    /// Below `src/`, with `/` between its parts.
    path: String,
    text: String,
}

impl File {
    /// The first folder or the file's own name: `plan` for `plan/build.rs`.
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn is_test(&self) -> bool {
        let named = |part: &str| part == "tests" || part.ends_with("_tests") || part == "world";
        self.path.trim_end_matches(".rs").split('/').any(named)
    }

    /// All of it, unit tests too, but for lines that are comments.
    fn uncommented(&self) -> String {
        let code = |line: &&str| !line.trim_start().starts_with("//");
        self.text.lines().filter(code).collect::<Vec<_>>().join("\n")
    }

    /// The code without comments and, where they are at the end of the file, without its unit tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let shipped = self.text.split("\nmod tests {").next().unwrap();
        let lines = shipped.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    fn lines_with<'a>(&'a self, words: &'a [&str]) -> impl Iterator<Item = String> + 'a {
        let has = move |line: &str| words.iter().any(|word| line.contains(word));
        let found = self.code().filter(move |(_, line)| has(line));
        found.map(move |(at, line)| format!("src/{}:{at}: {}", self.path, line.trim()))
    }
}

fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let below = path.strip_prefix(&root).unwrap();
                let path_text = below.iter().map(|part| part.to_str().unwrap());
                files.push(File {
                    path: path_text.collect::<Vec<_>>().join("/"),
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(files.len() > 50, "the sources were not found");
    files
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// What stands behind each `crate::` of a text, as far as a path goes: `sandbox::call::Call`.
/// `use crate::{a, b::c}` gives one for each.
fn paths(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(members(group)),
            None => found.push(path(rest)),
        }
    }
    found
}

fn path(text: &str) -> String {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    text[..end.unwrap_or(text.len())].trim_end_matches(':').to_owned()
}

/// The first path of each member of a brace group, nested groups skipped.
fn members(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (1, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (c == ',' && depth == 1) || depth == 0 {
            found.push(path(group[start..at].trim()));
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    found.retain(|path| !path.is_empty());
    found
}

fn no_violations(what: &str, violations: &[String]) {
    assert!(violations.is_empty(), "{what}:\n  {}", violations.join("\n  "));
}

#[test]
fn imports_point_down_and_never_sideways() {
    let mut violations = Vec::new();
    for file in sources() {
        let Some(own) = floor(file.room()) else { continue };
        for path in paths(&file.uncommented()) {
            let room = path.split("::").next().unwrap();
            let Some(other) = floor(room) else { continue };
            if room != file.room() && other >= own {
                violations.push(format!("src/{}: crate::{path}", file.path));
            }
        }
    }
    no_violations("a room uses one that is not below it", &violations);
}

#[test]
fn every_room_has_its_floor() {
    let free = ["main", "lib"];
    let homeless: Vec<String> = sources()
        .iter()
        .filter(|file| floor(file.room()).is_none() && !free.contains(&file.room()))
        .map(|file| file.path.clone())
        .collect();
    no_violations("a room stands on no floor", &homeless);
}

/// The simulated tenant is to prove what the rest does: a misunderstanding must not agree with itself.
#[test]
fn the_sandbox_knows_nothing_of_the_house_but_the_clock() {
    let mut violations = Vec::new();
    for file in sources().iter().filter(|file| file.room() == "sandbox") {
        let may = |path: &String| {
            path.split("::").next() == Some("sandbox") || path.starts_with("model::clock::")
        };
        let others = paths(&file.uncommented()).into_iter().filter(|path| !may(path));
        violations.extend(others.map(|path| format!("src/{}: crate::{path}", file.path)));
        // Two steps up, or one from the top, could lead out of the room.
        let out = if file.path == "sandbox/mod.rs" { "super::" } else { "super::super" };
        violations.extend(file.lines_with(&[out]));
    }
    no_violations("the simulated tenant agrees with what it is to prove", &violations);
}

/// Those that start it.
const HOSTS: [&str; 3] = ["cli/commands/", "operations/session.rs", "operations/failed.rs"];

/// Everybody else meets the simulated tenant as a client meets Microsoft Graph: over HTTP.
#[test]
fn nobody_knows_the_sandbox_but_those_that_start_it() {
    let mut violations = Vec::new();
    for file in sources().iter().filter(|file| file.room() != "sandbox" && !file.is_test()) {
        if HOSTS.iter().any(|host| file.path.starts_with(host)) {
            continue;
        }
        let code: Vec<&str> = file.code().map(|(_, line)| line).collect();
        let inside = paths(&code.join("\n"));
        let inside = inside.into_iter().filter(|path| path.split("::").next() == Some("sandbox"));
        violations.extend(inside.map(|path| format!("src/{}: crate::{path}", file.path)));
    }
    no_violations("the simulated tenant is used from inside", &violations);
}

/// A kind may know those it rests on, for what has to wait for what. If two knew each other, neither
/// could be read, or left out, by itself.
#[test]
fn kinds_know_each_other_in_one_direction() {
    let files = sources();
    let folder = |file: &File| {
        file.path.strip_prefix("kinds/")?.split_once('/').map(|(name, _)| name.to_owned())
    };
    let kinds: BTreeSet<String> = files
        .iter()
        .filter(|file| file.path.ends_with("/mod.rs") && file.text.contains("impl Kind for "))
        .filter_map(folder)
        .collect();
    assert!(kinds.len() >= 8, "{kinds:?}");
    let knows = |file: &File, other: &str| {
        let is_word = |word: &str| word == other;
        let separate = |c: char| !(c.is_alphanumeric() || c == '_');
        let mut lines = file.code().filter(|(_, line)| line.contains("kinds::"));
        !file.is_test() && lines.any(|(_, line)| line.split(separate).any(is_word))
    };
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for kind in &kinds {
        let own = || files.iter().filter(|file| folder(file).as_ref() == Some(kind));
        let others = kinds.iter().filter(|other| *other != kind);
        let others = others.filter(|other| own().any(|file| knows(file, other)));
        known.insert(kind, others.map(String::as_str).collect());
    }
    assert!(known["assignment"].contains("delegated_grant"), "{known:?}");
    // Whoever rests on nobody is taken away, until all are gone or a circle is left.
    loop {
        let open: BTreeSet<&str> = known.keys().copied().collect();
        known.retain(|_, others| others.iter().any(|other| open.contains(other)));
        if known.len() == open.len() {
            break;
        }
    }
    let circle: Vec<String> =
        known.iter().map(|(kind, others)| format!("{kind}: {others:?}")).collect();
    no_violations("these kinds know each other in a circle", &circle);
}

#[test]
fn files_can_be_taken_in() {
    let long = |file: &File| file.text.lines().count() > MOST_LINES;
    let tell = |file: &File| format!("src/{}: {} lines", file.path, file.text.lines().count());
    let found: Vec<String> = sources().iter().filter(|file| long(file)).map(tell).collect();
    no_violations("a file is too long", &found);
}

/// Functions, types, traits and constants that others than this crate see: the binary, and tests and fuzz
/// targets that look inside. The rest is `pub(crate)`, so that the compiler sees what nobody uses.
const MOST_PUBLIC: usize = 301;

#[test]
fn few_items_are_public() {
    let begins = ["fn", "async", "const", "struct", "enum", "trait", "static", "type"];
    let is_item = |line: &&str| {
        let item = line.trim_start().strip_prefix("pub ");
        item.and_then(|item| item.split(' ').next()).is_some_and(|word| begins.contains(&word))
    };
    let files = sources();
    let count: usize = files.iter().map(|file| file.text.lines().filter(is_item).count()).sum();
    assert!(count > 100, "the items were not found");
    assert!(count <= MOST_PUBLIC, "{count} items are public");
}

#[test]
fn names_say_what_is_inside() {
    let says_nothing = |file: &&File| {
        let mut parts = file.path.trim_end_matches(".rs").split(['/', '_']);
        parts.any(|part| EMPTY_NAMES.contains(&part))
    };
    let found: Vec<String> =
        sources().iter().filter(says_nothing).map(|file| file.path.clone()).collect();
    no_violations("a name says nothing", &found);
}

/// The rooms of floor 4 that are as pure as those below.
const JUDGING: [&str; 2] = ["policy", "approval"];

#[test]
fn the_lower_floors_and_policy_wait_for_nothing() {
    let pure = |file: &&File| {
        floor(file.room()).is_some_and(|at| at <= 3) || JUDGING.contains(&file.room())
    };
    let words = ["async fn", "async move", ".await", "tokio::", "reqwest::", "std::net"];
    let files = sources();
    let found: Vec<String> =
        files.iter().filter(pure).flat_map(|file| file.lines_with(&words)).collect();
    no_violations("a pure room waits or talks", &found);
}

#[test]
fn the_lower_floors_and_policy_look_at_no_clock_and_no_environment() {
    let pure = |file: &&File| {
        floor(file.room()).is_some_and(|at| at <= 3) || JUDGING.contains(&file.room())
    };
    let words = [
        "SystemTime",
        "Instant::",
        "now_utc",
        "now_local",
        "std::env",
        "new_v4",
        "now_v7",
        "HashMap",
        "HashSet",
    ];
    let files = sources();
    let found: Vec<String> =
        files.iter().filter(pure).flat_map(|file| file.lines_with(&words)).collect();
    no_violations("a pure room depends on more than its inputs", &found);
}

/// What is done is done for a terminal, a pipeline or a test alike.
#[test]
fn operations_know_no_screen() {
    let files = sources();
    let own = || files.iter().filter(|file| file.room() == "operations");
    assert!(own().count() > 3);
    let words = [
        "write!",
        "writeln!",
        "print",
        "stdout",
        "stderr",
        "colour",
        "Colour",
        "is_terminal",
        "std::env",
        "render::",
    ];
    let found: Vec<String> = own().flat_map(|file| file.lines_with(&words)).collect();
    no_violations("an operation knows a screen", &found);
}

/// A decision that reads a text made for people is a bug: what a rule or a format needs to know of a change
/// is a field of it. So the rooms that use changes take no text apart, but for the files named here, whose
/// texts are made for programs or are only laid out.
#[test]
fn what_uses_changes_takes_no_text_apart() {
    let reads_texts = [
        // Names of permissions have a grammar of Microsoft's, by which they are rated.
        "policy/permissions/mod.rs",
        "policy/permissions/graph.rs",
        // A document as it is stored.
        "plan/file.rs",
        // Placeholders of ids in requests.
        "plan/order.rs",
        "apply/placeholder.rs",
        // Paths of files, and the name of one.
        "render/repository.rs",
        "render/formats.rs",
        // Takes names and addresses out of whatever text they stand in.
        "plan/without_people.rs",
        // Words that a format would read as more than words.
        "render/escape/markdown.rs",
        // Moves the sign of a line to its front.
        "render/page/mod.rs",
        // Lay out lines, and quote what people wrote.
        "render/finding/text.rs",
        "render/page/measure.rs",
        "render/finding/quote.rs",
        // Plans for tests.
        "render/plan/samples.rs",
    ];
    let words = [
        ".starts_with(\"",
        ".starts_with('",
        ".starts_with(&",
        ".ends_with(\"",
        ".ends_with('",
        ".contains(\"",
        ".contains('",
        ".find(\"",
        ".find('",
        ".strip_prefix(",
        ".strip_suffix(",
        ".trim_start_matches(",
        ".split(",
        ".rsplit(",
        ".split_once(",
        ".rsplit_once(",
    ];
    let rooms = ["policy", "plan", "apply", "render"];
    let files = sources();
    let uses_changes = files.iter().filter(|file| {
        let is_tested = !file.is_test() && !file.path.starts_with("apply/explore/");
        rooms.contains(&file.room()) && is_tested && !reads_texts.contains(&file.path.as_str())
    });
    let found: Vec<String> = uses_changes.flat_map(|file| file.lines_with(&words)).collect();
    no_violations("a text for people is read", &found);
}

/// What a change is about stands in its fields: who rates by the name of a kind knows too much.
#[test]
fn rules_ask_for_no_kind() {
    let files = sources();
    let rules = files.iter().filter(|file| file.room() == "policy" && !file.is_test());
    let found: Vec<String> =
        rules.flat_map(|file| file.lines_with(&["address.kind", "::NAME"])).collect();
    no_violations("a rule asks which kind a change is of", &found);
}

#[test]
fn only_the_style_sheet_colours() {
    let files = sources();
    let others = files.iter().filter(|file| file.path != "render/page/style.rs");
    let found: Vec<String> = others.flat_map(|file| file.lines_with(&["colored::"])).collect();
    no_violations("`colored` is used outside render/page/style.rs", &found);
}

#[test]
fn only_the_store_touches_files() {
    let files = sources();
    let others = files.iter().filter(|file| file.room() != "store" && !file.is_test());
    let words = ["std::fs", "tokio::fs", "File::open", "File::create", "OpenOptions"];
    // To name the type of an open file is no effect: the store opened it and handed it over.
    let opens = |line: &String| !line.ends_with("use std::fs::File;");
    let found: Vec<String> =
        others.flat_map(|file| file.lines_with(&words)).filter(opens).collect();
    no_violations("files are touched outside store/", &found);
}

/// Which other programs run is seen in one place.
#[test]
fn only_one_file_starts_programs() {
    let files = sources();
    let others = files.iter().filter(|file| file.path != "cli/process/ssh.rs" && !file.is_test());
    let words = ["std::process::Command", "process::{Child, Command", "Command::new(\""];
    let found: Vec<String> = others.flat_map(|file| file.lines_with(&words)).collect();
    no_violations("another program is started outside cli/process/ssh.rs", &found);
    assert!(files.iter().any(|file| file.lines_with(&words).next().is_some()));
}

#[test]
fn lints_are_expected_and_never_switched_off() {
    let files = sources();
    let found: Vec<String> =
        files.iter().flat_map(|file| file.lines_with(&["#[allow(", "#![allow("])).collect();
    no_violations("a lint is switched off", &found);
}

#[test]
fn this_test_sees_all_forms_of_a_path() {
    assert_eq!(paths("use crate::plan::{self, file};"), ["plan"]);
    assert_eq!(
        paths("use crate::{model::id, plan::{file, order}, cli};"),
        ["model::id", "plan", "cli"]
    );
    assert_eq!(paths("let x = crate::graph::told(&y);"), ["graph::told"]);
    assert_eq!(paths("pub(crate) fn f() {} // $crate::no"), Vec::<String>::new());
    assert_eq!(paths("use mycrate::plan;"), Vec::<String>::new());
}
