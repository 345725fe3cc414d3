//! What holds for all permissions of Microsoft Graph at once.

use std::collections::BTreeMap;

use super::{Application, Delegated, ROWS, Row};
use crate::model::change::PermissionSort;
use crate::model::risk::Tier::{self, Critical, High, Low, Medium};

fn tiers() -> BTreeMap<(PermissionSort, &'static str), Tier> {
    ROWS.iter().map(|row| ((row.sort, row.name), row.rule.tier)).collect()
}

/// None is left to the default. The sums change with the rules: whoever changes them sees by how much.
#[test]
fn every_permission_of_microsoft_graph_is_rated() {
    let unknown: Vec<&Row> = ROWS.iter().filter(|row| row.rule.id == "P000").collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let mut sums: BTreeMap<Tier, usize> = BTreeMap::new();
    for row in ROWS.iter() {
        *sums.entry(row.rule.tier).or_default() += 1;
    }
    assert_eq!(sums, BTreeMap::from([(Low, 128), (Medium, 658), (High, 636), (Critical, 101)]));
}

#[test]
fn an_app_by_itself_is_never_rated_below_the_same_with_a_user() {
    let tiers = tiers();
    let both: Vec<_> = tiers
        .iter()
        .filter(|((sort, _), _)| *sort == Delegated)
        .filter_map(|((_, name), user)| Some((*name, *user, *tiers.get(&(Application, *name))?)))
        .collect();
    assert_eq!(both.len(), 572, "names of both sorts");
    let below: Vec<_> = both.into_iter().filter(|(_, user, app)| app < user).collect();
    assert!(below.is_empty(), "{below:#?}");
}

/// `from` becomes `to` in the verb, and the rating does not fall.
fn never_falls(from: &str, to: &str) -> usize {
    let tiers = tiers();
    let more = |name: &str| {
        let (noun, rest) = name.split_once('.')?;
        let (verb, reach) = rest.split_once('.').map_or((rest, ""), |(verb, reach)| (verb, reach));
        let dot = if reach.is_empty() { "" } else { "." };
        (verb == from).then(|| format!("{noun}.{to}{dot}{reach}"))
    };
    let mut pairs = 0;
    for ((sort, name), less) in &tiers {
        let Some(more) = more(name) else { continue };
        let Some(tier) = tiers.get(&(*sort, more.as_str())) else { continue };
        assert!(tier >= less, "{sort:?} {more} is {}, {name} {}", tier.word(), less.word());
        pairs += 1;
    }
    pairs
}

#[test]
fn to_write_is_never_rated_below_to_read() {
    assert!(never_falls("Read", "ReadWrite") > 350);
    for (from, to) in [
        ("ReadBasic", "Read"),
        ("ReadBasic", "ReadWriteBasic"),
        ("ReadAnonymous", "Read"),
        ("Read", "Manage"),
        ("ReadWrite", "Manage"),
        ("Manage", "FullControl"),
        ("ReadForChat", "ReadWriteForChat"),
        ("ReadWriteForTeam", "ReadWriteAndConsentForTeam"),
        ("ReadWriteSelfForUser", "ReadWriteAndConsentSelfForUser"),
    ] {
        assert!(never_falls(from, to) > 0, "{from} and {to}");
    }
}

/// Of the sort, a reach that is wider is never rated below a narrower one.
#[test]
fn all_is_never_rated_below_one_s_own() {
    let tiers = tiers();
    let mut pairs = 0;
    for ((sort, name), narrow) in &tiers {
        let wider = [format!("{name}.All"), format!("{name}.Shared")];
        for wide in
            wider.iter().filter_map(|wide| Some((wide, tiers.get(&(*sort, wide.as_str()))?)))
        {
            // Mail of others is read and sent where the user may: the tables treat it as less than his own.
            let is_shared_mail = name.starts_with("Mail.") || name.starts_with("Mail-Advanced.");
            if !(is_shared_mail && wide.0.ends_with(".Shared")) {
                assert!(wide.1 >= narrow, "{sort:?} {} below {name}", wide.0);
                pairs += 1;
            }
        }
    }
    assert!(pairs > 50, "{pairs}");
}
