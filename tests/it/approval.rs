//! Nothing is written without an approval of exactly that effect.

use crate::sample::ONE;
use crate::world::{HEAD, Run, World};

/// The command behind `run:` of a help line, as arguments.
fn advised(run: &Run) -> Vec<String> {
    let (_, line) = run.stderr.split_once("then run: consent ").expect("a command to run");
    line.lines().next().unwrap().split(' ').map(str::to_owned).collect()
}

#[test]
fn nobody_to_ask_and_no_digest_sends_nothing_and_says_the_command() {
    let world = World::with("");
    world.manifest(ONE);
    let run = world.run(&["apply"]).assert_code(6);
    assert!(run.stderr.contains("error[not_approved]"), "{run:#?}");
    assert!(run.stderr.contains("= tenant: unchanged"), "{run:#?}");
    assert!(run.stdout.contains("1 change"), "the plan is drawn for review: {run:#?}");
    world.assert_untouched();
    assert!(!world.folder().join(".consent").exists(), "no record of a run that never began");
    let advised = advised(&run);
    assert!(advised.contains(&world.digest()), "{advised:?}");
    let args: Vec<&str> = advised.iter().map(String::as_str).collect();
    let run = Run::of(world.command(&args).env_remove("CONSENT_GRAPH_URL").output().unwrap());
    run.assert_code(0).quietly();
    world.assert_converged();
}

#[test]
fn the_advice_names_the_file_and_the_saved_plan() {
    let world = World::with("");
    world.file("in a folder/my consent.toml", &format!("{HEAD}{ONE}"));
    let run = world.run(&["apply", "-f", "in a folder/my consent.toml"]).assert_code(6);
    assert!(run.stderr.contains("consent apply -f 'in a folder/my consent.toml' "), "{run:#?}");
    let plan = ["plan", "-f", "in a folder/my consent.toml", "--out", "saved.json"];
    let run = world.run(&plan).assert_code(0);
    assert!(run.stdout.contains("consent apply saved.json"), "{run:#?}");
    let run = world.run(&["apply", "saved.json"]).assert_code(6);
    assert!(run.stderr.contains("consent apply saved.json "), "{run:#?}");
    world.assert_untouched();
}

#[test]
fn a_digest_of_something_else_approves_nothing() {
    let world = World::with("");
    world.manifest(ONE);
    let right = world.digest();
    let upper = right.to_uppercase();
    let cut = &right[..right.len() - 1];
    let zeros = format!("sha256:{}", "0".repeat(64));
    for wrong in [zeros.as_str(), "yes", "sha256:", cut, &upper, "*", &right[7..]] {
        let run = world.run(&["apply", "--approve", wrong]).assert_code(6);
        assert!(run.stderr.contains("error[other_effect]"), "{run:#?}");
        assert!(run.stderr.contains(&right), "what would be approved now: {run:#?}");
        world.assert_untouched();
    }
    let run = world.run(&["apply", "--approve", ""]);
    assert!([3, 6].contains(&run.code), "{run:#?}");
    world.assert_untouched();
    world.run(&["apply", "--approve", &right]).assert_code(0).quietly();
    world.assert_converged();
}

#[test]
fn a_digest_may_come_from_the_environment() {
    let world = World::with("");
    world.manifest(ONE);
    let digest = world.digest();
    let output = world.command(&["apply"]).env("CONSENT_APPROVE", digest).output().unwrap();
    Run::of(output).assert_code(0).quietly();
    world.assert_converged();
}

#[test]
fn the_digest_of_an_older_plan_is_refused_after_the_tenant_changed() {
    let world = World::with("");
    world.manifest(ONE);
    let older = world.digest();
    world.run(&["plan", "--out", "older.json"]).assert_code(0).quietly();
    let other = format!("{HEAD}{}", ONE.replace("\"User.Read\"", "\"User.Read\", \"Mail.Read\""));
    world.file("other/consent.toml", &other);
    let digest = world.run(&["plan", "--json", "-f", "other/consent.toml"]).json();
    let digest = digest["effect"]["sha256"].as_str().unwrap().to_owned();
    let args = ["apply", "-f", "other/consent.toml", "--approve", &digest];
    world.run(&args).assert_code(0).quietly();
    let before = world.sent();
    let run = world.run(&["apply", "--approve", &older]).assert_code(6);
    assert!(run.stderr.contains("error[other_effect]"), "{run:#?}");
    let run = world.run(&["apply", "older.json", "--approve", &older]).assert_code(6);
    assert!(run.stderr.contains("error[plan_stale]"), "{run:#?}");
    for word in ["planned on: ", "plan's goal: ", "now: "] {
        assert!(run.stderr.contains(word), "{run:#?}");
    }
    assert_eq!(world.sent(), before, "nothing was sent");
}

#[test]
fn ci_and_no_input_never_ask() {
    let world = World::with("");
    world.manifest(ONE);
    for (name, value) in [("CI", "true"), ("CONSENT_NO_INPUT", "1")] {
        let run = Run::of(world.command(&["apply"]).env(name, value).output().unwrap());
        let run = run.assert_code(6);
        assert!(run.stderr.contains("error[not_approved]"), "{run:#?}");
        assert!(!run.all().contains("Type "), "no question: {run:#?}");
    }
    world.run(&["apply", "--no-input"]).assert_code(6).quietly();
    world.assert_untouched();
}

#[test]
fn an_empty_plan_needs_no_approval() {
    let grant = "[[grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\n\
                 user = \"alice@contoso.com\"\nscope = \"User.Read\"\n";
    let world = World::with(grant);
    world.manifest(ONE);
    let run = world.run(&["apply"]).assert_code(0);
    assert!(!run.all().contains("--approve"), "{run:#?}");
    let report = world.run(&["apply", "--json"]).assert_code(0).json();
    assert_eq!(report["changes"], serde_json::json!([]));
    world.assert_untouched();
}

#[test]
fn an_altered_plan_is_never_applied_nor_a_part_by_another_digest() {
    let world = World::with("");
    world.manifest(ONE);
    world.run(&["plan", "--out", "plan.json"]).assert_code(0).quietly();
    let digest = world.digest();
    let saved = std::fs::read_to_string(world.folder().join("plan.json")).unwrap();
    for (from, to) in [
        ("User.Read", "User.ReadWrite.All"),
        ("0a000000-0000-4000-8000-000000000001", "0a000000-0000-4000-8000-000000000006"),
        ("\"format_version\": 3", "\"format_version\": 99"),
        ("{", ""),
    ] {
        let altered = saved.replace(from, to);
        assert_ne!(altered, saved, "{from} is in a plan");
        world.file("altered.json", &altered);
        let run = world.run(&["apply", "altered.json", "--approve", &digest]).assert_code(6);
        assert!(run.stderr.contains("error[plan_file]"), "{run:#?}");
    }
    let part = ["plan", "--app", "explorer", "--out", "part.json"];
    let drawn = world.run(&part).assert_code(0).stdout;
    assert!(drawn.starts_with("Ready to apply. Part of the manifest: explorer.\n"), "{drawn}");
    let run = world.run(&["apply", "part.json", "--approve", &digest]).assert_code(6);
    assert!(run.stderr.contains("error[other_effect]"), "a part has its own digest: {run:#?}");
    world.assert_untouched();
}

/// What belongs to the tenant as such is no app.
#[test]
fn a_plan_of_some_apps_leaves_the_tenants_settings_out() {
    let world = World::with("");
    world.manifest(
        "[app.explorer]\napp_id = \"de8bc8b5-d9f9-48b1-a8ad-b748da725064\"\nmode = \"exact\"\n[[grant]]\napp \
         = \"explorer\"\nresource = \"Microsoft Graph\"\nscopes = [\"User.Read\"]\nfor = \
         \"all-users\"\n[user_consent]\nallow = \"none\"\n[[classification]]\nresource = \"Microsoft \
         Graph\"\nlow = [\"openid\"]\n",
    );
    let owners = |args: &[&str]| {
        let plan = world.run(args).assert_code(0).json();
        let changes = plan["changes"].as_array().unwrap().clone();
        let owner = |change: &serde_json::Value| {
            change["address"].as_str().unwrap().split('/').nth(1).unwrap().to_owned()
        };
        changes.iter().map(owner).collect::<Vec<_>>()
    };
    assert_eq!(owners(&["plan", "--json", "--app", "explorer"]), ["explorer"]);
    assert_eq!(owners(&["plan", "--json"]), ["tenant", "explorer", "tenant"]);
}

/// Whoever approves sees each permission of what is dangerous, however many apps the plan has, and finds
/// the rest with the flag that the plan names.
#[test]
fn among_many_apps_what_is_dangerous_is_drawn_with_all_it_gives() {
    let mut seed = String::new();
    let mut manifest = String::new();
    for at in 0..45 {
        let id = format!("6f0a52c4-7c3d-4ad1-8f55-31d0a86e4b{at:02}");
        seed.push_str(&format!("[[service_principal]]\napp_id = \"{id}\"\nname = \"App {at}\"\n"));
        let scopes = match at {
            7 => "\"Directory.AccessAsUser.All\", \"Calendars.Read\", \"Mail.Send\", \"User.Read\"",
            _ => "\"Calendars.Read\", \"email\", \"offline_access\", \"openid\", \"User.Read\"",
        };
        manifest.push_str(&format!(
            "[app.app-{at}]\napp_id = \"{id}\"\nmode = \"additive\"\n[[grant]]\napp = \"app-{at}\"\n\
             resource = \"Microsoft Graph\"\nscopes = [{scopes}]\nfor = \"all-users\"\n"
        ));
    }
    let world = World::with(&seed);
    world.manifest(&manifest);
    let drawn = world.run(&["apply"]).assert_code(6).stdout;
    let told: Vec<&str> = drawn.lines().skip_while(|line| !line.contains("[CRITICAL]")).collect();
    let told = told[..3].join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = "Directory.AccessAsUser.All, Calendars.Read, Mail.Send, User.Read";
    assert!(told.contains(whole), "{drawn}");
    assert_eq!(drawn.matches("offline_access").count(), 44, "{drawn}");
    assert!(drawn.contains("\nMore    --full "), "{drawn}");
    let full = world.run(&["apply", "--full"]).assert_code(6).stdout;
    assert!(full.contains(&format!("Effect  {}", world.digest())), "{full}");
    assert!(!full.contains("\nMore    "), "{full}");
    world.assert_untouched();
}
