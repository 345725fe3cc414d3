//! What a plan says that people get and lose is what they get and lose: asked of the tenant's own rows,
//! before and after a real apply.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use super::tenant::case;
use super::{config, world};

/// Object id of a client, and its label in the manifest.
const APPS: [(&str, &str); 3] = [
    ("c1000000-0000-4000-8000-000000000001", "explorer"),
    ("c1000000-0000-4000-8000-000000000002", "sign"),
    ("c1000000-0000-4000-8000-000000000003", "ui"),
];
/// Object id and application id.
const RESOURCES: [(&str, &str); 2] = [
    ("9a000000-0000-4000-8000-000000000001", "00000003-0000-0000-c000-000000000000"),
    ("9a000000-0000-4000-8000-000000000003", "5e000000-0000-4000-8000-000000000003"),
];

/// All users of the tenant, and somebody who comes tomorrow.
fn users() -> Vec<String> {
    [1, 2, 3, 4, 5, 6, 99].map(|n| format!("0a000000-0000-4000-8000-{n:012}")).into()
}

/// What `/oauth2PermissionGrants` lets a client do on behalf of one user: the grant for all principals
/// counts for everybody, and a principal's own one for him.
fn scopes(rows: &[Value], client: &str, resource: &str, user: &str) -> BTreeSet<String> {
    let fits = |row: &&Value| {
        row["clientId"] == client
            && row["resourceId"] == resource
            && (row["consentType"] == "AllPrincipals" || row["principalId"] == user)
    };
    let words = |row: &Value| row["scope"].as_str().unwrap().to_owned();
    let all: Vec<String> = rows.iter().filter(fits).map(words).collect();
    all.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
}

type Moved = (BTreeSet<String>, BTreeSet<String>);

/// The entries of a report by app, resource and who.
fn entries(plan: &Value) -> BTreeMap<[String; 3], Moved> {
    let words = |list: &Value| -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let rows = plan["access"].as_array().unwrap();
    let one = |row: &Value| {
        assert_eq!(row["sort"], "delegated", "{row}");
        let key = ["app", "resource", "who"].map(|at| row[at].as_str().unwrap().to_owned());
        (key, (words(&row["gets"]), words(&row["loses"])))
    };
    let entries: BTreeMap<_, _> = rows.iter().map(one).collect();
    assert_eq!(entries.len(), rows.len(), "somebody stands twice in {plan:#}");
    entries
}

fn judge(plan: &Value, before: &[Value], after: &[Value]) -> Result<usize, TestCaseError> {
    let entries = entries(plan);
    let none = || (BTreeSet::new(), BTreeSet::new());
    let mut moved = 0;
    for (client, label) in APPS {
        for (resource, app_id) in RESOURCES {
            let key = |who: &str| [label, app_id, who].map(str::to_owned);
            let everybody = entries.get(&key("everybody"));
            prop_assert_ne!(everybody, Some(&none()), "an empty entry of everybody");
            for user in users() {
                let old = scopes(before, client, resource, &user);
                let new = scopes(after, client, resource, &user);
                let truth: Moved = (&new - &old, &old - &new);
                let own = entries.get(&key(&user));
                let said = own.or(everybody).cloned().unwrap_or_else(none);
                prop_assert_eq!(&said, &truth, "{} of {} for {}", app_id, label, &user);
                if own.is_some() {
                    prop_assert_ne!(own, everybody, "no entry is needed for {}", &user);
                    prop_assert_ne!(&everybody.cloned().unwrap_or_else(none), &truth);
                }
                moved += usize::from(truth != none());
            }
        }
    }
    Ok(moved)
}

/// A change is rated where somebody really gets something by it, and has an outage where somebody really
/// loses something.
fn rated(plan: &Value) -> Result<(), TestCaseError> {
    let entries = entries(plan);
    for change in plan["changes"].as_array().unwrap() {
        let all = change["permissions"].as_array().unwrap();
        let one = change["subject"]["audience"]["one"].as_str();
        let app = change["address"].as_str().unwrap().split('/').nth(1).unwrap();
        let moved = |name: &str, resource: &str, lost: bool| {
            let of = |who: &str| [app, resource, who].map(str::to_owned);
            let has = |(gets, loses): &Moved| if lost { loses } else { gets }.contains(name);
            let everybody = entries.get(&of("everybody"));
            let own = entries.get(&of(one.unwrap_or("everybody"))).or(everybody);
            // All users' grant may take something from those alone who lack it otherwise.
            let some = one.is_none()
                && lost
                && entries.iter().any(|(at, entry)| at[..2] == of("")[..2] && has(entry));
            own.is_some_and(has) || some
        };
        let any = |member: &str, lost: bool| {
            all.iter().filter(|one| one[member] == true).any(|one| {
                moved(one["name"].as_str().unwrap(), one["resource"].as_str().unwrap(), lost)
            })
        };
        prop_assert_eq!(change["risk"].is_object(), any("gained", false), "{:#}", change);
        prop_assert_eq!(change["outage"].is_object(), any("lost", true), "{:#}", change);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(10))]

    #[test]
    fn gets_and_loses_are_what_an_apply_makes_of_the_tenant(case in case(), saved in any::<bool>()) {
        let world = world(&case, "");
        let before = world.rows("oauth2PermissionGrants");
        let plan = world.run(&["plan", "--json", "--out", "plan.json"]);
        prop_assert_eq!(plan.code, 0, "{:#?}", plan);
        let plan = plan.json();
        rated(&plan)?;
        let digest = plan["effect"]["sha256"].as_str().unwrap();
        let args: &[&str] = if saved { &["apply", "plan.json"] } else { &["apply"] };
        let run = world.run(&[args, &["--approve", digest]].concat());
        prop_assert_eq!(run.code, 0, "{:#?}", run);
        judge(&plan, &before, &world.rows("oauth2PermissionGrants"))?;
    }
}

/// The cases are worth the law: in many of them somebody's difference is not everybody's.
#[test]
fn cases_move_the_access_of_single_people() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::new(config(1));
    let mut own = 0;
    for _ in 0..200 {
        let case = case().new_tree(&mut runner).unwrap().current();
        let (before, after) = (case.before(), case.expected());
        let all = |state: &super::State, key: &super::tenant::Key| -> BTreeSet<String> {
            let both = [(key.0, key.1, None), *key];
            both.iter().filter_map(|key| state.0.get(key)).flatten().cloned().collect()
        };
        let keys = before.0.keys().chain(after.0.keys()).filter(|key| key.2.is_some());
        own += usize::from(keys.clone().any(|key| {
            let rest = (key.0, key.1, None);
            let of = |key| {
                (&all(&after, key) - &all(&before, key), &all(&before, key) - &all(&after, key))
            };
            of(key) != of(&rest) && before.0.contains_key(&rest)
        }));
    }
    assert!(own > 20, "{own}");
}
