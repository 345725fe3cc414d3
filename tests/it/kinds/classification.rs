//! Classes of delegated permissions.

use serde_json::{Value, json};

use super::run_as;
use crate::ledger::all_sent;
use crate::sample::READING;
use crate::world::World;

const PATH: &str =
    "/servicePrincipals/9a000000-0000-4000-8000-000000000001/delegatedPermissionClassifications";
const USER_READ: &str = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
/// Documented: the service's id of User.Read as low.
const USER_READ_LOW: &str = "2G3-4TG6YU2J54hjnaRoPQE";

const LOW: &str = "[[classification]]\nresource = \"Microsoft Graph\"\nlow = [\"User.Read\"]\n";

fn table(lists: &str) -> String {
    format!("[[classification]]\nresource = \"Microsoft Graph\"\n{lists}\n")
}

fn post(class: &str) -> (String, String, Value) {
    let body =
        json!({"permissionId": USER_READ, "permissionName": "User.Read", "classification": class});
    ("POST".to_owned(), PATH.to_owned(), body)
}

fn delete() -> (String, String, Value) {
    ("DELETE".to_owned(), format!("{PATH}/{USER_READ_LOW}"), Value::Null)
}

/// Between the two requests it has no class: less than before, and less than after.
#[test]
fn another_class_that_is_refused_leaves_none_and_the_next_run_finishes() {
    let refuse = "[[weather.refuse]]\nmethod = \"POST\"\npath = \"delegatedPermissionClassifications\"\nstatus = 403\n";
    let mut world = World::with(&format!("{LOW}{refuse}"));
    world.manifest(&table("medium = [\"User.Read\"]"));
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed"), "{run:#?}");
    assert_eq!(all_sent(&world), [delete(), post("medium")]);
    assert_eq!(world.rows("delegatedPermissionClassifications"), Vec::<Value>::new());
    world.later("", |_| {});
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [post("medium")]);
}

/// The class is in the id, so it is looked up as it was read.
#[test]
fn the_end_of_a_class_is_a_delete_of_the_services_own_id() {
    let world = World::with(LOW);
    world.manifest(&table("low = []"));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("in no list for its resource (consent.toml:5)"), "{drawn}");
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [delete()]);
}

#[test]
fn many_permissions_of_one_class_are_one_picture() {
    let world = World::with("");
    world.manifest(&table(
        "low = [\"openid\", \"profile\", \"email\", \"offline_access\", \"User.Read\"]",
    ));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(
        drawn.contains("5 changes in the tenant's settings: 5 to add, 0 to change, 0 to remove."),
        "{drawn}"
    );
    assert!(drawn.contains("~ email, offline_access, openid, profile, User.Read"), "{drawn}");
    assert!(drawn.contains("[LOW]"), "{drawn}");
    world.apply_as_announced();
    assert_eq!(world.sent().len(), 5);
}

/// A class opens a permission to everybody: it is as risky as the permission.
#[test]
fn a_dangerous_permission_that_is_called_low_risk_is_marked() {
    let world = World::with("");
    world.manifest(&table("low = [\"Mail.ReadWrite\"]"));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("[HIGH]") && drawn.contains("P205"), "{drawn}");
}

#[test]
fn what_cannot_be_classified_is_a_mistake_at_its_place() {
    let world = World::with("");
    world.manifest(&table("low = [\"User.Read\", \"User.Read.All\"]\nhigh = [\"User.Read\"]"));
    let run = world.run(&["apply"]).assert_code(3);
    for words in ["admin_only_classified", "consent.toml:7:21", "two_classes", "consent.toml:8:9"] {
        assert!(run.stderr.contains(words), "{words} is missing in {run:#?}");
    }
    world.assert_untouched();
}

#[test]
fn a_class_that_somebody_changed_since_the_plan_is_stale() {
    let mut world = World::with(LOW);
    world.manifest(&table("medium = [\"User.Read\"]"));
    world.run(&["plan", "--out", "saved.plan"]).assert_code(0).quietly();
    let digest = world.digest();
    world.later("", |state| {
        let row = &mut state["tables"]["delegatedPermissionClassifications"][0];
        row["classification"] = json!("high");
    });
    let run = world.run(&["apply", "saved.plan", "--approve", &digest]).assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]"), "{run:#?}");
    world.assert_untouched();
}

#[test]
fn who_may_not_write_classes_is_told_which_right_is_missing() {
    let world = World::with("");
    world.manifest(LOW);
    let digest = world.digest();
    let run = run_as(&world, READING, &["apply", "--approve", &digest]).assert_code(4);
    assert!(run.stderr.contains("Policy.ReadWrite.PermissionGrant"), "{run:#?}");
    world.assert_untouched();
}
