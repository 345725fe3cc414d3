//! The documents against the code: every code, exit code and flag is described, nothing is described
//! that does not exist, and every path they name is there.
#![expect(clippy::disallowed_methods, reason = "this test reads documents and sources")]
#![expect(clippy::unwrap_used, reason = "a test that cannot read the documents fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use consent::cli::input::args::Cli;

#[path = "docs/additions.rs"]
mod additions;

#[path = "docs/words.rs"]
mod words;

#[path = "docs/kinds.rs"]
mod kinds;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// All documents for people, by their path.
fn documents() -> BTreeMap<String, String> {
    let mut paths = files("docs", "md");
    paths.extend(files("examples", "md"));
    paths.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name)));
    let name = |path: &Path| path.strip_prefix(root()).unwrap().display().to_string();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// What stands between back quotes in a line, fenced blocks left out.
fn quoted(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2));
        }
    }
    found
}

/// The first cell of the rows of all tables, without back quotes.
fn first_cells(text: &str) -> Vec<&str> {
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| row.split('`').nth(1)).collect()
}

fn is_code(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// The texts that follow directly on `before` in the sources of a folder: `before` ends in `(`.
fn codes_after(folder: &str, before: &str) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for path in files(folder, "rs") {
        let text = std::fs::read_to_string(path).unwrap();
        for part in text.split(before).skip(1) {
            let code = part.split('"').nth(1).unwrap_or_default();
            if is_code(code) {
                codes.insert(code.to_owned());
            }
        }
    }
    codes
}

#[test]
fn every_finding_is_described_and_none_that_is_not() {
    let tables = consent::manifest::FINDINGS.iter().chain(consent::kinds::FINDINGS).copied();
    let all = tables.chain([consent::store::manifest_file::CODES]).flatten();
    let mut made: BTreeSet<String> = all.map(|(code, _)| (*code).to_owned()).collect();
    let listed = made.clone();
    for before in ["Finding::error(", "Finding::warning("] {
        let used = codes_after("src/kinds", before);
        let missing: Vec<_> = used.difference(&listed).collect();
        assert!(missing.is_empty(), "not in the CODES of its file: {missing:?}");
    }
    made.extend(codes_after("src/cli", "Failure::new("));
    made.extend(codes_after("src/cli", "Self::new("));
    made.extend(consent::policy::names().map(str::to_owned));
    for file in ["src/graph/error.rs", "src/store/error.rs"] {
        let text = read(file);
        let codes = text.split("=> \"").skip(1).filter_map(|part| part.split('"').next());
        made.extend(codes.filter(|code| is_code(code)).map(str::to_owned));
    }
    let page = read("docs/reference/findings.md");
    let described: BTreeSet<String> = first_cells(&page).into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = made.difference(&described).collect();
    assert!(missing.is_empty(), "not in docs/reference/findings.md: {missing:?}");
    let gone: Vec<_> = described.difference(&made).collect();
    assert!(gone.is_empty(), "in docs/reference/findings.md and nowhere in the code: {gone:?}");
}

#[test]
fn every_exit_code_is_described() {
    let source = read("src/cli/output/failure.rs");
    let body = source.split("pub(crate) enum Exit {").nth(1).unwrap().split('}').next().unwrap();
    let codes: Vec<&str> = body
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',')?.split(" = ").nth(1))
        .collect();
    assert_eq!(codes.len(), 12);
    let page = read("docs/reference/exit-codes.md");
    let help = Cli::command().get_after_help().unwrap().to_string();
    for code in &codes {
        assert!(page.contains(&format!("\n| {code} |")), "{code} is not in exit-codes.md");
        let told = help.lines().any(|line| line.trim_start().starts_with(&format!("{code}  ")));
        assert!(told, "{code} is not in --help");
    }
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter(|line| line[2..].starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(rows.count(), codes.len(), "exit-codes.md describes a code that does not exist");
}

/// Flags of other programs that the documents show.
const FOREIGN: [&str; 9] = [
    "--example",
    "--release",
    "--tenant",
    "--test",
    "--all-targets",
    "--lib",
    "--help",
    "--version",
    "--locked",
];

/// All that can be typed as a command, with its words: `plan`, `snapshot take`.
fn typed<'a>(command: &'a clap::Command, before: &str) -> Vec<(String, &'a clap::Command)> {
    let mut found = Vec::new();
    // The help of a group of commands is that of its commands.
    let subs =
        command.get_subcommands().filter(|sub| before.is_empty() || sub.get_name() != "help");
    for sub in subs {
        let name = format!("{before}{}", sub.get_name());
        match sub.has_subcommands() && sub.get_name() != "help" {
            true => found.extend(typed(sub, &format!("{name} "))),
            false => found.push((name, sub)),
        }
    }
    found
}

#[test]
fn every_flag_is_described_and_none_that_is_not() {
    let page = read("docs/reference/commands.md");
    let mut command = Cli::command();
    command.build();
    let (mut flags, mut variables) =
        (BTreeSet::new(), BTreeSet::from(["CONSENT_TOKEN".to_owned()]));
    for (name, sub) in typed(&command, "") {
        let head = format!("\n## consent {name}\n");
        let section = page.split(&head).nth(1).unwrap_or_else(|| panic!("no section on {name}"));
        let section = section.split("\n## ").next().unwrap();
        for argument in sub.get_arguments() {
            let Some(long) = argument.get_long() else { continue };
            let flag = format!("--{long}");
            let everywhere = page.split("\n## Flags of every command\n").nth(1).unwrap();
            let everywhere = everywhere.split("\n## ").next().unwrap();
            let row = |text: &str| {
                let wanted = format!("{flag}`");
                let spaced = format!("{flag} ");
                let rows = text.lines().filter(|line| line.starts_with("| `"));
                let mut rows = rows.filter(|line| line.contains(&wanted) || line.contains(&spaced));
                rows.next().map(str::to_owned)
            };
            if let Some(variable) = argument.get_env().map(|name| name.to_str().unwrap()) {
                let row = row(section).or_else(|| row(everywhere));
                let row = row.unwrap_or_else(|| panic!("{flag} of {name} is not described"));
                assert!(row.contains(variable), "{flag} of {name} does not name {variable}: {row}");
                variables.insert(variable.to_owned());
            }
            flags.insert(flag);
        }
    }
    for (document, text) in documents() {
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')) {
            if word.starts_with("--") && word.len() > 4 && !word.starts_with("---") {
                let known = flags.contains(word) || FOREIGN.contains(&word);
                assert!(known, "{document} names {word}, which does not exist");
            }
            if word.starts_with("CONSENT_") && word.len() > 8 {
                assert!(variables.contains(word), "{document} names {word}, which nobody reads");
            }
        }
    }
}

#[test]
fn paths_lead_somewhere() {
    let rooms = ["src/", "tests/", "docs/", "examples/", ".github/", ".ci/", "schemas/"];
    let placeholder = ['<', '*', '{', '…', ' ', '$'];
    for (document, text) in documents() {
        for word in quoted(&text) {
            let word = word.trim_end_matches(['.', ',', ':']);
            let is_path = rooms.iter().any(|room| word.starts_with(room));
            if is_path && !word.contains(placeholder) && !word.contains("/.consent") {
                assert!(root().join(word).exists(), "{document} names {word}, which is not there");
            }
        }
        let folder = root().join(&document).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|part| part.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") {
                assert!(folder.join(target).exists(), "{document} links to {link}, not there");
            }
        }
    }
}

/// The fenced blocks that begin with this line.
fn blocks<'a>(text: &'a str, fence: &str) -> Vec<&'a str> {
    let open = format!("\n{fence}\n");
    text.split(&open).skip(1).filter_map(|part| part.split("\n```").next()).collect()
}

/// A block that says `schema = 1` is a whole manifest, and one fenced as a seed is a seed.
#[test]
fn manifests_and_seeds_in_documents_are_valid() {
    let mut count = 0;
    for (document, text) in documents() {
        for block in blocks(&text, "```toml").into_iter().filter(|b| b.contains("schema = 1")) {
            let source = consent::manifest::source::Source::new(document.clone(), block.to_owned());
            let sources = consent::manifest::source::Sources(vec![source]);
            let (manifest, mut findings) =
                consent::manifest::parse(&sources, &consent::kinds::tables());
            for kind in consent::kinds::REGISTRY {
                kind.mentions(manifest.as_ref().unwrap(), &mut findings);
            }
            assert!(findings.is_empty(), "{document}: {findings:?}\n{block}");
            count += 1;
        }
        for block in blocks(&text, "```toml seed") {
            let seed = consent::sandbox::seed::file::parse(&document, block);
            assert!(seed.is_ok(), "{:?}\n{block}", seed.err());
            count += 1;
        }
        for block in blocks(&text, "```toml weather") {
            let weather = consent::sandbox::weather::file::parse(&document, block);
            assert!(weather.is_ok(), "{:?}\n{block}", weather.err());
            count += 1;
        }
    }
    assert!(count >= 7, "only {count} examples are checked");
}

/// Every key of a weather is in its reference: the keys are those that a mistake is answered with.
#[test]
fn every_weather_is_described() {
    let mistake = consent::sandbox::weather::file::parse("x", "[weather]\nno-such-weather = 1\n");
    let told = mistake.unwrap_err().to_string();
    let reference = read("docs/reference/sandbox-seed.md");
    let described = quoted(&reference).join("\n");
    let keys: Vec<&str> = told.split('`').skip(3).step_by(2).collect();
    assert!(keys.len() > 40, "{told}");
    for key in keys {
        let table = format!("**[[weather.{key}]]**");
        let known = described.lines().any(|word| word == key) || reference.contains(&table);
        assert!(known, "{key} is not described");
    }
}

/// The part of a page below this heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let rest = page.split(&format!("\n## {heading}\n")).nth(1);
    rest.unwrap_or_else(|| panic!("no section {heading}")).split("\n## ").next().unwrap()
}

/// The code of a file that ships, without comments; `None` where all of it is for tests.
fn shipped(path: &str) -> Option<String> {
    let for_tests = |part: &str| {
        ["tests", "world", "samples", "explore"].contains(&part) || part.ends_with("_tests")
    };
    if path.trim_end_matches(".rs").split('/').any(for_tests) {
        return None;
    }
    let text = read(path);
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn add_a_kind_has_the_true_list_of_files() {
    let page = read("docs/house/add-a-kind.md");
    let made = first_cells(section(&page, "Files to make"));
    let known = quoted(section(&page, "Who else knows it"));
    let is_known = |path: &str| {
        known.iter().any(|one| path == *one || path.starts_with(&one.replace(".rs", "/")))
    };
    let names: Vec<&str> = consent::kinds::REGISTRY.iter().map(|kind| kind.name()).collect();
    for name in &names {
        for file in &made {
            let hyphens = name.replace('_', "-");
            let path = if file.contains('/') {
                file.replace("<kind-name>", &hyphens)
            } else {
                format!("src/kinds/{name}/{file}")
            };
            assert!(root().join(&path).exists(), "{name} has no {path}");
        }
    }
    for path in files("src", "rs") {
        let path = path.strip_prefix(root()).unwrap().display().to_string();
        // The sandbox cannot know a kind (tests/architecture.rs); the service itself may have such a word.
        let inside = (path.starts_with("src/kinds/") && path != "src/kinds/mod.rs")
            || path.starts_with("src/sandbox/");
        let Some(code) = shipped(&path).filter(|_| !inside) else { continue };
        for name in &names {
            let path_of = code
                .match_indices(&format!("{name}::"))
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
            if path_of || code.contains(&format!("\"{name}\"")) {
                assert!(
                    is_known(&path),
                    "{path} knows the kind {name}: let it not, or tell it in add-a-kind.md"
                );
            }
        }
    }
    let (formats, manifest) =
        (read("docs/reference/formats.md"), read("docs/reference/manifest.md"));
    for kind in consent::kinds::REGISTRY {
        assert!(
            quoted(&formats).contains(&kind.name()),
            "formats.md does not name {}",
            kind.name()
        );
        if let Some(table) = kind.table() {
            let heading =
                ["[]", "[[]]"].map(|form| form.replace("[]", &format!("[{}]", table.name)));
            let is_there = |heading: &String| manifest.contains(&format!("\n## {heading}\n"));
            assert!(heading.iter().any(is_there), "manifest.md has no section on {}", table.name);
        }
    }
}
