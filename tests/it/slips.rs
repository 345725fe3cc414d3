//! What people get wrong in their first hours: what they read then, and that it never costs anybody access.

use std::process::Command;

use crate::sample::ONE;
use crate::world::{HEAD, Run, SEED, World};

const APP: &str = "[app.ui]\napp_id = \"5e000000-0000-4000-8000-0000000000c3\"\nmode = \"exact\"\n";

const GRANT: &str = "[[grant]]\napp = \"ui\"\nresource = \"Microsoft Graph\"\nscopes = [\"User.Read\"]\n\
                     for = \"all-users\"\n";

/// The findings that `validate` draws for this manifest.
fn told(world: &World, body: &str) -> String {
    world.manifest(body);
    world.run(&["validate"]).assert_code(3).stderr
}

fn codes(text: &str) -> Vec<&str> {
    let heads = text.lines().filter_map(|line| line.strip_prefix("error[")?.split(']').next());
    heads.collect()
}

/// What seems to be declared by nobody is only misspelt: to revoke everything is never the first advice.
#[test]
fn a_misspelt_declaration_is_told_and_nothing_that_would_revoke() {
    let world = World::with("");
    let good = format!("{APP}{GRANT}");
    for (right, wrong, code) in [
        ("[[grant]]", "[[grants]]", "unknown_table"),
        ("[[grant]]", "[grant]", "wrong_table"),
        ("[[grant]]", "[[delegated]]", "unknown_table"),
        ("[[grant]]", "[[grant]", "syntax"),
        ("app = \"ui\"", "app = \"iu\"", "unknown_app"),
        ("app = \"ui\"", "ap = \"ui\"", "unknown_key"),
        ("app = \"ui\"", "app = ui", "syntax"),
        ("app = \"ui\"", "", "missing_key"),
        ("\"all-users\"", "{ users = [] }", "invalid_value"),
        ("[\"User.Read\"]", "[]", "no_scopes"),
        ("mode = \"exact\"", "mode = \"exact\"\ngrants = \"all\"", "unknown_word"),
        ("mode = \"exact\"", "mode = \"exact\"\ngrants = [\"User.Read\"]", "wrong_type"),
    ] {
        assert!(good.contains(right), "{right}");
        let text = told(&world, &good.replacen(right, wrong, 1));
        assert_eq!(codes(&text), [code], "{wrong}\n{text}");
        assert!(!text.contains("grants = \"none\""), "{wrong}\n{text}");
    }
    // Alone it is the way out, behind the ones that keep everything.
    let text = told(&world, APP);
    assert_eq!(codes(&text), ["exact_app_without_grants"], "{text}");
    let (keep, revoke) = (text.find("[[grant]]").unwrap(), text.find("grants = \"none\"").unwrap());
    assert!(keep < revoke, "{text}");
}

/// The same of the ways out that take a table away: only where nothing else is wrong.
#[test]
fn no_advice_takes_access_beside_another_mistake() {
    let world = World::with("");
    let empty = GRANT.replace("[\"User.Read\"]", "[]");
    let alone = told(&world, &format!("{APP}{empty}"));
    assert!(alone.contains("remove the table"), "{alone}");
    let beside = told(&world, &format!("{APP}{empty}{}", GRANT.replace("Microsoft", "Microsft")));
    assert_eq!(codes(&beside), ["no_scopes", "unknown_resource"], "{beside}");
    assert!(!beside.contains("remove the table"), "{beside}");
    let nobody = GRANT.replace(
        "\"all-users\"",
        "{ users = [\"alice@contoso.com\"], except = [\"alice@contoso.com\"] }",
    );
    world.manifest(&format!("{APP}{nobody}"));
    let alone = world.run(&["plan"]).assert_code(3).stderr;
    assert!(
        alone.contains("error[empty_audience]") && alone.contains("remove the table"),
        "{alone}"
    );
}

/// The words of a message, wherever its lines end.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value that is no TOML does not make its table look incomplete.
#[test]
fn a_value_without_its_quotes_is_all_that_is_told() {
    let world = World::with("");
    let good = format!("{APP}{GRANT}until = 2027-06-30\n");
    for (right, wrong, help) in [
        ("\"exact\"", "exact", "\"exact\""),
        ("\"exact\"", "\"exact", "quote"),
        ("\"exact\"", "\u{201c}exact\u{201d}", "straight quotes"),
        (
            "\"5e000000-0000-4000-8000-0000000000c3\"",
            "5e000000-0000-4000-8000-0000000000c3",
            "quotes",
        ),
        ("\"all-users\"", "all-users", "\"all-users\""),
        ("[\"User.Read\"]", "[User.Read, Mail.Read]", "quotes"),
        ("[\"User.Read\"]", "[\"User.Read]", "quote"),
        ("[\"User.Read\"]", "[\"User.Read\"", "] behind the last one"),
        ("scopes =", "scopes:", "="),
        ("2027-06-30", "30.06.2027", "2027-06-30"),
        ("2027-06-30", "2027-6-30", "2027-06-30"),
        ("2027-06-30", "2027/06/30", "2027-06-30"),
        ("2027-06-30", "2027-06-31", "2027-06-30"),
    ] {
        let text = told(&world, &good.replacen(right, wrong, 1));
        assert_eq!(codes(&text), ["syntax"], "{wrong}\n{text}");
        let (_, advice) = text.split_once("= help: ").unwrap();
        let advice = unwrapped(advice);
        assert!(advice.contains(help), "{wrong}\n{text}");
    }
}

/// The portal shows two ids beside each other, and the wrong one is copied often.
#[test]
fn an_object_id_is_known_as_what_it_is() {
    let world = World::with("");
    let rows = world.rows("servicePrincipals");
    let named = |app: &str| rows.iter().find(|row| row["appId"] == app).unwrap().clone();
    let app = named("5e000000-0000-4000-8000-0000000000c3");
    let (object, name) = (app["id"].as_str().unwrap(), app["displayName"].as_str().unwrap());
    let wrong = APP.replace("5e000000-0000-4000-8000-0000000000c3", object);
    for more in ["", "provision = true\n"] {
        world.manifest(&format!("{wrong}{more}{GRANT}"));
        let run = world.run(&["plan"]).assert_code(3);
        assert!(run.stderr.contains("error[object_id]"), "{run:#?}");
        let text = unwrapped(&run.stderr);
        assert!(text.contains("is the object id of the service principal"), "{run:#?}");
        assert!(run.stderr.contains(name), "{run:#?}");
        assert!(run.stderr.contains("\"5e000000-0000-4000-8000-0000000000c3\""), "{run:#?}");
        assert!(!run.stderr.contains("provision = true to"), "{run:#?}");
    }
    let user = world.rows("users")[0]["id"].as_str().unwrap().to_owned();
    for (id, word) in [(user.as_str(), "of the user"), (crate::world::TENANT, "of the tenant")] {
        world.manifest(&format!("{}{GRANT}", wrong.replace(object, id)));
        let run = world.run(&["plan"]).assert_code(3);
        assert!(run.stderr.contains("error[object_id]"), "{run:#?}");
        assert!(unwrapped(&run.stderr).contains(word), "{run:#?}");
    }
    // One that nobody knows may be right.
    world.manifest(&format!(
        "{}{GRANT}",
        wrong.replace(object, "77000000-0000-4000-8000-000000000001")
    ));
    let run = world.run(&["plan"]).assert_code(3);
    assert!(run.stderr.contains("error[app_not_in_tenant]"), "{run:#?}");
    assert!(run.stderr.contains("provision = true"), "{run:#?}");
    // Microsoft's own come by themselves.
    world.manifest(&format!(
        "{}{GRANT}",
        wrong.replace(object, "cfa8b339-82a2-471a-a3c9-0fc0be7a4093")
    ));
    let run = world.run(&["plan"]).assert_code(3);
    assert!(run.stderr.contains("licence") && !run.stderr.contains("provision"), "{run:#?}");
    world.assert_untouched();
}

/// Nothing of somebody's is written over: a plan replaces a plan, a report a report.
#[test]
fn a_file_of_somebody_s_is_left_as_it_is() {
    let world = World::with("");
    world.manifest(ONE);
    world.file("notes.txt", "mine");
    world.file("data.json", "{\"mine\": true}");
    world.file("empty", "");
    for args in [
        &["plan", "--out", "notes.txt"][..],
        &["plan", "--out", "data.json"],
        &["plan", "--report", "json=data.json"],
        &["apply", "--report", "json=notes.txt"],
        &["plan", "--log-file", "notes.txt"],
    ] {
        let run = world.run(args).assert_code(3);
        assert!(
            run.stderr.contains("help: ") && run.stderr.contains("tenant: unchanged"),
            "{run:#?}"
        );
    }
    assert_eq!(world.counts().http, 0, "it is told before anything is read");
    let text = |name: &str| std::fs::read_to_string(world.folder().join(name)).unwrap();
    assert_eq!(
        (text("notes.txt").as_str(), text("data.json").as_str()),
        ("mine", "{\"mine\": true}")
    );
    for name in ["p.json", "p.json", "empty"] {
        world.run(&["plan", "--out", name]).assert_code(0).quietly();
    }
    world.run(&["plan", "--report", "json=p.json"]).assert_code(3).quietly();
    for _ in 0..2 {
        world.run(&["plan", "--report", "json=r.json"]).assert_code(0).quietly();
    }
    world.run(&["plan", "--out", "r.json"]).assert_code(3).quietly();
    // The report of the apply goes where that of the plan was.
    let digest = world.digest();
    world.run(&["apply", "--approve", &digest, "--report", "json=r.json"]).assert_code(0).quietly();
    assert!(text("r.json").contains("consent.run_report"));
    for args in [&["plan", "--out", "-"][..], &["plan", "--log-file", "-"]] {
        let run = world.run(args).assert_code(3);
        assert!(run.stderr.contains("names no file"), "{run:#?}");
        assert!(!world.folder().join("-").exists(), "{args:?}");
    }
}

/// A flag that a form of a command would pass over.
#[test]
fn no_flag_is_typed_in_vain() {
    let world = World::with("");
    world.manifest(ONE);
    world.run(&["plan", "--out", "p.plan"]).assert_code(0).quietly();
    let digest = world.digest();
    for args in [
        &["apply", "p.plan", "-f", "consent.toml", "--approve", &digest][..],
        &["apply", "-f", "consent.toml", "--approve", &digest, "p.plan"],
        &["sandbox", "--seed", "x.toml", "--json"],
        &["completions", "bash", "--json"],
        &["schema", "--json"],
        &["plan", "-q", "-v"],
    ] {
        let run = world.run(args).assert_code(3);
        assert!(run.stderr.contains("error[usage]"), "{args:?}: {run:#?}");
    }
    world.assert_untouched();
    // A variable stands for many commands.
    let mut command = world.command(&["apply", "p.plan", "--approve", &digest]);
    Run::of(command.env("CONSENT_FILE", "consent.toml").output().unwrap()).assert_code(0).quietly();
    let schema = world.command(&["schema", "plan", "--json"]).output().unwrap();
    assert_eq!(schema.status.code(), Some(0));
}

#[test]
fn what_other_tools_take_is_answered_with_our_way() {
    let world = World::with("");
    world.manifest(ONE);
    for (args, help) in [
        (&["apply", "-y"][..], "--approve DIGEST"),
        (&["apply", "--yes"], "--approve DIGEST"),
        (&["apply", "--auto-approve"], "--approve DIGEST"),
        (&["plan", "--approve", "x"], "consent apply --approve"),
        (&["apply", "--out", "x"], "consent plan"),
        (&["apply", "--dry-run"], "consent plan"),
        (&["destroy"], "taken out of the manifest"),
        (&["login"], "az login"),
    ] {
        let run = world.run(args).assert_code(3);
        assert!(run.stderr.contains(help), "{args:?}: {run:#?}");
        assert!(!run.stderr.contains("tip:"), "{args:?}: {run:#?}");
    }
    world.assert_untouched();
}

/// What is named and is not there is a slip of the command line, whatever it is.
#[test]
fn a_file_that_is_not_there_is_told_alike() {
    let world = World::with("");
    world.manifest(ONE);
    for args in [
        &["plan", "-f", "no.toml"][..],
        &["apply", "no.plan"],
        &["plan", "--sandbox", "no.toml"],
        &["sandbox", "--seed", "no.toml"],
    ] {
        let mut command = world.command(args);
        command.env_remove("CONSENT_GRAPH_URL");
        let run = Run::of(command.output().unwrap()).assert_code(3);
        assert!(run.stderr.contains("no.") && run.stderr.contains("help: "), "{run:#?}");
    }
    let run = world.run(&["apply", "no.plan"]).assert_code(3);
    assert!(run.stderr.contains("help: make it first: consent plan --out no.plan"), "{run:#?}");
}

/// The record of one manifest says nothing about another one beside it.
#[test]
fn two_manifests_in_one_folder_forget_nothing_of_each_other() {
    let world = World::with("");
    let app = |label: &str, id: &str| {
        let app = format!("[app.{label}]\napp_id = \"{id}\"\nmode = \"additive\"\n");
        format!("{HEAD}{app}{}", GRANT.replace("\"ui\"", &format!("\"{label}\"")))
    };
    world.file("one.toml", &app("ui", "5e000000-0000-4000-8000-0000000000c3"));
    world.file("two.toml", &app("sign", "5e000000-0000-4000-8000-0000000000c2"));
    let apply = |name: &str| {
        let plan = world.run(&["plan", "--json", "-f", name]).assert_code(0).json();
        let digest = plan["effect"]["sha256"].as_str().unwrap().to_owned();
        world.run(&["apply", "-f", name, "--approve", &digest]).assert_code(0)
    };
    let warnings =
        |name: &str| world.run(&["plan", "--json", "-f", name]).json()["warnings"].to_string();
    apply("one.toml").quietly();
    assert_eq!(warnings("two.toml"), "[]");
    apply("two.toml").quietly();
    assert_eq!(warnings("one.toml"), "[]");
    // What really left is told, although the last run was the other manifest's.
    world.file("one.toml", HEAD);
    assert!(warnings("one.toml").contains("ui (5e000000"), "{}", warnings("one.toml"));
    assert!(warnings("one.toml").contains("has left the manifest"));
    assert_eq!(warnings("two.toml"), "[]");
    // An old record does not say of which manifest it is.
    let folder = world.folder().join(".consent/snapshots");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
        record.as_object_mut().unwrap().remove("manifest").unwrap();
        std::fs::write(path, record.to_string()).unwrap();
    }
    let careful = warnings("one.toml");
    assert!(
        careful.contains("is not in this manifest") && !careful.contains("has left"),
        "{careful}"
    );
}

/// The embedded tenant dies with the process that holds it.
#[cfg(unix)]
#[test]
fn a_killed_rehearsal_is_told_as_lost() {
    let world = World::with("");
    world.manifest(ONE);
    world.file("tenant.toml", SEED);
    let embedded = |args: &[&str]| -> Run {
        let mut command: Command = world.command(args);
        command.env_remove("CONSENT_GRAPH_URL").env_remove("CONSENT_TOKEN");
        Run::of(command.args(["--sandbox", "tenant.toml"]).output().unwrap())
    };
    let plan = embedded(&["plan", "--json"]).assert_code(0).json();
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    embedded(&["apply", "--approve", digest]).assert_code(0).quietly();
    // As if it had been killed before its end: neither that nor the tenant is on the disk.
    std::fs::remove_dir_all(world.folder().join(".consent/sandbox")).unwrap();
    let journals = std::fs::read_dir(world.folder().join(".consent/journal")).unwrap();
    let journal = journals.map(|entry| entry.unwrap().path()).next().unwrap();
    let text = std::fs::read_to_string(&journal).unwrap();
    let kept = text.trim_end().rsplit_once('\n').unwrap().0;
    std::fs::write(&journal, format!("{kept}\n")).unwrap();
    let run = embedded(&["plan"]).assert_code(0);
    assert!(run.stderr.contains("simulated tenant of --sandbox is lost"), "{run:#?}");
    assert!(!run.stderr.contains("nothing that took effect"), "{run:#?}");
    assert!(run.stdout.contains("Plan: 1 to add"), "{run:#?}");
}

/// What ends a run is read on a terminal of 80 columns, and what is to be copied stays whole.
#[test]
fn errors_without_a_place_keep_to_eighty_columns() {
    let world = World::with("");
    world.manifest(ONE);
    let long = "a/folder/with/a/name/that/is/long/enough/to/need/a/line/of/its/own/consent.toml";
    world.file(long, &format!("{HEAD}{ONE}"));
    let digest = format!("sha256:{}", "0".repeat(64));
    for args in [
        &["apply"][..],
        &["apply", "--approve", &digest],
        &["apply", "-f", long],
        &["apply", "no.plan"],
        &["apply", "consent.toml"],
        &["plan", "--sandbox", "consent.toml", "--graph-url", "x"],
        &["plan", "--graph-url", "http://example.com"],
        &["plan", "--report", "yaml=x"],
        &["plan", "--out", "consent.toml"],
        &["plan", "-f", "nowhere.toml"],
        &["apply", "--auto-approve"],
    ] {
        let output = world.command(args).output().unwrap();
        assert_ne!(output.status.code(), Some(0), "{args:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("error"), "{args:?}: {text}");
        for line in text.lines().filter(|line| line.chars().count() > 80) {
            let copied =
                line.contains("consent ") || line.contains("sha256:") || line.contains(long);
            assert!(copied, "{args:?}: {line}\n{text}");
        }
    }
}
