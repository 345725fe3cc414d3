//! What the room promises to people and to the kinds, on whole manifests.

use proptest::prelude::*;
use serde::Deserialize;
use time::macros::date;
use toml::Spanned;

use super::app::Provision;
use super::note::{Day, Note};
use super::settings::Cloud;
use super::source::Source;
use super::whom::{Guests, NamedPeople, Whom};
use super::*;

mod hints;

const TABLES: [TableName; 2] = [
    TableName { name: "grant", times: HowOften::Repeated },
    TableName { name: "user_consent", times: HowOften::Once },
];

const GOOD: &str = r#"schema = 1
[tenant]
id = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7"
domain = "contoso.onmicrosoft.com"
[app.outlook-tasks]
app_id = "99da6bf4-4525-4bfa-b39f-b6a35789c240"
mode = "exact"
provision = true
[resource.own-api]
app_id = "11111111-2222-3333-4444-555555555555"
[[grant]]
app = "outlook-tasks"
resource = "Microsoft Graph"
scopes = ["offline_access", "Tasks.ReadWrite"]
for = { users = ["adele@contoso.com"], guests = true }
reason = "FLOW-118"
until = 2027-06-30
[user_consent]
allow = "none"
[accept]
revoke = { max = 412, until = 2026-12-31, reason = "end of the pilot" }
"#;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    app: Option<Spanned<String>>,
    resource: Option<Spanned<String>>,
    scopes: Vec<Spanned<String>>,
    r#for: Option<Spanned<Whom>>,
    reason: Option<Spanned<String>>,
    until: Option<Spanned<Day>>,
}

/// As a kind does it.
fn judge(sources: &Sources) -> (Option<Manifest>, Findings) {
    let (manifest, mut findings) = parse(sources, &TABLES);
    for entry in manifest.iter().flat_map(|manifest| manifest.entries("grant")) {
        let Some(manifest) = &manifest else { continue };
        let Some(grant) = entry.read::<Grant>(&mut findings) else { continue };
        if let Some(app) = entry.required("app", &grant.app, &mut findings) {
            manifest.app(&entry.located(app)).err().into_iter().for_each(|f| findings.push(f));
        }
        if let Some(text) = entry.required("resource", &grant.resource, &mut findings) {
            let found = resources::resolve(&entry.located(text), manifest);
            found.err().into_iter().for_each(|f| findings.push(f));
        }
        entry.required("for", &grant.r#for, &mut findings);
    }
    if let Some(manifest) = &manifest {
        manifest.check_declared(&manifest.declared(&["grant"]), &mut findings);
    }
    (manifest, findings)
}

/// `code line:column` of all findings, sorted.
fn told(sources: &Sources) -> Vec<String> {
    let findings = judge(sources).1;
    let one = |finding: &&Finding| match &finding.place {
        Some(place) => {
            let (line, column) = sources.position(place);
            format!("{} {line}:{column}", finding.code)
        }
        None => finding.code.to_owned(),
    };
    findings.sorted().iter().map(one).collect()
}

fn told_of(text: &str) -> Vec<String> {
    told(&Sources::one("consent.toml", text))
}

fn help_of(text: &str, code: &str) -> String {
    let findings = judge(&Sources::one("consent.toml", text)).1;
    let finding = findings.iter().find(|finding| finding.code == code).cloned();
    finding.and_then(|finding| finding.help).unwrap_or_default().into()
}

#[test]
fn a_good_manifest_is_read_whole() {
    let sources = Sources::one("consent.toml", GOOD);
    let (manifest, mut findings) = parse(&sources, &TABLES);
    let manifest = manifest.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(manifest.tenant.cloud.value, Cloud::Global);
    let app = &manifest.apps["outlook-tasks"];
    assert_eq!((app.mode.value, app.provision), (Mode::Exact, Provision::Yes));
    assert_eq!(manifest.limits, Limits::default());
    let entry = &manifest.entries("grant")[0];
    assert_eq!(sources.line(&entry.place), "consent.toml:11");
    let grant: Grant = entry.read(&mut findings).unwrap();
    let scope = entry.located(&grant.scopes[1]);
    assert_eq!(sources.position(&scope.place), (14, 29));
    assert_eq!(&GOOD[scope.place.span.clone()], "\"Tasks.ReadWrite\"");
    let Whom::Named(NamedPeople { users, guests: Guests::Included, .. }) =
        grant.r#for.unwrap().into_inner()
    else {
        panic!("one user and guests")
    };
    assert_eq!(sources.position(&entry.place_of(&users[0])), (15, 18));
    let note = Note::new(entry, grant.reason.as_ref(), None, grant.until.as_ref());
    assert!(!note.over(date!(2027 - 06 - 30)) && note.over(date!(2027 - 07 - 01)));
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let windows = format!("\u{feff}{}", GOOD.replace('\n', "\r\n"));
    assert_eq!(told_of(&windows), [""; 0]);
    assert_eq!(told_of(&windows.replace("guests", "gusets")), ["unknown_key 15:40"]);
    assert_eq!(told_of(&windows.replace("schema", "shema")), ["unknown_table 1:1"]);
}

#[test]
fn syntax_errors_and_others_are_told_together() {
    let text = GOOD
        .replace("mode = \"exact\"", "mode = exact")
        .replace("2027-06-30", "2027-06-31")
        .replace("\"none\"", "\"none")
        .replace("provision", "provison");
    let expected = ["syntax 7:8", "unknown_key 8:1", "syntax 17:9", "syntax 19:14"];
    assert_eq!(told_of(&text), expected);
}

#[test]
fn every_mistake_of_one_table_is_told_once() {
    let text = GOOD
        .replace("app = \"outlook-tasks\"", "ap = \"outlook-tasks\"")
        .replace("\"offline_access\"", "1, 2")
        .replace("for = { users", "fro = { users")
        .replace("\"FLOW-118\"", "[]");
    let text = text.replace("mode = \"exact\"", "mode = \"additive\"");
    let expected = [
        "unknown_key 12:1",
        "wrong_type 14:11",
        "wrong_type 14:14",
        "unknown_key 15:1",
        "wrong_type 16:10",
    ];
    assert_eq!(told_of(&text), expected);
}

#[test]
fn what_must_be_there_is_asked_for_with_the_reason() {
    let text = GOOD.replace("mode = \"exact\"\n", "").replace("for = {", "# {");
    assert_eq!(told_of(&text), ["missing_key 5:6", "missing_key 10:1"]);
    assert!(
        help_of(&text, "missing_key").contains("exact")
            && help_of(&text, "missing_key").contains("additive")
    );
    let text = GOOD.replace("for = {", "# {");
    assert!(help_of(&text, "missing_key").contains("a forgotten list can never mean everybody"));
    let several = GOOD.replace("app = ", "# ").replace("for = {", "# {");
    assert_eq!(told_of(&several.replace("exact", "additive")), ["missing_key 11:1"; 2]);
    assert_eq!(told_of(""), ["missing_schema 1:1", "missing_tenant 1:1"]);
}

#[test]
fn an_audience_is_never_empty_and_never_guessed() {
    for wrong in ["{}", "{ users = [] }", "{ except = [\"a\"] }", "\"all users\"", "\"\""] {
        let text = GOOD.replace("{ users = [\"adele@contoso.com\"], guests = true }", wrong);
        assert_eq!(told_of(&text), ["invalid_value 15:7"], "{wrong}");
    }
    for wrong in ["[]", "true", "1"] {
        let text = GOOD.replace("{ users = [\"adele@contoso.com\"], guests = true }", wrong);
        assert_eq!(told_of(&text), ["wrong_type 15:7"], "{wrong}");
    }
}

#[test]
fn names_lead_to_what_was_meant() {
    let app = GOOD.replace("app = \"outlook-tasks\"", "app = \"outlook-task\"");
    assert_eq!(help_of(&app, "unknown_app"), "did you mean \"outlook-tasks\"?");
    for (wrong, right) in [("microsoft graph", "Microsoft Graph"), ("own-apo", "own-api")] {
        let text = GOOD.replace("Microsoft Graph", wrong);
        assert_eq!(help_of(&text, "unknown_resource"), format!("did you mean \"{right}\"?"));
    }
    for good in ["own-api", "99da6bf4-4525-4bfa-b39f-b6a35789c240", "Azure Key Vault"] {
        assert_eq!(told_of(&GOOD.replace("Microsoft Graph", good)), [""; 0]);
    }
}

#[test]
fn an_app_with_a_mistake_is_not_also_unknown() {
    let text = GOOD.replace("99da6bf4-4525", "99da6bf4-452");
    assert_eq!(told_of(&text), ["invalid_guid 6:10"]);
    let text = GOOD.replace("\"11111111-2222", "\"x").replace("Microsoft Graph", "own-api");
    assert_eq!(told_of(&text), ["invalid_guid 10:10"]);
}

#[test]
fn labels_hold_nothing_that_draws_or_needs_quoting() {
    for wrong in ["\"a\\u001b[31m\"", "\"Ä\"", "UP", "tenant", "\"\"", "\"a b\"", "\"a/b\""] {
        let text = GOOD.replace("outlook-tasks]", &format!("{wrong}]"));
        assert_eq!(told_of(&text)[0], "invalid_label 5:6", "{wrong}");
    }
}

#[test]
fn exact_apps_say_when_they_have_nothing() {
    let nothing = GOOD.replace("[[grant]]", "[[grant]]\napp = \"x\"\n[[grant]]");
    assert!(!told_of(&nothing).iter().any(|told| told.starts_with("exact_app")));
    let (before, _) = GOOD.split_once("[[grant]]").unwrap();
    assert_eq!(told_of(before), ["exact_app_without_grants 5:6"]);
    let none = |text: &str| text.replace("provision = true", "grants = \"none\"");
    assert_eq!(told_of(&none(before)), [""; 0]);
    assert_eq!(told_of(&none(GOOD)), ["grants_contradiction 12:7"]);
}

/// What is wrong is the one header above, and not each of the right ones below it.
#[test]
fn a_table_above_a_list_of_its_name_is_told_once_and_where_it_stands() {
    let more = "\n[[grant]]\napp = \"outlook-tasks\"\n".repeat(3);
    let text = GOOD.replacen("[[grant]]", "[grant]", 1) + &more;
    assert_eq!(told_of(&text), ["wrong_table 11:2"]);
    assert!(help_of(&text, "wrong_table").contains("[[grant]]"));
    let twice = |header: &str| help_of(&format!("{GOOD}\n{header}\n"), "syntax");
    assert_eq!(twice("[[tenant]]"), "[tenant] stands once: put all its keys below the first one");
    assert_eq!(twice("[tenant]"), twice("[[tenant]]"));
    assert!(twice("[[app]]").contains("[app.LABEL]"), "{}", twice("[[app]]"));
    assert!(help_of("schema = 1\n[grant]\n[grant]\n", "syntax").contains("[[grant]]"));
    assert_eq!(told_of("[nonsense]\n[[nonsense]]\n"), ["unknown_table 1:2", "syntax 2:3"]);
}

#[test]
fn several_files_are_one_manifest() {
    let (head, rest) = GOOD.split_once("[app.").unwrap();
    let rest = format!("[app.{rest}");
    let files = |texts: &[&str]| {
        let source = |(i, text): (usize, &&str)| Source::new(format!("{i}.toml"), *text);
        Sources(texts.iter().enumerate().map(source).collect())
    };
    assert_eq!(told(&files(&[&rest, head])), [""; 0]);
    assert_eq!(told(&files(&[head, head, &rest])), [""; 0]);
    let other = head.replace("8f2c", "9f2c");
    assert_eq!(told(&files(&[head, &other, &rest])), ["duplicate_table 3:6"]);
    let twice = "app.outlook-tasks = { app_id = \"99da6bf4-4525-4bfa-b39f-b6a35789c241\", mode = \"additive\" }";
    let expected = ["duplicate_label 1:5", "duplicate_table 2:1"];
    assert_eq!(told(&files(&[GOOD, &format!("{twice}\n[user_consent]")])), expected);
    let same_id = twice.replace("c241", "c240").replace("outlook-tasks", "other");
    assert_eq!(told(&files(&[GOOD, &same_id])), ["duplicate_app_id 1:24"]);
}

#[test]
fn a_lifted_rail_has_a_reason_and_an_end() {
    let manifest = parse(&Sources::one("consent.toml", GOOD), &TABLES).0.unwrap();
    let (last, after) = (date!(2026 - 12 - 31), date!(2027 - 01 - 01));
    let accepted = manifest.accept.revoke.as_ref().unwrap();
    assert_eq!((accepted.max, accepted.until), (412, last));
    assert_eq!(manifest.accept.expired_on(last), None);
    assert_eq!(manifest.accept.expired_on(after).map(|f| f.code), Some("accept_expired"));
    assert_eq!(told_of(&GOOD.replace("end of the pilot", " ")), ["accept_reasonless 21:52"]);
    for part in [", reason = \"end of the pilot\"", ", until = 2026-12-31"] {
        assert_eq!(told_of(&GOOD.replace(part, "")), ["missing_key 21:10"], "{part}");
    }
}

#[test]
fn a_file_of_nothing_but_mistakes_ends_soon() {
    let text: String = (0..100_000).map(|i| format!("k{i} = 1\n")).collect();
    let told = told_of(&text);
    assert!(told.len() < 600 && told.contains(&"too_many_mistakes".to_owned()), "{}", told.len());
}

#[test]
fn deep_nesting_is_an_error() {
    for open in ["[", "{a=", "a."] {
        assert!(!told_of(&format!("x = {}", open.repeat(100_000))).is_empty());
        assert!(!told_of(&format!("{}x = 1", open.repeat(50_000))).is_empty());
    }
}

#[test]
fn every_code_is_listed_once() {
    let mut all: Vec<&str> = FINDINGS.iter().copied().flatten().map(|(code, _)| *code).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        told_of(&text);
    }

    #[test]
    fn no_cut_or_damage_makes_it_panic(at in 0..GOOD.len(), len in 0..40_usize, put in "[\\[\\]{}=\",.#\\n0-9a-z\u{1b}ä]{0,6}") {
        let mut bytes = GOOD.as_bytes().to_vec();
        let end = (at + len).min(bytes.len());
        bytes.splice(at..end, put.bytes());
        told_of(&String::from_utf8_lossy(&bytes));
    }
}
