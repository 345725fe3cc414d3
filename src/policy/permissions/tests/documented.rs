//! `docs/concepts/risk.md` lists the rules as they are.

use std::collections::{BTreeMap, BTreeSet};

use super::super::graph::{RULES, UNKNOWN};
use super::super::other_apis::{APIS, all};
use super::{Application, Delegated, Publisher, Rating, read, rule, rule_of_other};

fn rules() -> impl Iterator<Item = &'static Rating> {
    RULES.iter().chain([&UNKNOWN]).chain(all())
}

/// Number, tier, what it allows, examples, of each row.
fn rows(page: &str) -> Vec<[&str; 4]> {
    let rows = page.lines().filter(|line| line.starts_with("| `P"));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    cells.map(|cells| cells.try_into().unwrap()).collect()
}

#[test]
fn the_page_lists_every_rule_and_no_other() {
    let page = read("docs/concepts/risk.md");
    let told: BTreeSet<_> = rows(&page)
        .iter()
        .map(|[id, tier, says, _]| (id.trim_matches('`'), *tier, *says))
        .collect();
    let there: BTreeSet<_> = rules().map(|rule| (rule.id, rule.tier.word(), rule.says)).collect();
    let missing: Vec<_> = there.difference(&told).collect();
    let invented: Vec<_> = told.difference(&there).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "missing {missing:#?}, invented {invented:#?}"
    );
}

#[test]
fn examples_on_the_page_are_rated_by_their_rule() {
    let page = read("docs/concepts/risk.md");
    for [id, _, _, examples] in rows(&page) {
        for example in examples.split('`').skip(1).step_by(2) {
            assert!(numbers(example).contains(id.trim_matches('`')), "{id}: {example}");
        }
    }
}

/// The numbers of all rules that rate this name, somewhere.
fn numbers(name: &str) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for sort in [Application, Delegated] {
        for admin_only in [Some(true), Some(false)] {
            found.insert(rule(sort, name, admin_only).id);
            for resource in APIS.iter().map(|api| Some(api.app)).chain([None]) {
                for publisher in [Publisher::Microsoft, Publisher::Other] {
                    found.insert(rule_of_other(resource, publisher, (sort, name, admin_only)).id);
                }
            }
        }
    }
    found
}

/// A number is what people write exceptions with: it cannot be two things.
#[test]
fn a_number_has_one_tier() {
    let mut tiers = BTreeMap::new();
    for rule in rules() {
        let known = tiers.entry(rule.id).or_insert(rule.tier);
        assert_eq!(*known, rule.tier, "{}", rule.id);
    }
}
