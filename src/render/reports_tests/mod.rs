//! Reports for places that review code and run jobs, judged by readers of their own: the published schemas, an XML
//! parser, and the runners as their makers describe them.

#[path = "../../../tests/it/runners.rs"]
#[expect(unreachable_pub, reason = "the end-to-end tests use it as well")]
mod runners;

mod fingerprints;
mod jobs;
mod published;

use crate::manifest::source::Sources;
use crate::model::change::{Change, Verb};
use crate::model::finding::{Finding, Findings, Place};
use crate::model::outcome::{Line, Outcome, Refusal, RunReport, Stopped};
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::access::AccessChanges;
use crate::plan::{Check, Plan};
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
