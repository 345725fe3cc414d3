//! The page of each kind against what the code says: which permissions its requests need, where its table
//! is described, what it finds. What it sends and reads is held against real runs in `tests/it/kinds`.

use std::collections::{BTreeMap, BTreeSet};

use consent::graph::rights::{Access, needed};
use consent::kinds::REGISTRY;

use super::{files, first_cells, quoted, read, root, section, shipped};

const FOLDER: &str = "docs/reference/kinds";

fn page(kind: &str) -> String {
    read(&format!("{FOLDER}/{}.md", kind.replace('_', "-")))
}

/// Every page, by its kind.
fn pages() -> BTreeMap<&'static str, String> {
    REGISTRY.iter().map(|kind| (kind.name(), page(kind.name()))).collect()
}

/// The cells of a table's rows that begin with a request.
fn requests(section: &str) -> Vec<Vec<&str>> {
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.split('|').map(|cell| cell.trim().trim_matches('`')).skip(1).collect())
        .collect()
}

#[test]
fn every_kind_has_a_page_of_the_same_form() {
    let own: BTreeSet<String> = REGISTRY.iter().map(|kind| kind.name().replace('_', "-")).collect();
    let stem = |path: &std::path::PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    assert_eq!(files(FOLDER, "md").iter().map(stem).collect::<BTreeSet<_>>(), own);
    let index = read("docs/index.md");
    for (kind, page) in pages() {
        let headings: Vec<&str> = page.lines().filter(|line| line.starts_with('#')).collect();
        let head = format!("# {kind}");
        let same =
            ["Address", "Reads", "Writes", "Proof", "Order", "What is left alone", "Findings"];
        let same = same.map(|heading| format!("## {heading}"));
        let expected: Vec<&str> =
            [head.as_str()].into_iter().chain(same.iter().map(String::as_str)).collect();
        assert_eq!(headings, expected, "{kind}");
        let link = format!("](reference/kinds/{}.md)", kind.replace('_', "-"));
        assert!(index.contains(&link), "docs/index.md does not list the page of {kind}");
        let address = format!("{kind}/");
        let shown = quoted(section(&page, "Address")).into_iter().next();
        assert!(shown.is_some_and(|shown| shown.starts_with(&address)), "{kind}: {shown:?}");
        assert!(page.contains("](https://learn.microsoft.com/graph/api/resources/"), "{kind}");
    }
}

/// A heading's anchor.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    text.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
}

#[test]
fn pages_of_kinds_lead_to_their_table_and_to_sections_that_are_there() {
    for kind in REGISTRY {
        let page = page(kind.name());
        let intro = page.split("\n## ").next().unwrap();
        // What has no table of its own is a part of the app's.
        let table = kind.table().map_or("app.LABEL", |table| table.name);
        let forms = [format!("[`[{table}]`]"), format!("[`[[{table}]]`]")];
        let link = forms.map(|form| format!("{form}(../manifest.md#{})", anchor(table)));
        assert!(link.iter().any(|link| intro.contains(link)), "{}: none of {link:?}", kind.name());
        for link in page.split("](").skip(1).filter_map(|part| part.split(')').next()) {
            let Some((file, wanted)) = link.split_once('#') else { continue };
            let target = std::fs::read_to_string(root().join(FOLDER).join(file)).unwrap();
            let mut headings = target.lines().filter(|line| line.starts_with('#'));
            assert!(headings.any(|line| anchor(line) == wanted), "{}: {link}", kind.name());
        }
    }
}

#[test]
fn pages_of_kinds_name_the_permission_of_every_request() {
    for (kind, page) in pages() {
        let (reads, writes) =
            (requests(section(&page, "Reads")), requests(section(&page, "Writes")));
        assert!(!reads.is_empty() && !writes.is_empty(), "{kind} has no tables of requests");
        for (access, row) in reads
            .iter()
            .map(|row| (Access::Read, row))
            .chain(writes.iter().map(|row| (Access::Write, row)))
        {
            let (method, path) = row[0].split_once(' ').unwrap();
            assert_eq!(access == Access::Read, method == "GET", "{kind}: {row:?}");
            let right = needed(access, path);
            assert_eq!(row[1], right.permission, "{kind}: {}", row[0]);
            if access == Access::Write {
                assert_eq!(row[2], right.role, "{kind}: {}", row[0]);
            }
        }
        let proof = quoted(section(&page, "Proof"));
        assert!(proof.iter().any(|word| word.starts_with("GET ")), "{kind} reads nothing back");
        for path in proof.iter().filter_map(|word| word.strip_prefix("GET ")) {
            let permission = needed(Access::Read, path).permission;
            let told = reads.iter().any(|row| row[1] == permission) || proof.contains(&permission);
            assert!(told, "{kind} does not say that {path} needs {permission}");
        }
    }
}

#[test]
fn pages_of_kinds_name_rules_of_risk_that_there_are() {
    let risk = read("docs/concepts/risk.md");
    let is_rule = |word: &&str| {
        word.starts_with(['G', 'P', 'R', 'S']) && word[1..].chars().all(|c| c.is_ascii_digit())
    };
    for (kind, page) in pages() {
        for rule in quoted(&page).into_iter().filter(is_rule) {
            assert!(risk.contains(&format!("`{rule}`")), "{kind} names the rule {rule}");
        }
    }
}

/// What a role is for depends on who asks: these are never found there.
const NEVER: [(&str, &[&str]); 3] = [
    ("app_role", &["role_for_apps"]),
    ("consent_policy", &["role_for_apps"]),
    ("assignment", &["role_for_people", "scope_for_role"]),
];

/// The codes that a text has in quotation marks.
fn codes(text: &str) -> BTreeSet<&'static str> {
    let all = consent::kinds::FINDINGS.iter().copied().flatten().map(|(code, _)| *code);
    all.filter(|code| text.contains(&format!("\"{code}\""))).collect()
}

/// What each function of a file that kinds share finds, by itself or by those it calls.
fn shared(room: &str) -> BTreeMap<String, BTreeSet<&'static str>> {
    let code = shipped(&format!("src/kinds/{room}.rs")).unwrap();
    let bodies: BTreeMap<&str, &str> = code
        .split("\nfn ")
        .flat_map(|part| part.split("\npub(super) fn "))
        .skip(1)
        .filter_map(|part| Some((part.split(['(', '<']).next()?, part.split("\n}\n").next()?)))
        .collect();
    let calls = |body: &str, name: &str| {
        let call = format!("{name}(");
        let own =
            |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || "_.:".contains(c));
        body.match_indices(&call).any(|(at, _)| at > 0 && own(&body[..at]))
    };
    let mut found: BTreeMap<&str, BTreeSet<&str>> =
        bodies.iter().map(|(name, body)| (*name, codes(body))).collect();
    for _ in 0..bodies.len() {
        for (name, body) in &bodies {
            let called = bodies.keys().filter(|other| calls(body, other));
            let more: Vec<&str> = called.flat_map(|other| found[other].clone()).collect();
            found.get_mut(name).unwrap().extend(more);
        }
    }
    found.into_iter().map(|(name, codes)| (format!("{room}::{name}("), codes)).collect()
}

#[test]
fn pages_of_kinds_name_all_that_the_kind_finds_and_nothing_else() {
    let rooms = ["naming", "people", "permission", "role"];
    let shared: BTreeMap<_, _> = rooms.into_iter().flat_map(shared).collect();
    let findings = read("docs/reference/findings.md");
    for (kind, page) in pages() {
        let sources = files(&format!("src/kinds/{kind}"), "rs");
        let names = sources.iter().map(|path| path.strip_prefix(root()).unwrap().to_str().unwrap());
        let code = names.filter_map(shipped).collect::<Vec<_>>().join("\n");
        let mut finds = codes(&code);
        for (_, more) in shared.iter().filter(|(call, _)| code.contains(call.as_str())) {
            finds.extend(more);
        }
        for (_, never) in NEVER.iter().filter(|(of, _)| *of == kind) {
            finds.retain(|code| !never.contains(code));
        }
        let told = section(&page, "Findings");
        let named: BTreeSet<&str> = quoted(told).into_iter().collect();
        assert_eq!(named, finds, "{kind}: what its page names, and what the code finds");
        for part in told.split("](../findings.md#").skip(1) {
            let (target, own) = part.split_once(')').unwrap();
            let heading = |part: &&str| anchor(part.lines().next().unwrap()) == target;
            let listed = findings.split("\n## ").find(heading);
            let listed = first_cells(listed.unwrap_or_else(|| panic!("{kind}: #{target}")));
            for code in quoted(own) {
                assert!(listed.contains(&code), "{kind}: {code} does not stand under #{target}");
            }
        }
    }
}
