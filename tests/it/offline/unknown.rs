//! What the snapshot has never heard of is told as that, each at its line, all together.

use serde_json::json;

use super::{edit, offline, take};
use crate::scenarios::{app, has, wants};
use crate::world::World;

fn world() -> World {
    let world = World::with(&has("Graph Explorer", None, "User.Read Mail.Read"));
    world.manifest(&explorer());
    take(&world);
    world
}

fn explorer() -> String {
    app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#)
}

#[test]
fn all_that_is_new_is_told_together_and_never_as_missing() {
    let world = world();
    let new = explorer()
        + &app("sign", "additive")
        + "[resource.orders]\napp_id = \"5e000000-0000-4000-8000-000000000003\"\n"
        + &wants(
            "sign",
            r#"["User.Read"]"#,
            r#"{ users = ["frank@contoso.com"], groups = ["GY"] }"#,
        )
        + "[[grant]]\napp = \"explorer\"\nresource = \"orders\"\nscopes = [\"orders.read\"]\nfor = \"all-users\"\n";
    world.manifest(&new);
    let online = world.run(&["plan"]).assert_code(0).stdout;
    assert!(online.contains("Ready to apply"), "{online}");
    let run = offline(&world, &[]).assert_code(3);
    let told = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for what in [
        "does not know the app 5e000000-0000-4000-8000-0000000000c2",
        "does not know the resource 5e000000-0000-4000-8000-000000000003",
        "does not know the user \"frank@contoso.com\"",
        "does not know the group \"GY\"",
        "consent snapshot take",
        "the snapshot does not know all that the manifest is about",
    ] {
        assert!(told.contains(what), "{what}: {run:#?}");
    }
    for never in ["the tenant has no", "unknown_user", "to mend"] {
        assert!(!told.contains(never), "{never}: {run:#?}");
    }
    assert_eq!(told.matches("--> consent.toml:").count(), 4, "{run:#?}");
    // What is not there in truth is told as such.
    world.manifest(
        &(explorer()
            + &wants("explorer", r#"["Mail.Read"]"#, r#"{ users = ["nobody@contoso.com"] }"#)),
    );
    assert_eq!(world.run(&["snapshot", "take", "--to", "taken.json"]).code, 3);
}

/// People that were seen as members, and APIs that everybody knows, are known; so is every setting.
#[test]
fn what_was_seen_anywhere_is_known() {
    let world = world();
    world.manifest(
        &(explorer()
            + &wants("explorer", r#"["Mail.Read"]"#, r#"{ users = ["Alice@contoso.com"] }"#)
            + "[[grant]]\napp = \"explorer\"\nresource = \"Office 365 SharePoint Online\"\nscopes = [\"AllSites.Read\"]\nfor = \"all-users\"\n\
               [user_consent]\nallow = \"none\"\n\
               [[classification]]\nresource = \"Microsoft Graph\"\nlow = [\"User.Read\"]\n\
               [[assignment]]\napp = \"explorer\"\nusers = [\"bob@contoso.com\"]\n"),
    );
    let (online, offline) = (world.run(&["plan", "--json"]), offline(&world, &["--json"]));
    assert_eq!((online.code, offline.code), (0, 0), "{offline:#?}");
    assert_eq!(super::comparable(&online), super::comparable(&offline));
}

/// What the tenant refused to show is no failure of the snapshot, and is told where a plan needs it.
#[test]
fn a_setting_that_was_refused_is_told_at_its_table() {
    let world = World::with(
        &(has("Graph Explorer", None, "User.Read")
            + "[[weather.refuse]]\nmethod = \"GET\"\npath = \"adminConsentRequestPolicy\"\nstatus = 403\n"),
    );
    world.manifest(&explorer());
    let taken = world.run(&["snapshot", "take", "--to", "taken.json"]).assert_code(0).stdout;
    assert!(taken.contains("Not read  "), "{taken}");
    assert!(taken.contains("/policies/adminConsentRequestPolicy"), "{taken}");
    assert_eq!(offline(&world, &[]).code, 0);
    world.manifest(
        &(explorer() + "[admin_consent_requests]\nenabled = true\nreviewers = { users = [\"alice@contoso.com\"] }\n"),
    );
    let run = offline(&world, &[]).assert_code(3);
    let told = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("does not know what [admin_consent_requests] is about"), "{run:#?}");
    assert!(told.contains("--> consent.toml:"), "{run:#?}");
}

/// Of an app the record knows the name, and not what it has.
#[test]
fn an_app_whose_grants_were_not_asked_for_is_unknown() {
    let world = world();
    edit(&world, |snapshot| {
        let asked = snapshot["answers"]["asked"].as_object_mut().unwrap();
        let before = asked.len();
        asked.retain(|path, _| !path.starts_with("/oauth2PermissionGrants?$filter=clientId"));
        assert_eq!(asked.len(), before - 1);
    });
    let run = offline(&world, &[]).assert_code(3);
    assert!(run.stderr.contains("not_in_snapshot"), "{run:#?}");
    edit(&world, |snapshot| snapshot["answers"] = json!({ "asked": {}, "named": [] }));
    let run = offline(&world, &[]).assert_code(3);
    assert!(
        run.stderr.contains("error[not_in_snapshot]: failed to find /organization"),
        "{run:#?}"
    );
}
