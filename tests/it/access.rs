//! Who really gets and loses what, as a reviewer reads it.

use serde_json::{Value, json};

use crate::scenarios::{ALICE, BOB, EXPLORER_ALL, app, has, wants};
use crate::terminal::{end, open};
use crate::world::{HEAD, World};

const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
const ALL: &str = "User.Read Mail.Read";

fn for_two() -> String {
    wants(
        "explorer",
        r#"["User.Read", "Mail.Read"]"#,
        r#"{ users = ["alice@contoso.com", "bob@contoso.com"] }"#,
    )
}

fn entry(who: &str, gets: &[&str], loses: &[&str]) -> Value {
    json!({
        "app": "explorer", "resource": GRAPH_APP, "sort": "delegated", "who": who,
        "gets": gets, "loses": loses,
    })
}

/// The app is additive, and the grant for all users is not declared: it stays, and makes the rest pointless.
fn pointless() -> World {
    let world = World::with(&has("Graph Explorer", None, ALL));
    world.manifest(&(app("explorer", "additive") + &for_two()));
    world
}

#[test]
fn a_narrowing_that_narrows_nothing_says_so_first() {
    let plan = pointless().plan();
    assert_eq!(plan["access"], json!([]));
    for change in plan["changes"].as_array().unwrap() {
        assert_eq!(change["risk"], Value::Null, "{change:#}");
        let note = "Nobody's access changes: all users have it by the grant that is left alone.";
        assert_eq!(change["notes"], json!([note]));
    }
    let warning = plan["warnings"][0].as_str().unwrap();
    assert!(
        warning.starts_with("explorer: 2 grants to single users give nobody Mail.Read, User.Read"),
        "{warning}"
    );
    assert!(warning.contains("mode = \"exact\" in [app.explorer]"), "{warning}");
}

#[test]
fn whoever_is_named_in_a_narrowing_loses_what_he_is_not_given() {
    let world = World::with(&has("Graph Explorer", None, &format!("{ALL} Files.Read")));
    world.manifest(&(app("explorer", "exact") + &for_two()));
    let plan = world.plan();
    assert_eq!(
        plan["access"],
        json!([
            entry("everybody", &[], &["Files.Read", "Mail.Read", "User.Read"]),
            entry(ALICE, &[], &["Files.Read"]),
            entry(BOB, &[], &["Files.Read"]),
        ])
    );
    let of = |member: &str| -> Vec<Value> {
        plan["changes"].as_array().unwrap().iter().map(|one| one[member].clone()).collect()
    };
    assert_eq!(of("risk"), [Value::Null, Value::Null, Value::Null], "nobody is given anything");
    let all = json!({ "who": "everybody", "people": 0, "groups": 0 });
    assert_eq!(of("outage"), [Value::Null, Value::Null, all]);
    let told = world.run(&["plan"]).assert_code(0).stdout;
    for line in [
        "cuts off all users\n",
        "               = kept by alice@contoso.com, bob@contoso.com\n                   of Mail.Read, User.Read\n",
        "             Microsoft Graph / Files.Read, Mail.Read, User.Read\n",
        "               - lost by alice@contoso.com, bob@contoso.com\n                   of Files.Read\n",
        "               - lost by everybody else in the tenant\n",
    ] {
        assert!(told.contains(line), "{line}{told}");
    }
}

/// What all users lose, they do not have anyway: whoever is named keeps it by his grant.
#[test]
fn a_grant_that_also_gives_something_new_is_not_called_useless() {
    let world = World::with(&has("Graph Explorer", None, "User.Read"));
    let wanted =
        wants("explorer", r#"["User.Read", "Mail.Send"]"#, r#"{ users = ["alice@contoso.com"] }"#);
    world.manifest(&(app("explorer", "exact") + &wanted));
    let plan = world.plan();
    assert_eq!(
        plan["access"],
        json!([entry("everybody", &[], &["User.Read"]), entry(ALICE, &["Mail.Send"], &[])])
    );
    for change in plan["changes"].as_array().unwrap() {
        assert_eq!(change["notes"], json!([]), "{change:#}");
    }
}

/// The plan was reviewed as one that gives nobody anything. Then the grant for all users went.
#[test]
fn a_saved_plan_does_not_come_to_mean_something_else() {
    let mut world = pointless();
    let plan = world.run(&["plan", "--out", "plan.json", "--json"]).assert_code(0).json();
    world.later("", |state| {
        let rows = state["tables"]["oauth2PermissionGrants"].as_array_mut().unwrap();
        rows.retain(|row| row["id"] != EXPLORER_ALL);
    });
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    let run = world.run(&["apply", "plan.json", "--approve", digest]).assert_code(6);
    let told = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("what else explorer has changed since the plan was made"), "{run:#?}");
    assert_eq!(world.sent(), Vec::<String>::new());
}

/// Frank gets a grant of his own meanwhile: that is no part of what was reviewed, and moves no rating.
#[test]
fn what_changes_nothing_for_the_plan_does_not_stop_it() {
    let mut world = World::with(&has("Graph Explorer", None, ALL));
    world.manifest(&(app("explorer", "exact") + &for_two()));
    let plan = world.run(&["plan", "--out", "plan.json", "--json"]).assert_code(0).json();
    let frank = World::with(&has("Graph Explorer", Some("frank@contoso.com"), ALL));
    let row = frank.rows("oauth2PermissionGrants").remove(0);
    world.later("", |state| {
        state["tables"]["oauth2PermissionGrants"].as_array_mut().unwrap().push(row);
    });
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    world.run(&["apply", "plan.json", "--approve", digest]).assert_code(0).quietly();
    assert_eq!(world.sent().len(), 3);
}

#[test]
fn closing_an_app_takes_it_from_all_but_those_who_are_let_in() {
    let assigned = "[[app_role_assignment]]\nprincipal = \"alice@contoso.com\"\nresource = \"Graph Explorer\"\n";
    let world = World::with(assigned);
    let text = app("explorer", "additive") + "grants = \"none\"\nassignment_required = true\n";
    world.manifest(&(text + "[[assignment]]\napp = \"explorer\"\nusers = [\"bob@contoso.com\"]\n"));
    let plan = world.plan();
    let sign_in = |who: &str, gets: &[&str], loses: &[&str]| {
        json!({
            "app": "explorer", "resource": "de8bc8b5-d9f9-48b1-a8ad-b748da725064",
            "sort": "sign_in", "who": who, "gets": gets, "loses": loses,
        })
    };
    assert_eq!(
        plan["access"],
        json!([
            sign_in("everybody", &[], &["sign in"]),
            sign_in(ALICE, &[], &[]),
            sign_in(BOB, &[], &[]),
        ])
    );
    let outages: Vec<&Value> =
        plan["changes"].as_array().unwrap().iter().map(|change| &change["outage"]["who"]).collect();
    assert_eq!(outages, [&Value::Null, &json!("everybody")]);
}

/// The same while the question stands: a plan that gives nobody anything is approved, and would by now.
#[test]
fn what_changes_beside_a_plan_while_its_question_stands_stops_it() {
    let world = pointless();
    let gone = app("explorer", "exact") + "grants = \"none\"\n";
    world.file("other/consent.toml", &format!("{HEAD}{gone}"));
    let mut session = open(&world, &["apply", "--color", "never"], &[]);
    session.exp_string("Type yes to apply").unwrap();
    let other = ["-f", "other/consent.toml"];
    let plan = world.run(&[&["plan", "--json"], &other[..]].concat()).assert_code(0).json();
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    world.run(&[&["apply", "--approve", digest], &other[..]].concat()).assert_code(0).quietly();
    let before = world.sent();
    session.send_line("yes").unwrap();
    let (text, code) = end(session);
    let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(code, 6, "{text}");
    assert!(told.contains("what else explorer has changed since the plan was made"), "{text}");
    assert_eq!(world.sent(), before);
    // Planned anew it is what it now is, and goes through.
    let digest = world.digest();
    world.run(&["apply", "--approve", &digest]).assert_code(0).quietly();
    assert_eq!(world.grants().len(), 2);
}
