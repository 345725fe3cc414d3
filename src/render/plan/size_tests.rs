//! Plans of any shape fit a page, and nothing that takes or is dangerous gets lost on it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::Plan;
use crate::plan::pictures::{Counts, apart, pictures};
use crate::render::plan::entry::must_be_seen;
use crate::render::plan::samples::shapes::{PLAIN, PlanShape};
use crate::render::plan::tests::{FULL, SHORT, draw};
use crate::render::plan::text::LINES;

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
fn holds(shape: &PlanShape) -> Result<(), TestCaseError> {
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

fn shape() -> impl Strategy<Value = PlanShape> {
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
        PlanShape {
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
    let worst = PlanShape {
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
        ("each user another set", PlanShape { sets: 100_000, ..PLAIN }),
        ("each user another reason", PlanShape { reasons: 100_000, ..PLAIN }),
        ("ten each in a thousand apps", PlanShape { apps: 1_000, sets: 7, ..PLAIN }),
        (
            "removals in a thousand apps",
            PlanShape { changes: 3_000, apps: 1_000, taking: 100, ..PLAIN },
        ),
        ("two hundred dangers", PlanShape { dangerous: 2, sets: 100_000, ..PLAIN }),
        ("forty crowds", PlanShape { apps: 40, ..PLAIN }),
        (
            "one crowd that is replaced",
            PlanShape { changes: 500, sets: 500, replaced: true, ..PLAIN },
        ),
        ("one crowd of many reasons", PlanShape { reasons: 5_000, replaced: true, ..PLAIN }),
        ("much beside it", PlanShape { unmanaged: 500, warnings: 300, checks: 50, ..PLAIN }),
        (
            "little and much beside it",
            PlanShape { changes: 3, unmanaged: 500, warnings: 300, checks: 50, ..PLAIN },
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
    let shape =
        PlanShape { changes: 3, apps: 3, unmanaged: 500, warnings: 300, checks: 50, ..PLAIN };
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
        let shape = PlanShape {
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
