//! Reports for places that review code and run jobs, judged by readers of their own: the published schemas, an XML
//! parser, and the runners as their makers describe them.

#[path = "../../tests/it/runners.rs"]
#[expect(unreachable_pub, reason = "the end-to-end tests use it as well")]
mod runners;

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::manifest::source::Sources;
use crate::model::change::{Change, Verb};
use crate::model::finding::{Finding, Findings, Place};
use crate::model::id::ObjectId;
use crate::model::outcome::{Line, Outcome, Refusal, RunReport, Stopped};
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::access::AccessChanges;
use crate::plan::{Check, Lifted, Plan};
use crate::render::formats::{self, PartTo, ReportOptions, Reported};
use crate::render::plan::samples;

/// Everything that some reader would take for more than a name.
const HOSTILE: &str = "x\r\n::error::y\u{0}::set-output name=digest::z##vso[task.complete result=Failed]]]>\"'<&;%0A%AZP25\
    \u{202e}\u{fffe}##[add-mask]a,b: [l](javascript:1) {0}";

fn whole(name: &str, reported: &Reported<'_>) -> String {
    part(name, reported, |to| matches!(to, PartTo::Named | PartTo::Commands))
}

fn part(name: &str, reported: &Reported<'_>, wanted: fn(&PartTo) -> bool) -> String {
    let mut out = Vec::new();
    for part in formats::named(name).unwrap().parts.iter().filter(|part| wanted(&part.to)) {
        (part.draw)(reported, &ReportOptions::default(), &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

fn with(changes: Vec<Change>) -> Plan {
    Plan { access: AccessChanges::alone(&changes), changes, ..samples::plan(Vec::new()) }
}

/// A grant of one person, at a line of its own.
fn grant(number: u128, permission: &str, name: &str, tier: Tier) -> Change {
    let fields = vec![samples::field("scope", &[], &[permission], &[])];
    let mut change = samples::change("okta", Verb::Grant, Some(number), fields);
    let line = number % 5_000 + 1;
    change.why[0].at = Some(format!("consent.toml:{line}:1-{line}:12").parse().unwrap());
    change.why[0].reason = Some(name.to_owned());
    samples::rated(samples::named(change, name), tier, name)
}

fn crowd(size: u128, name: &str) -> Plan {
    let tiers = [Tier::Low, Tier::Medium, Tier::High, Tier::Critical];
    let one = |number: u128| match number % 5 {
        4 => {
            let fields = vec![samples::field("scope", &[], &[], &["Mail.Read"])];
            samples::named(
                samples::change(&format!("app{}", number % 50), Verb::Revoke, Some(number), fields),
                name,
            )
        }
        tier => grant(number, "Mail.ReadWrite", name, tiers[usize::try_from(tier).unwrap()]),
    };
    let mut plan = with((0..size).map(one).collect());
    plan.tenant.name = Untrusted::new(name);
    plan.checks = (size > 0).then(|| stop(name)).into_iter().collect();
    plan.warnings = (size > 1).then(|| name.to_owned()).into_iter().collect();
    plan
}

fn stop(text: &str) -> Check {
    Check { rule: "removal_limit".to_owned(), text: text.to_owned(), help: text.to_owned() }
}

/// A run in which every result occurs.
fn run(plan: &Plan, name: &str) -> RunReport {
    let refusal = Refusal {
        status: 403,
        code: Untrusted::new(name),
        message: Untrusted::new(name),
        request_id: Some(Untrusted::new(name)),
    };
    let outcome = |at: usize, change: &Change| match at % 6 {
        0 => Outcome::Failed { error: refusal.clone() },
        1 => Outcome::in_doubt(name),
        2 => Outcome::Skipped { needs: change.address.clone() },
        3 => Outcome::NotStarted,
        4 => Outcome::Already,
        _ => Outcome::Done,
    };
    let changes = plan.changes.iter().enumerate();
    let lines =
        changes.map(|(at, one)| Line { address: one.address.clone(), outcome: outcome(at, one) });
    RunReport {
        lines: lines.collect(),
        stopped: (!plan.changes.is_empty()).then(|| Stopped::SignIn { because: name.to_owned() }),
        writes_sent: 7,
        remaining: None,
    }
}

fn mistakes(name: &str) -> (Findings, Sources) {
    let text = format!("schema = 1\n# {}\nx = 1\n", name.replace(['\r', '\n', '\0'], " "));
    let at = |text: &str, what: &str| {
        let start = text.find(what).unwrap();
        Place { file: 0, span: start..start + what.len() }
    };
    let mut findings = Findings::default();
    findings
        .push(Finding::error("unknown_key", name).at(&at(&text, "x = 1")).label(name).help(name));
    findings.push(Finding::warning("expired", name));
    (findings, Sources::one("consent.toml", &text))
}

/// Each report of each subject, at each size, with ordinary and hostile names.
fn each(judge: impl Fn(&Reported<'_>)) {
    each_small(&judge);
    let plan = crowd(10_000, HOSTILE);
    judge(&Reported::Plan(&plan));
    judge(&Reported::Run(&run(&plan, HOSTILE), &plan));
}

fn each_small(judge: &impl Fn(&Reported<'_>)) {
    for name in ["adele@contoso.com", HOSTILE] {
        for size in [0, 1, 200] {
            let plan = crowd(size, name);
            judge(&Reported::Plan(&plan));
            judge(&Reported::Run(&run(&plan, name), &plan));
        }
        let (findings, sources) = mistakes(name);
        judge(&Reported::Mistakes(&findings, &sources));
    }
}

#[test]
fn sarif_is_as_its_standard_says() {
    let schema = include_str!("../../tests/it/fixtures/formats/sarif-2.1.0.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    each(|reported| {
        let text = whole("sarif", reported);
        assert!(text.len() < 10_000_000, "{} bytes are too many, packed or not", text.len());
        let log: Value = serde_json::from_str(&text).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&log).map(|one| one.to_string()).take(3).collect();
        assert!(faults.is_empty(), "{faults:?}");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "each rule once");
        let results = run["results"].as_array().unwrap();
        assert!(results.len() <= 5_000);
        for result in results {
            let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[at]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "consent.toml");
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(place["region"][key].as_u64() >= Some(1), "{place}");
            }
        }
        assert_unique(
            results.iter().map(|one| &one["partialFingerprints"]["primaryLocationLineHash"]),
        );
    });
}

#[track_caller]
fn assert_unique<'a>(prints: impl Iterator<Item = &'a Value>) {
    let mut seen = BTreeSet::new();
    for print in prints {
        assert!(seen.insert(print.as_str().unwrap().to_owned()), "{print} twice");
    }
}

#[test]
fn the_worst_comes_first_and_what_is_left_out_is_counted() {
    let plan = crowd(10_000, "adele@contoso.com");
    let log: Value = serde_json::from_str(&whole("sarif", &Reported::Plan(&plan))).unwrap();
    let run = &log["runs"][0];
    let ids: Vec<&str> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["ruleId"].as_str().unwrap())
        .collect();
    assert_eq!((ids.len(), ids[0], ids[1]), (5_000, "removal_limit", "gives-critical"));
    let rank = |id: &str| {
        let order =
            ["removal_limit", "gives-critical", "gives-high", "plan-warning", "gives-medium"];
        order.iter().position(|one| *one == id).unwrap()
    };
    assert!(ids.iter().map(|id| rank(id)).is_sorted(), "{ids:?}");
    // 10,000 changes, one rail, one warning.
    let told = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(told.as_str().unwrap().starts_with("5,002 more results"), "{told}");
    assert_eq!(run["automationDetails"]["id"], format!("consent/{}/", plan.tenant.id));
}

#[test]
fn a_rule_says_how_much_harm_it_does() {
    let log: Value =
        serde_json::from_str(&whole("sarif", &Reported::Plan(&crowd(20, "x")))).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let harm = |id: &str| {
        let rule = rules.iter().find(|rule| rule["id"] == id).unwrap();
        assert!(!rule["help"]["text"].as_str().unwrap().is_empty());
        rule["properties"]["security-severity"].clone()
    };
    assert_eq!(harm("gives-critical"), "9.5");
    assert_eq!(harm("gives-high"), "8.0");
    assert_eq!(harm("gives-medium"), "5.0");
    assert_eq!(harm("gives-low"), "2.0");
    assert_eq!(harm("cuts-off-people"), json!(null));
}

#[test]
fn code_quality_is_as_gitlab_reads_it() {
    let schema = include_str!("../../tests/it/fixtures/formats/gitlab-code-quality.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    each(|reported| {
        let text = whole("gitlab", reported);
        let begins = formats::named("gitlab").unwrap().begins;
        assert!(
            begins.iter().any(|begin| text.starts_with(begin)),
            "{}",
            &text[..40.min(text.len())]
        );
        let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert!(rows.len() <= 5_000);
        for row in &rows {
            assert!(validator.is_valid(row), "{row}");
            let severity = row["severity"].as_str().unwrap();
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            assert_eq!(row["location"]["path"], "consent.toml");
            assert!(row["location"]["lines"]["begin"].as_u64() >= Some(1));
        }
        assert_unique(rows.iter().map(|row| &row["fingerprint"]));
    });
}

#[test]
fn junit_is_xml_with_unique_names_and_true_counts() {
    each(|reported| {
        let text = whole("junit", reported);
        assert!(text.starts_with(formats::named("junit").unwrap().begins[0]), "{}", &text[..90]);
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        let cases: Vec<_> = root.descendants().filter(|one| one.has_tag_name("testcase")).collect();
        let mut names = BTreeSet::new();
        for case in &cases {
            let name = (case.attribute("classname").unwrap(), case.attribute("name").unwrap());
            assert!(names.insert(name), "{name:?} twice");
        }
        for (count, tag) in [("tests", "testcase"), ("failures", "failure"), ("errors", "error")] {
            let found = root.descendants().filter(|one| one.has_tag_name(tag)).count();
            assert_eq!(root.attribute(count), Some(found.to_string().as_str()), "{count}");
        }
        let objects = match reported {
            Reported::Run(report, _) => report.lines.len(),
            Reported::Mistakes(findings, _) => findings.iter().count(),
            Reported::Plan(_) => cases.len().max(1),
        };
        assert_eq!(cases.len(), objects);
    });
}

#[test]
fn a_runner_finds_our_commands_and_no_others() {
    each(|reported| {
        let printed = whole("github", reported);
        let found = runners::github(&printed);
        assert_eq!(found.len(), printed.lines().count(), "{printed}");
        for word in ["error", "warning", "notice"] {
            assert!(found.iter().filter(|one| one.word == word).count() <= 10);
        }
        for one in &found {
            assert_eq!(one.properties["file"], "consent.toml");
            assert!(one.properties["line"].parse::<usize>().unwrap() >= 1);
            assert!(!one.message.is_empty() && !one.message.contains(['\r', '\n']));
        }
        let printed = whole("azure", reported);
        let found = runners::azure(&printed);
        assert_eq!(found.len(), printed.lines().count(), "{printed}");
        for one in found {
            match one.word.as_str() {
                "task.logissue" => assert_eq!(one.properties["sourcepath"], "consent.toml"),
                "task.setvariable" => assert_eq!(one.properties["isOutput"], "true"),
                other => panic!("{other}"),
            }
        }
    });
}

#[test]
fn whoever_prints_another_report_meets_no_command_in_it() {
    each_small(&|reported: &Reported<'_>| {
        for format in ["json", "sarif", "gitlab", "junit"] {
            let text = whole(format, reported);
            let found = (runners::github(&text), runners::azure(&text));
            assert_eq!(found, (vec![], vec![]), "{format}");
        }
    });
}

#[test]
fn outputs_are_counts_and_words_of_ours() {
    each(|reported| {
        let lines = part("github", reported, |to| matches!(to, PartTo::Appended("GITHUB_OUTPUT")));
        for line in lines.lines() {
            let (name, value) = line.split_once('=').unwrap();
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
            assert!(
                value.chars().all(|c| c.is_ascii_alphanumeric() || "_:,-".contains(c)),
                "{line}"
            );
        }
    });
    let mut plan = crowd(10, "x");
    plan.checks[0].rule = format!("a\ndigest=sha256:{HOSTILE}");
    let lines = part("github", &Reported::Plan(&plan), |to| {
        matches!(to, PartTo::Appended("GITHUB_OUTPUT"))
    });
    assert!(lines.contains("blocked_by=other\n") && lines.contains("verdict=blocked\n"), "{lines}");
    assert!(lines.contains("add=8\n") && lines.contains("remove=2\n"), "{lines}");
    assert!(
        lines.contains("highest_risk=critical\n") && lines.contains("cuts_off=people\n"),
        "{lines}"
    );
}

#[test]
fn a_lifted_rail_is_told_at_its_line() {
    let lifted = Lifted {
        rail: "revoke".to_owned(),
        max: 412,
        until: "2026-12-31".to_owned(),
        reason: "clean-up".to_owned(),
        place: "consent.toml:60".to_owned(),
    };
    let plan = Plan { lifted: vec![lifted], ..with(Vec::new()) };
    let printed = whole("github", &Reported::Plan(&plan));
    assert_eq!(
        printed,
        "::warning file=consent.toml,line=60,endLine=60,title=lifted-revoke::The rail revoke is lifted up to 412 \
         until 2026-12-31: clean-up.\n"
    );
}

fn fingerprints(plan: &Plan) -> Vec<String> {
    let log: Value = serde_json::from_str(&whole("sarif", &Reported::Plan(plan))).unwrap();
    let print = |one: &Value| {
        let print = &one["partialFingerprints"]["primaryLocationLineHash"];
        format!("{} {}", one["message"]["text"], print.as_str().unwrap())
    };
    log["runs"][0]["results"].as_array().unwrap().iter().map(print).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Neither the order of changes nor the lines that ask for them matter; permission and audience do.
    #[test]
    fn a_fingerprint_stays_until_something_else_is_meant(
        grants in proptest::collection::btree_set((0_u128..9, 0_usize..4), 1..12),
        order in any::<u64>(),
        down in 0_u128..100,
    ) {
        let permissions = ["Mail.Read", "Mail.Send", "User.Read", "Files.Read.All"];
        let make = |moved: u128| grants.iter().map(|(who, what)| {
            let mut change = grant(*who, permissions[*what], "x", Tier::High);
            let line = *who + 1 + moved;
            change.why[0].at = Some(format!("consent.toml:{line}:1-{line}:2").parse().unwrap());
            change
        }).collect::<Vec<_>>();
        let before = fingerprints(&with(make(0)));
        let mut shuffled = make(down);
        shuffled.sort_by_key(|change| {
            let text = format!("{order}{}", change.address);
            crate::model::digest::sha256_hex(text.as_bytes())
        });
        prop_assert_eq!(&before, &fingerprints(&with(shuffled)));
        let only: BTreeSet<&str> =
            before.iter().map(|one| one.rsplit_once(' ').unwrap().1).collect();
        prop_assert_eq!(only.len(), grants.len(), "each is told from the others");
        prop_assert!(only.iter().all(|one| one.ends_with(":1")), "without being numbered");
    }
}

#[test]
fn another_tenant_app_or_side_is_another_fingerprint() {
    let only = |plan: &Plan| fingerprints(plan).into_iter().next().unwrap();
    let plan = with(vec![grant(1, "Mail.Read", "x", Tier::High)]);
    let mut tenant = plan.clone();
    tenant.tenant.id = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b8".parse().unwrap();
    let mut everybody = plan.clone();
    everybody.changes[0].subject.audience = crate::model::audience::Audience::Everyone;
    let mut resource = plan.clone();
    resource.changes[0].permissions[0].by = ObjectId::from_u128(0xB0);
    let mut app = plan.clone();
    app.changes[0].address.owner = "other".to_owned();
    let tier = with(vec![grant(1, "Mail.Read", "x", Tier::Critical)]);
    let print = |plan: &Plan| only(plan).rsplit_once(' ').unwrap().1.to_owned();
    let all: BTreeSet<String> =
        [&plan, &tenant, &everybody, &resource, &app, &tier].map(print).into_iter().collect();
    assert_eq!(all.len(), 6);
}
