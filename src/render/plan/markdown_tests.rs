//! The comment keeps to its budget, and never drops what nobody may overlook.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

use super::*;
use crate::model::risk::Tier;
use crate::model::untrusted::Untrusted;
use crate::plan::access::AccessHolder;
use crate::render::formats::COMMENT_BUDGET;
use crate::render::plan::samples::narrowing;
use crate::render::plan::shapes::{PLAIN, Shape};

fn drawn(plan: &Plan, budget: usize) -> String {
    let options = ReportOptions { comment_budget: budget, ..ReportOptions::default() };
    let mut out = Vec::new();
    super::plan(plan, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The bullets below a heading, without those that count others.
fn bullets<'t>(text: &'t str, heading: &str) -> Vec<&'t str> {
    let lines = text.lines().skip_while(|line| *line != heading).skip(2);
    let lines = lines.take_while(|line| line.starts_with("- "));
    lines.filter(|line| !line.starts_with("- and ")).collect()
}

/// Told each, or counted: `- 12 other apps: 48 lines that must be seen`.
fn told(bullets: &[&str], is_dangerous: impl Fn(&str) -> bool) -> usize {
    let counted = bullets.iter().filter_map(|line| {
        let (number, _) = line.rsplit_once(" that must be seen")?.0.rsplit_once(' ')?;
        number.rsplit_once(' ')?.1.replace(',', "").parse::<usize>().ok()
    });
    let each = bullets.iter().filter(|line| !line.ends_with("must be seen") && is_dangerous(line));
    counted.sum::<usize>() + each.count()
}

/// By its own reading of who gets and loses what: each set of permissions that is dangerous to give, and each
/// that all users or an app lose.
fn must_be_told(plan: &Plan) -> (usize, usize) {
    let tier = |one: &crate::plan::access::AccessEntry| {
        let of = plan.changes.iter().filter(|change| {
            change.address.owner == *one.app
                && change.permissions.iter().any(|permission| {
                    let who = AccessHolder::of(change.subject.audience, permission.sort);
                    let covers = who == Some(one.who) || who == Some(AccessHolder::Everybody);
                    let given = one.gets.iter().any(|name| name.raw() == permission.name);
                    permission.gained && given && covers
                })
        });
        of.filter_map(|change| change.risk.as_ref().map(|risk| risk.tier)).max()
    };
    let mut gives = BTreeSet::new();
    let mut takes = BTreeSet::new();
    for one in plan.access.entries() {
        let sort = match one.who {
            AccessHolder::Everybody => "everybody",
            AccessHolder::App => "app",
            AccessHolder::One(_) => "some",
        };
        let place = (one.app.to_string(), one.resource.to_string(), sort);
        let danger = tier(one).filter(|tier| *tier >= Tier::High);
        if let (Some(tier), false) = (danger, one.gets.is_empty()) {
            gives.insert((place.clone(), one.gets.clone(), tier));
        }
        if sort != "some" && !one.loses.is_empty() {
            takes.insert((place, one.loses.clone()));
        }
    }
    (gives.len(), takes.len())
}

fn holds(plan: &Plan, budget: usize) -> Result<String, TestCaseError> {
    let text = drawn(plan, budget);
    prop_assert!(text.chars().count() <= budget, "{} of {budget}", text.chars().count());
    let head = format!("{MARK}{} -->\n## consent plan: ", plan.tenant.id);
    prop_assert!(text.starts_with(&head), "{}", text);
    prop_assert!(text.contains(&plan.effect.digest), "{}", text);
    for rule in crate::plan::readiness::stopped_by(plan) {
        prop_assert!(text.contains(rule), "{rule} in {text}");
    }
    let (gives, takes) = must_be_told(plan);
    let dangerous = |line: &str| line.contains("**[HIGH]**") || line.contains("**[CRITICAL]**");
    prop_assert_eq!(told(&bullets(&text, "### Gives access"), dangerous), gives, "{}", text);
    let wide = |line: &str| line.contains("**all users**") || line.contains("**the app itself**");
    prop_assert_eq!(told(&bullets(&text, "### Takes access away"), wide), takes, "{}", text);
    only_our_nodes(&text)?;
    Ok(text)
}

/// As CommonMark reads it: headings, lists, quotes, code, and HTML that is none but ours.
fn only_our_nodes(text: &str) -> Result<(), TestCaseError> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
    let mut block = false;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let known = html.starts_with("<!-- consent:plan tenant=")
                    || &*html == "</details>\n"
                    || html.starts_with("<details><summary>");
                prop_assert!(known && html.matches('<').count() <= 5, "{html:?}");
            }
            Event::Text(text) if !block => {
                prop_assert!(
                    !text.contains(['@', '<', '`', '|']) && !text.contains("://"),
                    "{text:?}"
                );
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                prop_assert_eq!(&*language, "diff");
                block = true;
            }
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => block = false,
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Table(_)) => {
                prop_assert!(false, "a link, an image or a table in {text}");
            }
            _ => {}
        }
    }
    Ok(())
}

#[test]
fn every_size_keeps_to_its_budget() {
    for changes in [0, 1, 40, 200, 10_000] {
        for (dangerous, everybody, apps) in [(0, 0, 1), (5, 5, 60), (100, 50, 3_000)] {
            let shape =
                Shape { changes, apps, dangerous, everybody, taking: 40, checks: 9, ..PLAIN };
            let plan = shape.plan();
            for budget in [4_000, COMMENT_BUDGET] {
                holds(&plan, budget).unwrap();
            }
        }
    }
}

#[test]
fn hostile_names_draw_nothing() {
    for evil in crate::render::escape::markdown::tests::EVIL {
        let mut plan = narrowing();
        plan.tenant.domains = vec![Untrusted::new(evil)];
        plan.warnings = vec![format!("{evil} is odd")];
        plan.apps[0].name = Untrusted::new(evil);
        for change in &mut plan.changes {
            change.subject.target = Some(Untrusted::new(evil));
            change.subject.person = Some(Untrusted::new(evil));
            change.notes = vec![evil.to_owned()];
            change.why[0].reason = Some(evil.to_owned());
        }
        holds(&plan, COMMENT_BUDGET).unwrap();
    }
}

#[test]
fn a_small_plan_is_told_whole() {
    let text = drawn(&narrowing(), COMMENT_BUDGET);
    insta::assert_snapshot!(text);
}

proptest! {
    #![proptest_config(Config { cases: 24, rng_seed: RngSeed::Fixed(7), ..Config::default() })]
    #[test]
    fn any_plan_keeps_to_any_budget(
        (changes, apps, sets, taking, dangerous) in
            (0..400usize, 1..120usize, 1..40usize, 0..100usize, 0..100usize),
        (everybody, replaced, wide, unmanaged, warnings, checks) in
            (0..100usize, any::<bool>(), any::<bool>(), 0..60usize, 0..20usize, 0..9usize),
        budget in 4_000..70_000usize,
    ) {
        let shape = Shape {
            changes, apps, sets, reasons: 3, taking, dangerous, everybody, replaced, wide, unmanaged,
            warnings, checks,
        };
        holds(&shape.plan(), budget)?;
    }
}
