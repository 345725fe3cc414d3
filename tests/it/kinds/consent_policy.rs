//! Consent policies of one's own, and user consent by them.

use serde_json::json;

use super::run_as;
use crate::sample::READING;
use crate::world::World;

const POLICIES: &str = "/policies/permissionGrantPolicies";
const SETTING: &str = "/policies/authorizationPolicy";

const USED: &str = "[user_consent]\nallow = { policies = [\"mine\"] }\n";

fn table(rest: &str) -> String {
    format!("[[consent_policy]]\nid = \"mine\"\nname = \"Mine\"\n{rest}\n")
}

/// A policy that includes low risk, and excludes what is for apps.
const MINE: &str = r#"
[[consent_policy]]
id = "mine"
name = "Mine"
includes = [{ permissionType = "delegated", permissionClassification = "low" }]
excludes = [{ permissionType = "application" }]
"#;

fn refuse(method: &str, path: &str) -> String {
    format!(
        "[[weather.refuse]]\nmethod = \"{method}\"\npath = \"{path}\"\nstatus = 403\ntimes = 1\n"
    )
}

/// Methods and paths, without the ids of sets.
fn sent(world: &World) -> Vec<String> {
    let short = |line: String| match line.split_once("cludes/") {
        Some((before, _)) => format!("{before}cludes/*"),
        None => line,
    };
    world.sent().into_iter().map(short).collect()
}

#[test]
fn a_policy_is_whole_before_users_consent_by_it() {
    let world = World::with("");
    world.manifest(&format!("{USED}{}", table("include = [{ permission_classification = \"low\" }]\nexclude = [{ permission_type = \"application\" }]")));
    let (plan, _) = world.apply_as_announced();
    let policy = &plan["changes"][0];
    assert_eq!(policy["risk"]["tier"], "medium");
    assert_eq!(policy["risk"]["reasons"][0]["rule"], "S5", "{policy}");
    let expected = [
        format!("POST {POLICIES}"),
        format!("POST {POLICIES}/mine/excludes"),
        format!("POST {POLICIES}/mine/includes"),
        format!("PATCH {SETTING}"),
    ];
    assert_eq!(sent(&world), expected);
}

#[test]
fn a_policy_that_is_not_whole_is_not_used() {
    let mut world = World::with(&refuse("POST", "mine/includes"));
    world.manifest(&format!(
        "{USED}{}",
        table("include = [{ permission_classification = \"low\" }]")
    ));
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
    assert_eq!(
        sent(&world),
        [format!("POST {POLICIES}"), format!("POST {POLICIES}/mine/includes")]
    );
    world.later("", |_| {});
    world.apply_as_announced();
    let rest = [format!("POST {POLICIES}/mine/includes"), format!("PATCH {SETTING}")];
    assert_eq!(sent(&world), rest);
}

#[test]
fn a_policy_goes_only_after_the_setting_that_used_it_was_read_back() {
    let used = "[user_consent]\npolicies = [\"ManagePermissionGrantsForSelf.mine\"]\n";
    let seed = crate::world::SEED.split("[user_consent]").next().unwrap().to_owned() + used + MINE;
    let manifest =
        "[user_consent]\nallow = \"none\"\n[[consent_policy]]\nid = \"mine\"\nremove = true\n";
    let world = World::new(&(seed.clone() + &refuse("PATCH", SETTING)));
    world.manifest(manifest);
    let run = world.apply().assert_code(9);
    assert!(run.stdout.contains("1 failed, 1 skipped"), "{run:#?}");
    assert_eq!(sent(&world), [format!("PATCH {SETTING}")], "the policy is still there");

    let world = World::new(&seed);
    world.manifest(manifest);
    world.apply_as_announced();
    assert_eq!(sent(&world), [format!("PATCH {SETTING}"), format!("DELETE {POLICIES}/mine")]);
}

/// Users consent by it and nothing takes it out of their setting: it cannot go. And whoever reads what
/// goes reads names, though no manifest has them any more.
#[test]
fn a_policy_that_is_in_use_stays_until_something_replaces_it() {
    let used = "[user_consent]\npolicies = [\"ManagePermissionGrantsForSelf.mine\"]\n";
    let seed = crate::world::SEED.split("[user_consent]").next().unwrap().to_owned() + used;
    let mail = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca";
    let policy = format!(
        "[[consent_policy]]\nid = \"mine\"\nname = \"Mine\"\nincludes = [{{ permissionType = \
         \"delegated\", resourceApplication = \"00000003-0000-0000-c000-000000000000\", permissions = \
         [\"{mail}\"] }}]\n"
    );
    let world = World::new(&(seed + &policy));
    let goes = "[[consent_policy]]\nid = \"mine\"\nremove = true\n";
    world.manifest(goes);
    let run = world.run(&["plan"]).assert_code(3);
    for words in ["error[policy_in_use]", "users consent by it today", "say in [user_consent]"] {
        assert!(run.stderr.contains(words), "{words} is missing in {run:#?}");
    }
    world.manifest(&format!("{goes}[user_consent]\nallow = \"none\"\n"));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("includes: delegated Mail.Read of \"Microsoft Graph\""), "{drawn}");
    world.apply_as_announced();
    assert_eq!(sent(&world), [format!("PATCH {SETTING}"), format!("DELETE {POLICIES}/mine")]);
}

/// The new set is there before the old one goes, and exclusions surround both.
#[test]
fn a_change_that_is_cut_in_the_middle_never_allows_too_much() {
    let manifest = table(
        "include = [{ permission_classification = \"low\", verified_publisher_only = true }]\n\
         exclude = [{ resource = \"Microsoft Graph\", permissions = [\"Mail.Read\"] }]",
    );
    let mut world = World::with(&(MINE.to_owned() + &refuse("DELETE", "mine/includes")));
    world.manifest(&manifest);
    world.run(&["plan", "--out", "saved.plan"]).assert_code(0).quietly();
    let digest = world.digest();
    let run = world.run(&["apply", "saved.plan", "--approve", &digest]).assert_code(9);
    assert!(run.stdout.contains("1 failed"), "{run:#?}");
    let all = [
        format!("POST {POLICIES}/mine/excludes"),
        format!("POST {POLICIES}/mine/includes"),
        format!("DELETE {POLICIES}/mine/includes/*"),
        format!("DELETE {POLICIES}/mine/excludes/*"),
    ];
    assert_eq!(sent(&world), all[..3]);
    // The same saved plan goes on where it ended: nothing is made twice.
    world.later("", |_| {});
    world.run(&["apply", "saved.plan", "--approve", &digest]).assert_code(0).quietly();
    assert_eq!(sent(&world), all[2..]);
    world.assert_converged();
}

/// Somebody else's set in a policy that is declared is shown before it goes.
#[test]
fn a_declared_policy_is_exact_and_others_are_left_alone() {
    let theirs = MINE.replace("\"mine\"", "\"theirs\"");
    let world = World::with(&(MINE.to_owned() + &theirs));
    world.manifest(&table("include = [{ permission_classification = \"low\" }]"));
    let before = world.rows("permissionGrantPolicies");
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("- everything: any application permission"), "{drawn}");
    world.apply_as_announced();
    assert_eq!(sent(&world), [format!("DELETE {POLICIES}/mine/excludes/*")]);
    assert_eq!(world.rows("permissionGrantPolicies"), before);
}

#[test]
fn a_policy_that_left_the_manifest_stays() {
    let world = World::with(MINE);
    world.manifest("");
    world.assert_converged();
    // Also where the manifest speaks of others.
    world.manifest("[[consent_policy]]\nid = \"other\"\nremove = true\n");
    world.assert_converged();
}

/// The seed's policy has a description, and once more none at all.
#[test]
fn an_empty_description_is_declared_and_an_absent_one_is_not() {
    let described =
        MINE.replace("name = \"Mine\"\n", "name = \"Mine\"\ndescription = \"old words\"\n");
    let sets = "include = [{ permission_classification = \"low\" }]\n\
                exclude = [{ permission_type = \"application\" }]";
    let world = World::with(&described);
    world.manifest(&table(sets));
    world.assert_converged();
    world.manifest(&table(&format!("description = \"\"\n{sets}")));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    assert!(drawn.contains("- old words"), "{drawn}");
    world.apply_as_announced();
    assert_eq!(sent(&world), [format!("PATCH {POLICIES}/mine")]);
    let policies = world.rows("permissionGrantPolicies");
    let mine = policies.iter().find(|policy| policy["id"] == "mine").unwrap();
    assert_eq!(mine["description"], json!(null), "{mine}");
}

#[test]
fn mistakes_are_told_before_anything_is_sent() {
    let world = World::with(MINE);
    for (manifest, code, place, help) in [
        (
            "[user_consent]\nallow = { policies = [\"mime\"] }\n".to_owned(),
            "unknown_policy",
            "6:23",
            "did you mean \"mine\"?",
        ),
        (
            format!("{USED}[[consent_policy]]\nid = \"mine\"\nremove = true\n"),
            "policy_in_use",
            "6:23",
            "take it out of `allow`",
        ),
        (
            "[[consent_policy]]\nid = \"microsoft-user-default-low\"\nremove = true\n".to_owned(),
            "reserved_policy_id",
            "6:6",
            "does not begin with microsoft-",
        ),
        (
            table("include = [{ permissions = [\"Mail.Read\"] }]"),
            "permissions_without_resource",
            "8:28",
            "resource = \"Microsoft Graph\"",
        ),
        (
            table("include = []").replace("\"Mine\"", "\" \""),
            "empty_name",
            "7:8",
            "by which administrators shall know the policy",
        ),
        (
            table("include = [{ client_publishers = [\"123456\", \"All\"] }]"),
            "unknown_condition_word",
            "8:45",
            "write client_publishers = \"all\"",
        ),
    ] {
        world.manifest(&manifest);
        let run = world.run(&["apply"]).assert_code(3);
        for words in [format!("error[{code}]"), format!("consent.toml:{place}"), help.to_owned()] {
            assert!(run.stderr.contains(&words), "{words} is missing in {run:#?}");
        }
    }
    world.assert_untouched();
}

/// What makes a policy dangerous is in the plan whether it is used yet or not.
#[test]
fn a_policy_that_lets_everything_be_consented_to_is_marked() {
    let world = World::with("");
    world.manifest(&table("include = [{}]"));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    for words in
        ["[HIGH]", "S4: the policy lets everything be consented to", "has no condition at all"]
    {
        assert!(drawn.contains(words), "{words} is missing in\n{drawn}");
    }
}

#[test]
fn who_uses_no_policy_needs_no_right_to_read_them() {
    let world = World::with("");
    world.manifest("[user_consent]\nallow = \"none\"\n");
    run_as(&world, READING, &["plan"]).assert_code(0).quietly();
    world.manifest("[user_consent]\nallow = { policies = [\"microsoft-user-default-low\"] }\n");
    let run = run_as(&world, READING, &["plan"]).assert_code(4);
    assert!(run.stderr.contains("Policy.Read.PermissionGrant"), "{run:#?}");
}

#[test]
fn who_may_not_write_policies_is_told_which_right_is_missing() {
    let world = World::with("");
    world.manifest(&table("include = []"));
    let digest = world.digest();
    let reading: Vec<&str> =
        READING.iter().copied().chain(["Policy.Read.PermissionGrant"]).collect();
    let run = run_as(&world, &reading, &["apply", "--approve", &digest]).assert_code(4);
    assert!(run.stderr.contains("Policy.ReadWrite.PermissionGrant"), "{run:#?}");
    world.assert_untouched();
}

/// Names of permissions stand in a saved plan, and must be the tenant's where it is applied.
#[test]
fn a_saved_name_that_is_not_the_tenants_is_refused() {
    let mut world = World::with("");
    let include = "include = [{ resource = \"Microsoft Graph\", permissions = [\"Mail.Read\"] }]";
    world.manifest(&table(include));
    world.run(&["plan", "--out", "saved.plan"]).assert_code(0).quietly();
    let digest = world.digest();
    world.later("", |state| {
        let apps = state["tables"]["servicePrincipals"].as_array_mut().unwrap();
        let graph = apps.iter_mut().find(|app| app["displayName"] == "Microsoft Graph").unwrap();
        let scopes = graph["oauth2PermissionScopes"].as_array_mut().unwrap();
        let scope = scopes.iter_mut().find(|scope| scope["value"] == "Mail.Read").unwrap();
        scope["value"] = json!("Mail.Read.Everything");
    });
    let run = world.run(&["apply", "saved.plan", "--approve", &digest]).assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]"), "{run:#?}");
    world.assert_untouched();
}

/// Whoever registers an app chooses its name: it must not read as a condition, and no set as two.
#[test]
fn a_policy_is_drawn_as_itself_whatever_its_apps_are_called() {
    let app = |end: u8, name: &str| {
        format!(
            "[[service_principal]]\napp_id = \"6f0a52c4-7c3d-4ad1-8f55-31d0a86e4a0{end}\"\n\
             name = '{name}'\npublisher_tenant = \"5c1a7d02-93b4-4f6e-8a21-6e0f4c9d7b1f\"\n"
        )
    };
    let world = World::with(&format!(
        "{}{}",
        app(1, "Acme\"; verified publishers only, delegated User.Read of Microsoft Graph"),
        app(2, "PDF Converter"),
    ));
    let apps = "[app.acme]\napp_id = \"6f0a52c4-7c3d-4ad1-8f55-31d0a86e4a01\"\nmode = \"additive\"\n\
                [app.pdf]\napp_id = \"6f0a52c4-7c3d-4ad1-8f55-31d0a86e4a02\"\nmode = \"additive\"\n";
    let sets = "include = [{ client_applications = [\"acme\", \"pdf\"] }, { permission_type = \
                \"application\", permission_classification = \"all\", client_applications = [\"pdf\"] }]";
    world.manifest(&format!("{apps}{}", table(sets)));
    let drawn = world.run(&["plan"]).assert_code(0).stdout;
    let includes: Vec<&str> =
        drawn.lines().skip_while(|line| line.trim() != "includes:").take(6).collect();
    let words = includes.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = "includes: + any application permission of any API, for \"PDF Converter\" + any \
                    delegated permission of any API, for \"Acme\\\"; verified publishers only, \
                    delegated User.Read of Microsoft Graph\" and \"PDF Converter\" ";
    assert!(words.starts_with(expected), "{words}\n{drawn}");
    let marks = includes.iter().filter(|line| line.trim_start().starts_with("+ any ")).count();
    assert_eq!(marks, 2, "{drawn}");
}
