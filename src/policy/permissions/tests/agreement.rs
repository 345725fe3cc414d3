//! How far the rules agree with a table that others publish: that of risky permissions of CISA's ScubaGear. No
//! such table is the truth, so what is held is how far apart they may be, and the share that agrees.

use super::super::other_apis::APIS;
use super::{Delegated, Publisher, Tier, read, rule_of_other, sort};
use crate::model::change::PermissionSort;
use crate::model::id::AppId;
use crate::model::risk::Tier::{Critical, High, Low, Medium};

const GRAPH: &str = "Microsoft Graph";

/// In the order of the table of APIs.
const OTHERS: [&str; 7] = [
    "Office 365 Exchange Online",
    "Office 365 SharePoint Online",
    "Office 365 Management APIs",
    "Power BI Service",
    "Dataverse",
    "PowerApps Service",
    "Microsoft Flow Service",
];

struct Opinion {
    resource: String,
    name: String,
    sort: PermissionSort,
    theirs: Tier,
    ours: Tier,
}

fn opinions() -> Vec<Opinion> {
    let table = read("tests/it/fixtures/risk/cisa.tsv");
    let rows = table.lines().skip(1).filter_map(|line| {
        let [resource, name, word, tier] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let sort = sort(word);
        let theirs =
            [Low, Medium, High, Critical].into_iter().find(|one| one.word() == tier).unwrap();
        let ours = ours(resource, name, sort)?;
        Some(Opinion { resource: resource.to_owned(), name: name.to_owned(), sort, theirs, ours })
    });
    rows.collect()
}

/// Nothing for what Microsoft Graph has no more.
fn ours(resource: &str, name: &str, sort: PermissionSort) -> Option<Tier> {
    if resource == GRAPH {
        let mut rows = super::ROWS.iter();
        return Some(rows.find(|row| row.name == name && row.sort == sort)?.rule.tier);
    }
    let at = OTHERS.iter().position(|other| *other == resource).unwrap();
    let rule = rule_of_other(Some(APIS[at].app), Publisher::Microsoft, (sort, name, Some(true)));
    Some(rule.tier)
}

fn share(opinions: &[&Opinion]) -> (usize, usize) {
    (opinions.iter().filter(|one| one.ours == one.theirs).count(), opinions.len())
}

#[test]
fn the_rules_agree_with_a_published_table_so_far() {
    let all = opinions();
    let of = |is: &dyn Fn(&Opinion) -> bool| {
        share(&all.iter().filter(|one| is(one)).collect::<Vec<_>>())
    };
    let graph = |one: &Opinion| one.resource == GRAPH;
    // Who changes the rules sees here what it costs.
    assert_eq!(of(&|one| graph(one) && one.sort == Delegated), (73, 94));
    assert_eq!(of(&|one| graph(one) && one.sort != Delegated), (159, 241));
    assert_eq!(of(&|one| !graph(one)), (90, 107));
}

#[test]
fn what_the_table_calls_critical_is_high_at_least_and_nothing_is_two_steps_lower() {
    let steps =
        |tier: Tier| [Low, Medium, High, Critical].iter().position(|one| *one == tier).unwrap();
    for Opinion { resource, name, sort, theirs, ours } in &opinions() {
        let told =
            format!("{resource} {sort:?} {name}: {} there, {} here", theirs.word(), ours.word());
        assert!(*theirs != Critical || *ours >= High, "{told}");
        assert!(steps(*ours) + 1 >= steps(*theirs), "{told}");
        let other = resource != GRAPH;
        assert!(!(other && *theirs == High) || *ours >= High, "{told}");
    }
}

#[test]
fn the_ids_of_the_other_apis_are_microsofts() {
    let published = [
        "00000002-0000-0ff1-ce00-000000000000",
        "00000003-0000-0ff1-ce00-000000000000",
        "c5393580-f805-4401-95e8-94b7a6ef2fc2",
        "00000009-0000-0000-c000-000000000000",
        "00000007-0000-0000-c000-000000000000",
        "475226c6-020e-4fb2-8a90-7a972cbfc1d4",
        "7df0a125-d3be-4c96-aa54-591f83ff541c",
    ];
    let ids: Vec<AppId> = APIS.iter().map(|api| api.app).collect();
    assert_eq!(ids, published.map(|id| id.parse().unwrap()));
}
