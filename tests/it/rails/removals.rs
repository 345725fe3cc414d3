//! The removal limit, and the dated line that lifts it.

use serde_json::json;

use super::{rules, stopped, stopped_for};
use crate::rails::Who;
use crate::scenarios::{app, wants};
use crate::world::World;

/// A tenant where so many people have a grant that the manifest takes away.
fn crowd(count: usize, more: &str) -> World {
    let world = World::with(&format!(
        "[[people]]\nprefix = \"w\"\ncount = {count}\n[[bulk_grant]]\nclient = \"Graph \
         Explorer\"\nresource = \"Microsoft Graph\"\npeople = \"w\"\nscope = \"User.Read\"\n"
    ));
    world.manifest(&(app("explorer", "exact") + "grants = \"none\"\n" + more));
    world
}

fn accept(max: u32, until: &str) -> String {
    format!(
        "[accept]\nrevoke = {{ max = {max}, until = {until}, reason = \"end of the pilot\" }}\n"
    )
}

#[test]
fn more_than_25_removals_stop() {
    let (plan, run) = stopped(&crowd(26, ""), 26, "removal_limit");
    assert_eq!(plan["summary"]["remove"], 26);
    assert!(run.stderr.contains("the plan removes 26 objects, and 25 are allowed"), "{run:#?}");
    assert!(run.stderr.contains("[accept] revoke = { max = 26"), "{run:#?}");
}

#[test]
fn a_tenth_of_many_is_the_other_limit() {
    let (_, run) = stopped(&crowd(11, ""), 11, "removal_limit");
    assert!(run.stderr.contains("10 % of 11 managed objects are allowed"), "{run:#?}");
}

#[test]
fn few_objects_have_no_share() {
    crowd(10, "").apply_as_announced();
}

/// The whole of it: refused, accepted by a dated line, applied, gone, and the line then lifts nothing
/// that is not there.
#[test]
fn a_mass_revocation_is_refused_then_accepted_and_made() {
    let world = crowd(1_200, "");
    let (plan, _) = stopped(&world, 1_200, "removal_limit");
    assert_eq!(plan["summary"]["remove"], 1_200);
    let body = app("explorer", "exact") + "grants = \"none\"\n" + &accept(1_200, "2099-12-31");
    world.manifest(&body);
    let (plan, run) = world.apply_as_announced();
    assert_eq!(plan["checks"], json!([]));
    assert!(
        run.stdout
            .contains("Result  1,200 changes: 1,200 done. 0 added, 0 changed, 1,200 removed."),
        "{}",
        run.stdout
    );
    assert!(world.grants().is_empty());
    assert_eq!(world.sent().len(), 1_200);
    assert!(world.sent().iter().all(|line| line.starts_with("DELETE /oauth2PermissionGrants/")));
}

/// A permission that many people lose is a mass revocation, too, although no grant is deleted.
#[test]
fn a_mass_narrowing_is_refused_then_accepted_and_made() {
    let world = World::with(
        "[[people]]\nprefix = \"w\"\ncount = 40\ngroup = \"Crowd\"\n[[group]]\nname = \"Crowd\"\n\
         [[bulk_grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\n\
         people = \"w\"\nscope = \"Mail.Read User.Read\"\n",
    );
    let body = app("explorer", "exact")
        + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["Crowd"] }"#);
    world.manifest(&body);
    let (plan, run) = stopped(&world, 40, "removal_limit");
    assert_eq!((&plan["summary"]["change"], &plan["summary"]["remove"]), (&json!(40), &json!(0)));
    let words = "the plan takes permissions out of 40 objects, and 25 are allowed";
    assert!(run.stderr.contains(words), "{run:#?}");
    world.manifest(&(body + &accept(40, "2099-12-31")));
    world.apply_as_announced();
    assert!(world.sent().iter().all(|line| line.starts_with("PATCH ")) && world.sent().len() == 40);
}

#[test]
fn an_acceptance_of_fewer_lifts_nothing() {
    let (_, run) = stopped(&crowd(26, &accept(25, "2099-12-31")), 26, "removal_limit");
    assert!(run.stderr.contains("lifts the limit to 25 only"), "{run:#?}");
}

#[test]
fn an_expired_acceptance_lifts_nothing_and_is_named() {
    let (plan, run) = stopped(&crowd(26, &accept(26, "2026-01-31")), 26, "removal_limit");
    assert!(run.stderr.contains("[accept] counted until 2026-01-31"), "{run:#?}");
    let warning = plan["warnings"].to_string();
    assert!(warning.contains("consent.toml:") && warning.contains("2026-01-31"), "{warning}");
}

#[test]
fn limits_of_the_manifest_count() {
    let limits = "[limits]\nrevoke = 30\nrevoke_percent = 100\n";
    crowd(26, limits).apply_as_announced();
    stopped(&crowd(5, "[limits]\nrevoke = 4\n"), 5, "removal_limit");
}

#[test]
fn an_acceptance_lifts_its_own_rail_only() {
    let world = crowd(26, "");
    let both = app("explorer", "exact") + "grants = \"none\"\nprotect = true\n";
    world.manifest(&both);
    let stops = ["removal_limit", "protected_app"];
    let (_, run) = stopped_for(&Who::operator(&world), &world, 26, &stops);
    assert!(run.stderr.contains("also protected_app: "), "{run:#?}");
    world.manifest(&(both + &accept(26, "2099-12-31")));
    let (plan, _) = stopped(&world, 26, "protected_app");
    assert_eq!(rules(&plan), ["protected_app"]);
}

/// Approving is no way around: the digest of a plan that is stopped is good for nothing, and lifting
/// the rail makes another effect, which wants an approval of its own.
#[test]
fn lifting_a_rail_is_another_effect() {
    let world = crowd(26, "");
    let stopped = world.digest();
    let body = app("explorer", "exact") + "grants = \"none\"\n" + &accept(26, "2099-12-31");
    world.manifest(&body);
    assert_ne!(world.digest(), stopped);
    world.run(&["apply", "--approve", &stopped]).assert_code(6).quietly();
    world.assert_untouched();
}
