//! By what places know that a remark is one of yesterday.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::{grant, whole, with};
use crate::model::id::ObjectId;
use crate::model::risk::Tier;
use crate::plan::Plan;
use crate::render::formats::Reported;
use crate::render::plan::samples;

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

/// People who are only counted cannot be told apart by their fingerprints, either.
#[test]
fn who_is_hidden_has_no_fingerprint_of_its_own() {
    let hidden = |number| {
        let mut change = grant(number, "Mail.Read", "x", Tier::High);
        let id = ObjectId::hidden(usize::try_from(number).unwrap());
        change.subject.audience = crate::model::audience::Audience::One(id);
        change.subject.person = None;
        change
    };
    let print = |number| fingerprints(&with(vec![hidden(number)]));
    assert_eq!(print(1), print(2));
    assert!(print(1)[0].contains("1 person"), "{:?}", print(1));
    let plan = samples::plan(Vec::new());
    assert_eq!(fingerprints(&plan), [""; 0]);
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
