//! Rights are compared with the plan before its first write, and a refusal says what is missing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{READ, WRITE, Who, digest};
use crate::scenarios::{ALICE, app, wants};
use crate::world::{Run, World};

const OTHER: &str = "5e000000-0000-4000-8000-00000000aaaa";
const APPS: &str = "Application.ReadWrite.All";
const SETTINGS: &str = "Policy.ReadWrite.Authorization";
const READING: &[&str] = &[READ, "Policy.Read.All"];

const CONNECTOR: &str = "[app.connector]\napp_id = \"99da6bf4-4525-4bfa-b39f-b6a35789c240\"\n\
                         mode = \"exact\"\ngrants = \"none\"\nprovision = true\n";
const NOBODY: &str = "[user_consent]\nallow = \"none\"\n";

fn grant() -> String {
    app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, "\"all-users\"")
}

/// A user and an application with these permissions: a token says `scp`, or `roles`.
fn both(permissions: &[&str]) -> [Who; 2] {
    [Who::user(OTHER, ALICE, permissions), Who::application(OTHER, ALICE, permissions)]
}

#[track_caller]
fn lacks(world: &World, who: &Who, missing: &[&str], held: &[&str]) -> Run {
    let plan = who.plan(world);
    let run = who.run(world, &["apply", "--approve", digest(&plan)]).assert_code(4);
    assert!(run.stderr.contains("error[missing_permission]"), "{run:#?}");
    for word in missing {
        assert!(run.stderr.contains(word), "{word}: {run:#?}");
    }
    for word in held {
        assert!(!run.stderr.contains(word), "{word} is there: {run:#?}");
    }
    world.assert_untouched();
    assert!(!world.folder().join(".consent/snapshots").exists(), "no record of a run");
    run
}

#[test]
fn each_sort_of_write_names_its_permission() {
    for (body, missing) in
        [(grant(), WRITE), (CONNECTOR.to_owned(), APPS), (NOBODY.to_owned(), SETTINGS)]
    {
        let world = World::with("");
        world.manifest(&body);
        let others: Vec<&str> =
            [WRITE, APPS, SETTINGS].into_iter().filter(|one| *one != missing).collect();
        let permissions = [READING, &others].concat();
        for who in both(&permissions) {
            lacks(&world, &who, &[missing], &others);
        }
        for who in both(&[READING, &[missing]].concat()) {
            let plan = who.plan(&world);
            assert_eq!(plan["changes"].as_array().unwrap().len(), 1, "{missing}");
        }
        let [user, _] = both(&[READING, &[missing]].concat());
        user.apply(&world).assert_code(0).quietly();
    }
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let world = World::with("");
    world.manifest(&(grant() + CONNECTOR + NOBODY));
    for who in both(READING) {
        let run = lacks(&world, &who, &[WRITE, APPS, SETTINGS], &[]);
        let line = run.stderr.lines().find(|line| line.contains("missing_permission")).unwrap();
        assert!(line.contains("lacks the permissions "), "{line}");
    }
    for who in both(&[READING, &[APPS]].concat()) {
        lacks(&world, &who, &[WRITE, SETTINGS], &[APPS]);
    }
}

/// A wider permission does as well as the least one.
#[test]
fn a_wider_permission_will_do() {
    let world = World::with("");
    world.manifest(&grant());
    let [_, application] = both(&["Directory.ReadWrite.All"]);
    application.apply(&world).assert_code(0).quietly();
    world.assert_converged();
}

/// The same verdict whether or not the token names the user's roles: they are no proof of anything.
#[test]
fn a_token_may_name_roles_or_not() {
    let world = World::with("");
    world.manifest(&grant());
    let with_roles = |mut who: Who| {
        let mut parts: Vec<String> = who.token.split('.').map(str::to_owned).collect();
        let bytes = URL_SAFE_NO_PAD.decode(&parts[1]).unwrap();
        let mut payload: Value = serde_json::from_slice(&bytes).unwrap();
        // Cloud Application Administrator.
        payload["wids"] = json!(["158c047a-c907-4556-b7ef-446551a6b5f7"]);
        parts[1] = URL_SAFE_NO_PAD.encode(payload.to_string());
        who.token = parts.join(".");
        who
    };
    let [user, _] = both(&[READ]);
    lacks(&world, &with_roles(user), &[WRITE], &[]);
    let [user, _] = both(&[READ, WRITE]);
    with_roles(user).apply(&world).assert_code(0).quietly();
}

/// What only the tenant knows shows at the first write: the user's role, or a restriction. It is said
/// so, and the report says that nothing was changed.
#[test]
fn a_refused_write_says_what_is_missing() {
    let refuse = "[[weather.refuse]]\nmethod = \"POST\"\npath = \"oauth2PermissionGrants\"\n\
                  status = 403\ncode = \"Authorization_RequestDenied\"\n\
                  message = \"Insufficient privileges to complete the operation.\"\n";
    let [user, application] = both(&[READ, WRITE]);
    // As the Azure command line signs in: nothing can be said to be missing beforehand.
    let as_user = Who::user(OTHER, ALICE, &[READ, "Directory.AccessAsUser.All"]);
    let role = "the signed-in user lacks a role such as Cloud Application Administrator";
    let restricted = "the application's token holds the permission";
    for (who, words) in [(user, role), (as_user, role), (application, restricted)] {
        let world = World::with(refuse);
        world.manifest(&grant());
        let run = who.apply(&world).assert_code(9);
        let told = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(words), "{words}: {run:#?}");
        assert!(told.contains("403 Authorization_RequestDenied"), "{run:#?}");
        assert!(told.contains("unchanged; 1 write request sent, none accepted"), "{run:#?}");
        assert_eq!(world.grants().len(), 0);
    }
}

/// Nobody is asked to approve what the token cannot do anyway.
#[cfg(unix)]
#[test]
fn what_is_missing_is_said_before_anybody_is_asked() {
    let world = World::with("");
    world.manifest(&grant());
    let [reader, _] = both(&[READ]);
    let plan = reader.run(&world, &["plan", "--out", "saved.json"]);
    plan.assert_code(0).quietly();
    for args in [&["apply"][..], &["apply", "saved.json"]] {
        let env = [("CONSENT_TOKEN", reader.token.as_str())];
        let (text, code) = crate::terminal::end(crate::terminal::open(&world, args, &env));
        assert_eq!(code, 4, "{text}");
        assert!(text.contains(WRITE) && !text.contains("Type "), "{text}");
        world.assert_untouched();
    }
}
