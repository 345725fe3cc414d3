//! Tenants that were not made by a manifest: S3, S4, S5, S14.

use serde_json::json;

use super::*;
use crate::ledger::{all_sent, delete, patch};
use crate::world::World;

const NOTHING: [&str; 0] = [];

fn sign(scopes: &str) -> String {
    app("sign", "exact") + &wants("sign", scopes, "\"all-users\"")
}

#[test]
fn s3_blanks_and_order_of_the_service_are_no_difference() {
    let world = World::with(&has("Acme Sign", None, " Calendars.Read  User.Read "));
    world.manifest(&sign(r#"["User.Read", "Calendars.Read"]"#));
    let run = world.run(&["plan", "--detailed-exitcode"]).assert_code(0);
    assert!(run.stdout.contains("Plan: 0 to add, 0 to change, 0 to remove. 1 unchanged."));
    world.run(&["apply"]).assert_code(0);
    assert_eq!(world.sent(), NOTHING);
    assert_eq!(world.rows("oauth2PermissionGrants")[0]["scope"], " Calendars.Read  User.Read ");
}

#[test]
fn s4_adds_one_scope_and_sends_the_scope_only() {
    let world = World::with(&has("Acme Sign", None, "User.Read Calendars.Read"));
    world.manifest(&sign(r#"["User.Read", "Calendars.Read", "Mail.Read"]"#));
    world.run(&["plan", "--detailed-exitcode"]).assert_code(2);
    let (plan, _) = world.apply_as_announced();
    assert_eq!(plan["changes"][0]["verb"], "widen");
    assert_eq!(all_sent(&world), [patch(SIGN_ALL, "Calendars.Read Mail.Read User.Read")]);
    assert_eq!(world.writes()[0].status, 204);
}

/// Alice consented herself; the manifest declares something for her group.
fn alice(mode: &str) -> World {
    let world =
        World::with(&has("Graph Explorer", Some("alice@contoso.com"), "Files.Read.All User.Read"));
    let whom = r#"{ groups = ["GX"], except = ["bob@contoso.com", "carol@contoso.com"] }"#;
    world.manifest(
        &(app("explorer", mode) + &wants("explorer", r#"["User.Read", "Mail.Read"]"#, whom)),
    );
    world
}

#[test]
fn s5_additive_keeps_what_she_consented_to() {
    let world = alice("additive");
    let (plan, _) = world.apply_as_announced();
    assert_eq!(plan["changes"][0]["fields"][0]["lost"], json!([]));
    assert_eq!(all_sent(&world), [patch(EXPLORER_ALICE, "Files.Read.All Mail.Read User.Read")]);
    // It is shown while the grant changes, and as long as it is there.
    let address = &plan["changes"][0]["address"];
    let text =
        "delegated, alice@contoso.com: Microsoft Graph / Files.Read.All, beside what is declared";
    let left = json!([{ "address": address, "text": text, "risk": "medium" }]);
    let later = world.plan();
    assert_eq!((&plan["unmanaged"], &later["unmanaged"]), (&left, &left));
    assert_eq!(
        (&later["summary"]["unchanged"], &later["summary"]["unmanaged"]),
        (&json!(1), &json!(1))
    );
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    let lines = "Unmanaged: 1 found, not declared, left alone.\n  explorer: [MEDIUM] delegated, \
                 alice@contoso.com: Microsoft Graph /\n            Files.Read.All, beside what is declared\n";
    assert!(drawn.contains(lines), "{drawn}");
}

#[test]
fn s5_exact_takes_the_undeclared_scope_and_says_so() {
    let world = alice("exact");
    assert_eq!(world.plan()["unmanaged"], json!([]), "it goes");
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("Files.Read.All") && drawn.contains("alice@contoso.com"), "{drawn}");
    let (plan, _) = world.apply_as_announced();
    assert_eq!(plan["changes"][0]["fields"][0]["lost"], json!(["Files.Read.All"]));
    assert_eq!(plan["changes"][0]["takes"], true);
    assert_eq!(all_sent(&world), [patch(EXPLORER_ALICE, "Mail.Read User.Read")]);
}

fn orders_grant() -> String {
    "[[grant]]\nclient = \"Orders UI\"\nresource = \"Orders API\"\nscope = \"orders.read\"\n".into()
}

#[test]
fn s14_no_grants_deletes_the_grant_and_never_the_app() {
    let world = World::with(&(orders_grant() + &has("Acme Sign", None, "User.Read")));
    world.manifest(&(app("orders-ui", "exact") + "grants = \"none\"\n"));
    let apps = world.rows("servicePrincipals").len();
    world.apply_as_announced();
    assert_eq!(all_sent(&world), [delete(ORDERS_UI_ALL)]);
    assert_eq!(world.rows("servicePrincipals").len(), apps);
    assert!(world.grants().contains(SIGN_ALL), "apps outside the manifest are never touched");
}

/// Without a run that knew it, an app outside the manifest is nobody's business.
#[test]
fn s14_an_app_that_no_manifest_named_stays() {
    let world = World::with(&(orders_grant() + &has("Acme Sign", None, "User.Read")));
    world.manifest(&sign(r#"["User.Read"]"#));
    let plan = world.plan();
    assert_eq!((&plan["changes"], &plan["warnings"]), (&json!([]), &json!([])));
}

#[test]
fn s14_a_block_that_left_the_manifest_keeps_its_grants_and_is_named() {
    let world = World::with(&orders_grant());
    let orders = app("orders-ui", "exact")
        + "[resource.orders]\napp_id = \"5e000000-0000-4000-8000-000000000003\"\n[[grant]]\napp = \
           \"orders-ui\"\nresource = \"orders\"\nscopes = [\"orders.read\"]\nfor = \"all-users\"\n";
    let sign = sign(r#"["User.Read"]"#);
    world.manifest(&(orders + &sign));
    world.apply_as_announced();
    assert_eq!(world.sent().len(), 1, "the grant of Acme Sign");

    world.manifest(&sign);
    let plan = world.plan();
    assert_eq!(plan["changes"], json!([]));
    let warning = plan["warnings"][0].as_str().unwrap();
    let parts = [
        "orders-ui",
        "5e000000-0000-4000-8000-0000000000c3",
        "1 grant",
        "mode = \"exact\"",
        "grants = \"none\"",
    ];
    for part in parts {
        assert!(warning.contains(part), "{part} is missing in: {warning}");
    }
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("Warning: orders-ui") && drawn.contains("grants = \"none\""), "{drawn}");
    world.run(&["apply"]).assert_code(0);
    assert_eq!(world.sent().len(), 1, "no write");
    assert!(world.grants().contains(ORDERS_UI_ALL));

    // What the warning says to do does it.
    world.manifest(&(sign.clone() + &app("orders-ui", "exact") + "grants = \"none\"\n"));
    world.apply_as_announced();
    assert_eq!(all_sent(&world).last(), Some(&delete(ORDERS_UI_ALL)));
    // Nothing is left of it that somebody would have to know of.
    world.manifest(&sign);
    assert_eq!(world.plan()["warnings"], json!([]));
}
