//! RemarkList as test cases: one for each rule and app of a plan, and for each line of a manifest that is wrong.

use std::collections::BTreeMap;

use crate::model::risk::Tier;
use crate::model::safe::Safe;
use crate::plan::outage::CutOff;
use crate::plan::{AppHead, Plan};
use crate::render::remarks::remark::{Level, Remark, RemarkList, RemarkSort};
use crate::render::suites::{Suite, TestCase, TestEnd};

/// What is asked of every app that a plan changes.
const RULES: [RemarkSort; 4] = [
    RemarkSort::Gives(Tier::Critical),
    RemarkSort::Gives(Tier::High),
    RemarkSort::CutsOff(CutOff::Everybody),
    RemarkSort::CutsOff(CutOff::App),
];

/// RemarkList that one case tells before it counts the others.
const TOLD: usize = 5;

/// The plan as such, then app by app: whether it does what somebody should look at.
pub(crate) fn of_plan(plan: &Plan, remarks: &RemarkList) -> Vec<Suite> {
    let mut by_place: BTreeMap<(Option<&str>, &RemarkSort), Vec<&Remark>> = BTreeMap::new();
    for remark in &remarks.all {
        by_place.entry((remark.app.as_deref(), &remark.sort)).or_default().push(remark);
    }
    let whole = by_place.iter().filter(|((app, _), _)| app.is_none());
    let mut cases: Vec<TestCase> = whole.map(|((_, sort), remarks)| case(sort, remarks)).collect();
    if cases.is_empty() {
        cases.push(TestCase { name: "nothing stops apply".into(), end: TestEnd::Passed });
    }
    let mut suites = vec![Suite { name: "plan".into(), cases }];
    let mut labels: Vec<&str> =
        plan.changes.iter().map(|change| change.address.owner.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    for label in labels {
        let none = Vec::new();
        let found = |sort| by_place.get(&(Some(label), sort)).unwrap_or(&none);
        let cases = RULES.iter().map(|sort| case(sort, found(sort))).collect();
        suites.push(Suite { name: suite_name(&plan.apps, label), cases });
    }
    suites
}

/// `app okta`, so that no app is taken for the plan or the tenant.
fn suite_name(apps: &[AppHead], label: &str) -> Safe {
    match apps.iter().any(|app| app.label == label) {
        true => format!("app {label}").into(),
        false => label.into(),
    }
}

fn case(sort: &RemarkSort, remarks: &[&Remark]) -> TestCase {
    let name = sort.id().into();
    let Some(first) = remarks.first() else { return TestCase { name, end: TestEnd::Passed } };
    let end = match first.level() {
        Level::Error => TestEnd::Failed(told(remarks)),
        Level::Warning | Level::Note => TestEnd::Skipped(told(remarks)),
    };
    TestCase { name, end }
}

fn told(remarks: &[&Remark]) -> Safe {
    let mut texts: Vec<String> =
        remarks.iter().take(TOLD).map(|remark| remark.whole().into()).collect();
    if let more @ 1.. = remarks.len().saturating_sub(TOLD) {
        texts.push(format!("And {more} more."));
    }
    texts.join(" ").into()
}

/// Each mistake and each warning.
pub(crate) fn of_mistakes(remarks: &RemarkList) -> Vec<Suite> {
    let case = |remark: &Remark| {
        let name = format!("{} at {}:{}", remark.sort.id(), remark.at.file, remark.at.from.line);
        let end = match remark.level() {
            Level::Error => TestEnd::Failed(remark.whole()),
            Level::Warning | Level::Note => TestEnd::Skipped(remark.whole()),
        };
        TestCase { name: name.into(), end }
    };
    vec![Suite { name: "manifest".into(), cases: remarks.all.iter().map(case).collect() }]
}
