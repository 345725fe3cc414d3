//! `[[app_role]]` on the real binary: what a user would notice.

use consent::model::digest::sha256_hex;
use serde_json::{Value, json};

use crate::ledger::all_sent;
use crate::scenarios::{GRAPH, app};
use crate::world::{Run, World};

const UI: &str = "c1000000-0000-4000-8000-000000000003";
/// Of Microsoft Graph, the same in every tenant.
const USER_READ_ALL: &str = "df021288-bdef-4463-88db-98f22de89214";
const GONE: &str = "aaaaaaaa-0000-4000-8000-00000000dead";

/// A table of the app `orders-ui`; `roles` is TOML.
fn table(resource: &str, roles: &str) -> String {
    format!("[[app_role]]\napp = \"orders-ui\"\nresource = \"{resource}\"\nroles = {roles}\n")
}

/// What the tenant has.
fn has(resource: &str, role: &str) -> String {
    format!(
        "[[app_role_assignment]]\nprincipal = \"Orders UI\"\nresource = \"{resource}\"\nrole = \"{role}\"\n"
    )
}

fn one() -> String {
    app("orders-ui", "exact") + &table("Microsoft Graph", "[\"User.Read.All\"]")
}

fn post() -> (String, String, Value) {
    let body = json!({"principalId": UI, "resourceId": GRAPH, "appRoleId": USER_READ_ALL});
    ("POST".to_owned(), format!("/servicePrincipals/{GRAPH}/appRoleAssignedTo"), body)
}

#[test]
fn a_role_is_drawn_rated_and_sent_to_its_resource() {
    let world = World::with("");
    world
        .manifest(&(app("orders-ui", "exact") + &table("Microsoft Graph", "[\"Mail.ReadWrite\"]")));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    for words in ["+ grant    application", "[HIGH]", "Microsoft Graph / Mail.ReadWrite", "P203"] {
        assert!(drawn.contains(words), "{words} is missing in\n{drawn}");
    }
    world.manifest(&one());
    let (plan, _) = world.apply_as_announced();
    assert_eq!(all_sent(&world), [post()]);
    let permission = &plan["changes"][0]["permissions"][0];
    assert_eq!(permission["sort"], "application");
    assert_eq!(
        (&permission["name"], &permission["admin_only"]),
        (&json!("User.Read.All"), &json!(true))
    );
    assert_eq!(permission["resource"], "00000003-0000-0000-c000-000000000000");
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("1 application permission"), "{drawn}");
}

/// Everything that is wrong with names, in one run, each with its place.
#[test]
fn names_that_are_no_roles_of_apps_are_told_with_their_place() {
    let seed = crate::world::SEED.replace(
        "roles  = [\"Orders.Admin\"]",
        "roles  = [\"Orders.Admin\", { value = \"Approver\", members = [\"User\"] }, { value = \
         \"Old\", enabled = false }]",
    );
    assert_ne!(seed, crate::world::SEED);
    let world = World::new(&seed);
    world.manifest(
        &(app("orders-ui", "exact")
            + "[resource.orders]\napp_id = \"5e000000-0000-4000-8000-000000000003\"\n"
            + &table("orders", "[\"orders.read\", \"Approver\", \"Old\", \"Orders.Amdin\"]")
            + &table("Microsoft Graph", &format!("[\"{USER_READ_ALL}\"]"))),
    );
    let run = world.run(&["plan"]).assert_code(3);
    for (code, place, help) in [
        ("scope_for_role", "consent.toml:13:10", "[[grant]]"),
        ("role_for_people", "consent.toml:13:25", "[[assignment]]"),
        ("disabled_role", "consent.toml:13:37", "resource's owner"),
        ("unknown_role", "consent.toml:13:44", "did you mean \"Orders.Admin\"?"),
        ("role_id", "consent.toml:17:10", "that id is \"User.Read.All\""),
    ] {
        assert!(run.stderr.contains(&format!("error[{code}]")), "{code}: {run:#?}");
        assert!(run.stderr.contains(place) && run.stderr.contains(help), "{code}: {run:#?}");
    }
    world.assert_untouched();
}

/// Resources that the manifest does not name are looked up, so that people read names; what a
/// resource no longer defines is shown by its id. Both can be removed.
#[test]
fn what_nobody_declared_goes_under_its_name_or_its_id() {
    let seed = crate::world::SEED.replace(
        "scopes = [\"AllSites.Read\", \"MyFiles.Write\"]",
        "scopes = [\"AllSites.Read\"]\nroles = [\"Sites.FullControl.All\"]",
    );
    let there =
        has("Office 365 SharePoint Online", "Sites.FullControl.All") + &has("Orders API", GONE);
    let world = World::new(&format!("{seed}\n{there}"));
    world.manifest(&one());
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    let words = ["Sites.FullControl.All", GONE, "defines no role of this id any more", "- revoke"];
    for words in words {
        assert!(drawn.contains(words), "{words} is missing in\n{drawn}");
    }
    let (plan, _) = world.apply_as_announced();
    assert_eq!((&plan["summary"]["add"], &plan["summary"]["remove"]), (&json!(1), &json!(2)));
    assert_eq!(world.rows("appRoleAssignments").len(), 1);
}

#[test]
fn an_additive_app_shows_what_it_leaves_alone() {
    let world = World::with(&has("Orders API", "Orders.Admin"));
    world.manifest(&one().replace("exact", "additive"));
    let (plan, _) = world.apply_as_announced();
    assert_eq!(plan["unmanaged"][0]["text"], "application: Orders API / Orders.Admin");
    assert_eq!(world.rows("appRoleAssignments").len(), 2);
}

/// A role is consent: an exact app with nothing but a role has something declared, and one that
/// shall have nothing cannot have a role.
#[test]
fn a_role_is_something_declared() {
    let world = World::with("");
    world.manifest(&one());
    world.run(&["validate"]).assert_code(0).quietly();
    let none = app("orders-ui", "exact") + "grants = \"none\"\n";
    world.manifest(&(none + &table("Microsoft Graph", "[\"User.Read.All\"]")));
    let run = world.run(&["validate"]).assert_code(3);
    assert!(run.stderr.contains("error[grants_contradiction]"), "{run:#?}");
}

/// Somebody else gives the role, or takes it, right before the request: the service says so in one of
/// its ways, and it counts as done.
#[test]
fn somebody_else_is_faster() {
    for duplicate in ["409", "400"] {
        let mut world = World::with("");
        world.manifest(&one());
        let digest = world.digest();
        let body = format!(
            "{{ principalId = \"{UI}\", resourceId = \"{GRAPH}\", appRoleId = \"{USER_READ_ALL}\" }}"
        );
        let run = overtaken(&mut world, &digest, "POST", "", &body, duplicate);
        assert!(run.stdout.contains("1 already so"), "{run:#?}");
        assert_eq!(world.rows("appRoleAssignments").len(), 1);
        world.assert_converged();
    }
    let mut world = World::with(&has("Microsoft Graph", "User.Read.All"));
    world.manifest(&(app("orders-ui", "exact") + "grants = \"none\"\n"));
    let id = world.rows("appRoleAssignments")[0]["id"].as_str().unwrap().to_owned();
    let digest = world.digest();
    let run = overtaken(&mut world, &digest, "DELETE", &format!("/{id}"), "{}", "409");
    assert!(run.stdout.contains("1 already so"), "{run:#?}");
    assert_eq!(world.rows("appRoleAssignments"), Vec::<Value>::new());
}

/// Applies while somebody else sends the same request, at the last moment at which it is met.
fn overtaken(
    world: &mut World,
    digest: &str,
    method: &str,
    item: &str,
    body: &str,
    duplicate: &str,
) -> Run {
    // How many requests there are when nobody interferes. Four come behind the write.
    let state = world.tenant.state();
    let back = |now: &mut Value| *now = serde_json::from_str(&state).unwrap();
    world.later("", |_| {});
    world.run(&["apply", "--approve", digest]).assert_code(0).quietly();
    let requests = world.counts().reads + world.counts().writes;
    for moment in (1..requests - 3).rev() {
        world.later("", back);
        let weather = format!(
            "[weather]\nduplicate = {duplicate}\n[[weather.meanwhile]]\nbefore-request = {moment}\nmethod \
             = \"{method}\"\npath = \"/servicePrincipals/{GRAPH}/appRoleAssignedTo{item}\"\nbody = {body}\n"
        );
        world.later(&weather, |_| {});
        let run = world.run(&["apply", "--approve", digest]);
        if run.stdout.contains("1 already so") && world.counts().writes == 1 {
            return run;
        }
    }
    panic!("there is no moment at which somebody else is faster");
}

/// Without the right to assign nothing is sent, and the right is named.
#[test]
fn a_token_that_may_not_assign_ends_before_the_first_write() {
    let world = World::with("");
    world.manifest(&one());
    let digest = world.digest();
    let mut command = world.command(&["apply", "--approve", &digest]);
    let weak =
        world.tenant.token_with(&["Directory.Read.All", "DelegatedPermissionGrant.ReadWrite.All"]);
    command.env("CONSENT_TOKEN", weak);
    let run = Run::of(command.output().unwrap()).assert_code(4);
    assert!(run.stderr.contains("AppRoleAssignment.ReadWrite.All"), "{run:#?}");
    world.assert_untouched();
}

#[test]
fn removals_count_and_a_protected_app_keeps_its_roles() {
    let world = World::with(&has("Microsoft Graph", "User.Read.All"));
    world.manifest(&(app("orders-ui", "exact") + "grants = \"none\"\n[limits]\nrevoke = 0\n"));
    let run = world.apply().assert_code(5);
    assert!(run.stderr.contains("removal_limit"), "{run:#?}");
    world.manifest(&(app("orders-ui", "exact") + "grants = \"none\"\nprotect = true\n"));
    let run = world.apply().assert_code(5);
    assert!(run.stderr.contains("protected_app"), "{run:#?}");
    world.assert_untouched();
}

/// A plan file that was made to mislead, down to its checksum: the role has another name than people
/// would read.
#[test]
fn a_saved_plan_must_name_its_roles_as_the_tenant_does() {
    let world = World::with("");
    world.manifest(&one());
    world.run(&["plan", "--out", "plan.json"]).assert_code(0).quietly();
    let whole = std::fs::read_to_string(world.folder().join("plan.json")).unwrap();
    let saved: Value = serde_json::from_str(&whole).unwrap();
    let effect =
        saved["effect"]["text"].as_str().unwrap().replace("User.Read.All", "User.Read.Own");
    let digest = format!("sha256:{}", sha256_hex(effect.as_bytes()));
    let forged = whole
        .replace("User.Read.All", "User.Read.Own")
        .replace(saved["effect"]["sha256"].as_str().unwrap(), &digest);
    assert_ne!(forged, whole);
    let mark = "  \"checksum\": \"sha256:";
    let (head, _) = forged.rsplit_once(mark).unwrap();
    world.file("plan.json", &format!("{head}{mark}{}\"\n}}\n", sha256_hex(head.as_bytes())));
    let run = world.run(&["apply", "plan.json", "--approve", &digest]).assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]"), "{run:#?}");
    assert!(run.stderr.contains("app_role/orders-ui/"), "{run:#?}");
    world.assert_untouched();
}

/// Permissions of one resource read as one list, each with its danger; where changes have a line each, so
/// has every permission.
#[test]
fn permissions_of_one_resource_are_one_picture() {
    let world = World::with("");
    let roles = r#"["User.Read.All", "Mail.Read", "Files.Read.All", "Group.Read.All", "AuditLog.Read.All"]"#;
    world.manifest(&(app("orders-ui", "exact") + &table("Microsoft Graph", roles)));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("5 changes in 1 app: 5 to add, 0 to change, 0 to remove."), "{drawn}");
    let high = "  + grant    application, 3 roles                                     [HIGH]
             Microsoft Graph / AuditLog.Read.All, Files.Read.All, Mail.Read
             risk: P203: content of everyone, with nobody signed in
                   (Files.Read.All, Mail.Read)
             risk: P204: security data and directory, with nobody signed
                   in (AuditLog.Read.All)\n";
    assert!(drawn.contains(high), "{drawn}");
    assert!(drawn.contains("00c3\n  why: consent.toml:8\n"), "said once: {drawn}");
    let medium = "  + grant    application, 2 roles                                     [MEDIUM]
             Microsoft Graph / Group.Read.All, User.Read.All\n";
    assert!(drawn.contains(medium), "{drawn}");
    assert!(drawn.contains("Plan: 5 to add,"), "{drawn}");
    let many: Vec<String> = (0..41).map(|n| format!("own-policy-{n}")).collect();
    let policies: String = many
        .iter()
        .map(|id| format!("[[consent_policy]]\nid = \"{id}\"\nname = \"{id}\"\ninclude = []\n"))
        .collect();
    world.manifest(&(app("orders-ui", "exact") + &table("Microsoft Graph", roles) + &policies));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    for role in ["User.Read.All", "Mail.Read", "Files.Read.All", "Group.Read.All"] {
        let line = format!("grant    application, Microsoft Graph / {role} ");
        assert!(drawn.contains(&line), "{role} has no line of its own:\n{drawn}");
    }
}
