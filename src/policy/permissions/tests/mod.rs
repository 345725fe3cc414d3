//! Every permission that Microsoft Graph publishes goes through the rules.

mod agreement;
mod documented;
mod laws;
mod oracle;

use std::sync::LazyLock;

use super::{Publisher, Rating, rule, rule_of_other};
use crate::model::change::PermissionSort::{self, Application, Delegated};
use crate::model::id::AppId;
use crate::model::risk::Tier::{self, Critical, High, Medium};

/// One row of the list of Microsoft Graph, with what the rules say of it.
struct Row {
    name: &'static str,
    sort: PermissionSort,
    /// Microsoft's own words.
    described: &'static str,
    rule: &'static Rating,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, sort, described, rule } = self;
        write!(out, "{} {sort:?} {name}: {} ({described})", rule.id, rule.tier.word())
    }
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let table: &'static str = read("src/sandbox/data/graph-permissions.tsv").leak();
    let rows = table.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let (name, sort) = (cells[0], sort(cells[1]));
        let rule = rule(sort, name, Some(cells[3] == "true"));
        Row { name, sort, described: cells[8], rule }
    });
    rows.collect()
});

#[expect(clippy::disallowed_methods, reason = "a test reads its data")]
fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn sort(word: &str) -> PermissionSort {
    match word {
        "delegated" => Delegated,
        "application" => Application,
        other => panic!("{other} is no sort"),
    }
}

/// All rows of that name: of one sort or of both.
fn named(name: &str) -> Vec<&'static Row> {
    let found: Vec<&Row> = ROWS.iter().filter(|row| row.name == name).collect();
    assert!(!found.is_empty(), "Microsoft Graph has no {name}");
    found
}

#[test]
fn named_permissions_have_their_documented_tier() {
    let id = |sort, name, admin| {
        let rule = rule(sort, name, admin);
        (rule.id, rule.tier)
    };
    let user = |name| id(Delegated, name, Some(false));
    assert_eq!(user("Mail.ReadWrite"), ("P205", High));
    assert_eq!(user("Mail.Read"), ("P300", Medium));
    assert_eq!(user("Tasks.ReadWrite"), ("P300", Medium));
    assert_eq!(user("User.Read"), ("P302", Tier::Low));
    assert_eq!(user("offline_access"), ("P302", Tier::Low));
    assert_eq!(id(Delegated, "Directory.AccessAsUser.All", Some(true)), ("P105", Critical));
    assert_eq!(id(Application, "Mail.Read", Some(true)), ("P203", High));
    assert_eq!(id(Application, "User.Read.All", Some(true)), ("P304", Medium));
    assert_eq!(id(Application, "Sites.Selected", Some(true)), ("P206", Medium));
    assert_eq!(id(Application, "Application.ReadWrite.OwnedBy", Some(true)), ("P108", High));
}

#[test]
fn what_nobody_knows_is_high() {
    assert_eq!(rule(Delegated, "Warp.Engage.All", None).id, "P000");
    assert_eq!(rule(Application, "", None).id, "P000");
    assert_eq!(rule(Delegated, "Mail", Some(false)).id, "P000");
    // A new name with a known grammar is rated by it.
    assert_eq!(rule(Application, "Warp.ReadWrite.All", None).id, "P207");
    assert_eq!(rule(Delegated, "Warp.ReadWrite.All", None).id, "P208");
}

/// What another API does not name is rated by whose it is, however well its id is known.
#[test]
fn other_apis_fall_back_on_whose_they_are() {
    let power_bi = Some(AppId::from_u128(0x0000_0009_0000_0000_c000_0000_0000_0000));
    let id = |resource, publisher, sort, name| {
        rule_of_other(resource, publisher, (sort, name, Some(true))).id
    };
    for (publisher, sort, expected) in [
        (Publisher::Microsoft, Delegated, "P403"),
        (Publisher::Microsoft, Application, "P405"),
        (Publisher::Other, Application, "P404"),
    ] {
        assert_eq!(id(power_bi, publisher, sort, "Warp.Engage.All"), expected);
        assert_eq!(id(None, publisher, sort, "Tenant.ReadWrite.All"), expected);
    }
    assert_eq!(id(power_bi, Publisher::Microsoft, Application, "Tenant.ReadWrite.All"), "P441");
    // An API that the plan has not seen yet is known by its id alone.
    assert_eq!(id(power_bi, Publisher::Other, Delegated, "Dataset.Read.All"), "P445");
}
