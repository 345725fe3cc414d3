//! What was not read whole never becomes a removal. The limits are out of the way here: it is not they
//! that save anybody.

use serde_json::json;

use super::Who;
use crate::scenarios::{app, has, wants};
use crate::world::World;

/// More than one page of people, all in one group, all with the grant that is declared for the group.
const CROWD: &str = "[[group]]\nname = \"Crowd\"\n[[people]]\nprefix = \"w\"\ncount = 1100\n\
                     group = \"Crowd\"\n[[bulk_grant]]\nclient = \"Graph Explorer\"\n\
                     resource = \"Microsoft Graph\"\npeople = \"w\"\nscope = \"User.Read\"\n";
const NO_LIMITS: &str = "[limits]\nrevoke = 100000\nrevoke_percent = 100\n";

fn crowd(weather: &str) -> World {
    let world = World::with(&format!("{CROWD}[weather]\n{weather}\n"));
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["Crowd"] }"#)
            + NO_LIMITS),
    );
    world
}

/// Neither a plan nor a saved one, and nothing is sent, whatever was approved.
#[track_caller]
fn no_plan(world: &World, code: i32, id: &str) {
    for args in [&["plan", "--json", "--out", "plan.json"][..], &["plan", "--full"], &["apply"]] {
        no_plan_by(args, world, code, id);
    }
}

/// By one command: faults are waited out, which takes its time.
#[track_caller]
fn no_plan_by(args: &[&str], world: &World, code: i32, id: &str) {
    let run = world.run(args).assert_code(code);
    assert!(run.stderr.contains(&format!("error[{id}]")), "{run:#?}");
    assert!(!run.all().contains("revoke "), "{run:#?}");
    assert!(!world.folder().join("plan.json").exists());
    world.assert_untouched();
    assert!(!world.folder().join(".consent/snapshots").exists());
}

/// The same tenant in fine weather has nothing to do, so whatever a plan would remove is not there to
/// be removed.
#[test]
fn in_fine_weather_nothing_is_to_be_removed() {
    crowd("").assert_converged();
}

#[test]
fn a_list_that_is_cut_is_no_plan() {
    no_plan_by(&["plan", "--full"], &crowd("cut = true"), 1, "incomplete_read");
}

/// Both lists have a second page: the group's people, and the app's grants.
#[test]
fn a_fault_on_the_second_page_is_no_plan() {
    no_plan_by(&["apply"], &crowd("broken-page = 2"), 1, "incomplete_read");
}

#[test]
fn one_list_alone_that_fails_is_no_plan() {
    for path in ["oauth2PermissionGrants", "transitiveMembers"] {
        let refuse = format!("refuse = [{{ method = \"GET\", path = {path:?}, status = 500 }}]");
        no_plan_by(&["plan", "--out", "plan.json"], &crowd(&refuse), 1, "incomplete_read");
    }
}

#[test]
fn people_of_a_group_that_may_not_be_read_keep_what_they_have() {
    let refuse = "refuse = [{ method = \"GET\", path = \"transitiveMembers\", status = 403 }]";
    no_plan(&crowd(refuse), 4, "group_forbidden");
}

/// Hidden membership reads as an empty list for who may not see it.
#[test]
fn hidden_membership_is_no_empty_group() {
    let world = World::with(&format!(
        "{}[[group]]\nname = \"Hidden\"\nhidden = true\nmembers = [\"alice@contoso.com\"]\n",
        has("Graph Explorer", Some("alice@contoso.com"), "User.Read")
    ));
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["Hidden"] }"#)
            + NO_LIMITS),
    );
    for args in [&["plan"][..], &["apply"]] {
        let run = world.run(args);
        assert!(matches!(run.code, 3 | 4), "{run:#?}");
        assert!(!run.all().contains("revoke "), "{run:#?}");
    }
    world.assert_untouched();
}

/// Lists that leave rows out unless they are asked for in the right way, and pages without rows in the
/// middle: asked in that way, everything is there.
#[test]
fn lists_that_lose_rows_remove_nobody() {
    for weather in ["lossy = true", "empty-pages = true"] {
        let world = crowd(weather);
        let plan = world.plan();
        assert_eq!(plan["changes"], json!([]), "{weather}");
        assert_eq!(plan["summary"]["unchanged"], 1_100, "{weather}");
    }
}

/// The sign-in goes in the middle of reading.
#[test]
fn a_sign_in_that_ends_while_reading_is_no_plan() {
    for request in [2, 4, 6] {
        let world = crowd(&format!("expire-after = {request}"));
        let run = Who::operator(&world).run(&world, &["plan"]).assert_code(4);
        assert!(!run.all().contains("revoke "), "{run:#?}");
        world.assert_untouched();
    }
}
