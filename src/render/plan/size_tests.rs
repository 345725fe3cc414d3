//! Plans of any shape fit a page, and nothing that takes or is dangerous gets lost on it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::model::address::Address;
use crate::model::change::{Change, Verb};
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::pictures::{Counts, apart, pictures};
use crate::plan::{Check, Plan, Unmanaged};
use crate::render::plan::entry::must_be_seen;
use crate::render::plan::samples::{app, change, field, named, plan, rated, setting};
use crate::render::plan::tests::{FULL, SHORT, draw};
use crate::render::plan::text::LINES;

/// What a plan looks like from afar.
#[derive(Debug, Clone)]
struct Shape {
    changes: usize,
    apps: usize,
    /// How many sets of permissions, reasons and files there are.
    sets: usize,
    reasons: usize,
    /// Out of a hundred changes.
    taking: usize,
    dangerous: usize,
    everybody: usize,
    /// One everybody's grant per app that is replaced by all that gives there.
    replaced: bool,
    wide: bool,
    unmanaged: usize,
    warnings: usize,
    checks: usize,
}

const PLAIN: Shape = Shape {
    changes: 10_000,
    apps: 1,
    sets: 1,
    reasons: 1,
    taking: 0,
    dangerous: 0,
    everybody: 0,
    replaced: false,
    wide: false,
    unmanaged: 0,
    warnings: 0,
    checks: 0,
};

impl Shape {
    /// Numbers that look scattered and are always the same.
    fn pick(at: usize, salt: usize, of: usize) -> usize {
        (at.wrapping_mul(2_654_435_761).wrapping_add(salt * 40_503) >> 7) % of.max(1)
    }

    fn owner(&self, at: usize) -> String {
        format!("app-{:04}", at % self.apps)
    }

    fn person(&self, at: usize) -> String {
        let tail = if self.wide { "東京都港区虎ノ門ヒルズ" } else { "" };
        format!("u{at:05}@contoso.com{tail}")
    }

    fn change(&self, at: usize) -> Change {
        let scope = format!("Scope.{}", Self::pick(at, 1, self.sets));
        let (new, old) = (format!("{scope}.New"), format!("{scope}.Old"));
        let takes = Self::pick(at, 2, 100) < self.taking;
        let all = Self::pick(at, 3, 100) < self.everybody;
        let (verb, gained, lost): (_, &[&str], &[&str]) = match (takes, at % 3) {
            (false, 0) => (Verb::Widen, &[&new], &[]),
            (false, _) => (Verb::Grant, &[&new], &[]),
            (true, 0) => (Verb::Narrow, &[], &[&old]),
            (true, 1) => (Verb::Set, &[&new], &[&old]),
            (true, _) => (Verb::Revoke, &[], &[&old]),
        };
        let user = (!all).then_some(at as u128 + 1);
        let scopes = vec![field("scopes", &[], gained, lost)];
        let mut change = change(&self.owner(at), verb, user, scopes);
        change.address.parts.push(at.to_string());
        if let Some(why) = change.why.first_mut() {
            let reason = Self::pick(at, 4, self.reasons);
            why.line = format!("file-{reason}.toml:{reason}");
            why.reason = Some(format!("TICKET-{reason} as the owner of the app asked for"));
        }
        let tier = match Self::pick(at, 5, 100) {
            roll if roll >= self.dangerous => [None, Some(Tier::Low), Some(Tier::Medium)][at % 3],
            roll if roll % 2 == 0 => Some(Tier::High),
            _ => Some(Tier::Critical),
        };
        let change = if all { change } else { named(change, &self.person(at)) };
        match tier {
            Some(tier) => rated(change, tier, &format!("P{}: a reason to look", at % 50)),
            None => change,
        }
    }

    fn plan(&self) -> Plan {
        let mut changes: Vec<Change> = (0..self.changes).map(|at| self.change(at)).collect();
        if self.replaced {
            let mut giving: BTreeMap<String, Vec<Address>> = BTreeMap::new();
            for one in changes.iter().filter(|one| one.gives) {
                giving.entry(one.address.owner.clone()).or_default().push(one.address.clone());
            }
            for (owner, needs) in giving {
                let scopes = vec![field("scopes", &[], &[], &["Scope.Old"])];
                changes.push(Change { needs, ..change(&owner, Verb::Revoke, None, scopes) });
            }
        }
        changes.push(setting(
            "tenant",
            "user consent",
            Verb::Set,
            vec![field("users may consent to", &[], &["microsoft-recommended"], &["any"])],
        ));
        let mut plan = plan(changes);
        let name = if self.wide { "東京都港区".repeat(30) } else { "Contoso CRM".to_owned() };
        plan.apps = (0..self.apps).map(|at| app(&self.owner(at), &name)).collect();
        plan.unmanaged = (0..self.unmanaged)
            .map(|at| {
                Unmanaged::new(
                    Address::new("delegated_grant", &self.owner(at), [at.to_string()]),
                    Untrusted::new(format!("delegated, {}: {name}", self.person(at))),
                )
            })
            .collect();
        plan.warnings =
            (0..self.warnings).map(|at| format!("{at} {}", "many words ".repeat(60))).collect();
        let rule = |at: usize| Check {
            rule: ["protected_app", "removal_limit", "principals_limit"][at % 3].to_owned(),
            text: format!("app-{at} {}", "cannot be applied ".repeat(20)),
            help: "do this and that and something else ".repeat(10),
        };
        plan.checks = (0..self.checks).map(rule).collect();
        plan.identity_checks = (0..self.checks.min(2))
            .map(|at| Check { rule: ["lockout", "self_escalation"][at].to_owned(), ..rule(at) })
            .collect();
        plan
    }
}

/// The sum of a column of the table by app, counted from behind: `add` ends in column 31.
fn sum(rows: &[&str], end: usize) -> usize {
    let cell = |row: &&str| -> usize {
        let cell: String = row.chars().skip(end - 7).take(7).collect();
        cell.trim().replace(',', "").parse().unwrap_or(0)
    };
    rows[1..].iter().map(cell).sum()
}

/// The sum of the numbers before a word in the table by app.
fn sum_before(rows: &[&str], word: &str) -> usize {
    let words: Vec<&str> = rows.iter().flat_map(|row| row.split_whitespace()).collect();
    let pairs = words.windows(2).filter(|pair| pair[1].trim_end_matches(',') == word);
    pairs.map(|pair| pair[0].replace(',', "").parse::<usize>().unwrap()).sum()
}

/// The lines between this title and the next blank line.
fn section<'t>(text: &'t str, title: &str) -> Option<Vec<&'t str>> {
    let mut lines = text.lines().skip_while(|line| *line != title);
    lines.next()?;
    Some(lines.take_while(|line| !line.is_empty()).collect())
}

/// Lines that begin a picture.
fn titles(text: &str) -> usize {
    let begins = |line: &&str| {
        let mut chars = line.chars();
        line.starts_with("  ")
            && chars.nth(2).is_some_and(|sign| "+~-".contains(sign))
            && chars.next() == Some(' ')
            && chars.next().is_some_and(|c| c.is_ascii_lowercase())
    };
    text.lines().filter(begins).count()
}

/// Every object, and every one that is dangerous, is in the drawing: in a picture of its own, or in the count
/// of its app. What is dangerous or cuts off many is told each, where any of it is.
fn accounted(plan: &Plan, text: &str) -> Result<(), TestCaseError> {
    let pictures = apart(plan, pictures(plan));
    let all = Counts::of(&plan.changes);
    let rated = |tier| {
        let tiers = plan.changes.iter().filter_map(|one| one.risk.as_ref().map(|risk| risk.tier));
        tiers.filter(|one| *one == tier).count()
    };
    if let Some(rows) = section(text, "By app") {
        for (word, end, number) in
            [("add", 31, all.add), ("change", 38, all.change), ("remove", 45, all.remove)]
        {
            prop_assert_eq!(sum(&rows, end), number, "{}: {}", word, text);
        }
        prop_assert_eq!(sum_before(&rows, "[HIGH]"), rated(Tier::High), "{}", text);
        prop_assert_eq!(sum_before(&rows, "[CRITICAL]"), rated(Tier::Critical), "{}", text);
    } else {
        let (told, blocks) = (titles(text), crate::plan::pictures::pictures(plan).len());
        prop_assert!(told == pictures.len() || told == blocks, "{}", text);
    }
    if let Some(rows) = section(text, "Dangerous or cutting off many, each") {
        let seen = pictures.iter().filter(|picture| must_be_seen(picture));
        prop_assert_eq!(titles(&rows.join("\n")), seen.count(), "{}", text);
    }
    Ok(())
}

/// The first line says whether it can be applied, and the last line's numbers are those of the head and come
/// to the number of changes.
fn headed(plan: &Plan, text: &str) -> Result<(), TestCaseError> {
    let stopped = plan.checks.len() + plan.identity_checks.len() > 0;
    let first = text.lines().next().unwrap();
    prop_assert_eq!(first.starts_with("BLOCKED by "), stopped, "{}", first);
    prop_assert_eq!(first == "Ready to apply.", !stopped, "{}", first);
    let line = text.lines().find(|line| line.starts_with("Plan: ")).unwrap();
    let (totals, _) = line["Plan: ".len()..].split_once('.').unwrap();
    prop_assert!(
        text.contains(&format!(" {totals}.")) && text.matches(totals).count() == 2,
        "{text}"
    );
    let numbers = totals.split(' ').filter_map(|word| word.replace(',', "").parse::<usize>().ok());
    prop_assert_eq!(numbers.sum::<usize>(), plan.changes.len());
    Ok(())
}

/// Short: a page. Full: everybody by name.
fn holds(shape: &Shape) -> Result<(), TestCaseError> {
    let plan = shape.plan();
    let text = draw(&plan, SHORT);
    let many = pictures(&plan).len();
    if plan.changes.len() > 200 {
        // What must be seen is told each, up to two hundred of it, even if that takes more than a page.
        let single = apart(&plan, pictures(&plan));
        let seen = single.iter().filter(|picture| must_be_seen(picture)).count();
        let told = text.contains("\nDangerous or cutting off many, each\n");
        let each = told && seen <= 200;
        let most = if each { LINES + 2 * seen } else { LINES };
        // All the permissions of one of them may take many lines.
        let goes_on = |line: &&str| each && line.starts_with(&" ".repeat(15));
        let lines = text.lines().filter(|line| !goes_on(line)).count();
        prop_assert!(lines <= most, "{} lines:\n{}", lines, text);
    }
    accounted(&plan, &text)?;
    headed(&plan, &text)?;
    for rule in plan.checks.iter().chain(&plan.identity_checks).map(|check| &check.rule) {
        prop_assert!(text.contains(&format!("BLOCKED   {rule}")), "{rule} is not in\n{text}");
    }
    if plan.changes.len() > 1_500 {
        return Ok(());
    }
    let full = draw(&plan, FULL);
    prop_assert_eq!(titles(&full), many);
    let words: BTreeSet<&str> = full.split([' ', '\n', ',']).collect();
    for change in &plan.changes {
        let name = change.subject.person.as_ref().map(Untrusted::shown);
        prop_assert!(name.is_none_or(|name| words.contains(name.as_str())), "{:?}", change.subject);
    }
    Ok(())
}

fn shape() -> impl Strategy<Value = Shape> {
    let size = prop_oneof![1..60_usize, 150..400_usize, 900..1_100_usize, Just(10_000)];
    let some = || prop_oneof![Just(1_usize), 2..30_usize, Just(1_000), Just(100_000)];
    let percent = || prop_oneof![Just(0_usize), 0..4_usize, 0..101_usize];
    let many = || prop_oneof![Just(0_usize), 0..600_usize];
    let parts = (size, some(), some(), some(), percent(), percent(), percent());
    let rest =
        (any::<bool>(), any::<bool>(), many(), many(), prop_oneof![Just(0_usize), 0..60_usize]);
    (parts, rest).prop_map(|(parts, rest)| {
        let (changes, apps, sets, reasons, taking, dangerous, everybody) = parts;
        let (replaced, wide, unmanaged, warnings, checks) = rest;
        Shape {
            changes,
            apps: apps.min(changes),
            sets,
            reasons,
            taking,
            dangerous,
            everybody,
            replaced,
            wide,
            unmanaged,
            warnings,
            checks,
        }
    })
}

proptest! {
    #![proptest_config(Config {
        cases: 20,
        rng_seed: RngSeed::Fixed(20_260_219),
        failure_persistence: None,
        max_shrink_iters: 8,
        ..Config::default()
    })]

    #[test]
    fn whatever_its_shape_a_plan_fits_and_loses_nothing(shape in shape()) {
        holds(&shape)?;
    }
}

#[test]
fn shapes_that_once_broke_it() {
    let worst = Shape {
        apps: 1_000,
        sets: 100_000,
        reasons: 100_000,
        taking: 30,
        dangerous: 20,
        everybody: 10,
        replaced: true,
        wide: true,
        unmanaged: 500,
        warnings: 300,
        checks: 50,
        ..PLAIN
    };
    for (name, shape) in [
        ("each user another set", Shape { sets: 100_000, ..PLAIN }),
        ("each user another reason", Shape { reasons: 100_000, ..PLAIN }),
        ("ten each in a thousand apps", Shape { apps: 1_000, sets: 7, ..PLAIN }),
        (
            "removals in a thousand apps",
            Shape { changes: 3_000, apps: 1_000, taking: 100, ..PLAIN },
        ),
        ("two hundred dangers", Shape { dangerous: 2, sets: 100_000, ..PLAIN }),
        ("forty crowds", Shape { apps: 40, ..PLAIN }),
        ("one crowd that is replaced", Shape { changes: 500, sets: 500, replaced: true, ..PLAIN }),
        ("one crowd of many reasons", Shape { reasons: 5_000, replaced: true, ..PLAIN }),
        ("much beside it", Shape { unmanaged: 500, warnings: 300, checks: 50, ..PLAIN }),
        (
            "little and much beside it",
            Shape { changes: 3, unmanaged: 500, warnings: 300, checks: 50, ..PLAIN },
        ),
        ("everything at once", worst),
    ] {
        if let Err(error) = holds(&shape) {
            panic!("{name}: {error}");
        }
    }
}

/// A few changes among much else stay on two pages.
#[test]
fn what_stands_around_does_not_bury_the_changes() {
    let shape = Shape { changes: 3, apps: 3, unmanaged: 500, warnings: 300, checks: 50, ..PLAIN };
    let mut plan = shape.plan();
    plan.warnings.iter_mut().for_each(|warning| warning.truncate(60));
    for check in &mut plan.checks {
        check.text.truncate(50);
        check.help.truncate(60);
    }
    let text = draw(&plan, SHORT);
    assert!(text.lines().count() < 2 * LINES, "{text}");
    assert!(text.contains("and 294 more warnings (--full lists all)"), "{text}");
    assert!(text.contains("  and 490 more: app-0001 164"), "{text}");
    assert!(text.contains("BLOCKED   protected_app (and 14 more of this rule): "), "{text}");
}

/// On both sides of each size at which a plan is drawn otherwise.
#[test]
fn at_every_size_all_is_told_or_counted() {
    for changes in [1, 40, 41, 200, 201, 600, 10_000] {
        let shape = Shape {
            changes: changes - 1,
            apps: 8.min(changes),
            sets: 12,
            taking: 40,
            dangerous: 2,
            everybody: 2,
            ..PLAIN
        };
        let plan = shape.plan();
        assert_eq!(plan.changes.len(), changes);
        let text = draw(&plan, SHORT);
        accounted(&plan, &text).unwrap();
        let last = text.lines().find(|line| line.starts_with("Plan: ")).unwrap();
        let head = text.lines().find(|line| line.contains(" to add, ")).unwrap();
        let numbers = |line: &str| -> Vec<usize> {
            let words = line.split([' ', ':']).map(|word| word.replace(',', ""));
            words.filter_map(|word| word.parse().ok()).collect()
        };
        let summed: usize = numbers(last)[..3].iter().sum();
        assert_eq!(summed, changes, "{last}");
        assert!(numbers(head).ends_with(&numbers(last)[..3]), "{head}\n{last}");
    }
}
