//! Flags, streams and formats of the commands.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::sample::{CROWD, FOR_CROWD, ONE};
use crate::world::{HEAD, Run, SEED, World};

/// The binary with no variable at all.
fn bare(world: &World, args: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consent"));
    command.args(args).current_dir(world.folder()).env_clear().stdin(Stdio::null());
    Run::of(command.output().unwrap())
}

fn ready() -> World {
    let world = World::with("");
    world.manifest(ONE);
    world
}

#[test]
fn help_fits_and_names_every_variable() {
    let world = World::with("");
    for command in ["plan", "apply", "validate", "sandbox", "completions"] {
        let run = bare(&world, &[command, "--help"]).assert_code(0);
        let flags = run.stdout.lines().filter(|line| line.trim_start().starts_with("--")).count();
        assert!(flags >= 3, "{run:#?}");
        for line in run.stdout.lines() {
            assert!(line.chars().count() <= 80, "{command}: {line:?}");
        }
        for (at, _) in run.stdout.match_indices("      --") {
            let flag = run.stdout[at + 8..].split([' ', '\n']).next().unwrap();
            if flag == "help" {
                continue;
            }
            let variable = format!("CONSENT_{}", flag.to_uppercase().replace('-', "_"));
            assert!(run.stdout.contains(&variable), "{command} --{flag}: {variable}");
        }
    }
    let run = bare(&world, &["--help"]).assert_code(0);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run:#?}");
    assert!(run.stdout.contains("Exit codes:"), "{run:#?}");
    for later in ["drift", "rollback", "import", "doctor"] {
        let shown = run.stdout.lines().any(|line| line.trim_start().starts_with(later));
        assert!(!shown, "{later} is not there yet: {run:#?}");
    }
}

#[test]
fn usage_mistakes_are_3() {
    let world = ready();
    for args in [
        &[][..],
        &["--nonsense"],
        &["plan", "--nonsense"],
        &["nonsense"],
        &["apply", "--auto-approve"],
        &["apply", "--force"],
        &["destroy"],
        &["plan", "--report", "yaml=x"],
        &["plan", "--report", "json"],
        &["plan", "--color", "mauve"],
        &["plan", "--parallelism", "0"],
        &["plan", "--sandbox", "x", "--graph-url", "http://127.0.0.1:1"],
        &["completions", "tcsh"],
        &["sandbox"],
    ] {
        let run = world.run(args).assert_code(3);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{args:?}: {run:#?}");
        if !args.is_empty() {
            assert!(run.stderr.starts_with("error[usage]: "), "{args:?}: {run:#?}");
            assert!(run.stderr.contains("  = tenant: unchanged"), "{args:?}: {run:#?}");
            assert!(run.stderr.contains("  = help: "), "{args:?}: {run:#?}");
        }
    }
    let version = bare(&world, &["--version"]).assert_code(0);
    assert!(version.stdout.starts_with("consent 0."), "{version:#?}");
    world.assert_untouched();
}

/// Each mistake comes with a command that can be typed as it stands.
#[test]
fn usage_mistakes_say_what_to_type() {
    let world = ready();
    world.private("parts");
    for (args, help) in [
        (
            &["plan", "consent.toml"][..],
            &["consent plan -f consent.toml", "consent plan --help"][..],
        ),
        (&["validate", "x.toml"], &["consent validate -f x.toml", "consent validate --help"]),
        (&["plan", "parts"], &["consent plan -f parts", "consent plan --help"]),
        (&["plan", "my file.toml"], &["consent plan -f 'my file.toml'", "consent plan --help"]),
        (&["plan", "nonsense"], &["consent plan --help"]),
        (&["plan", "--nonsense.toml"], &["consent plan --help"]),
        (&["plan", "--color", "mauve"], &["consent plan --help"]),
        (&["completions", "tcsh"], &["consent completions --help"]),
        (&["nonsense"], &["consent --help"]),
        (&["help", "nonsense"], &["consent --help"]),
    ] {
        let run = world.run(args).assert_code(3);
        let told = run.stderr.lines().filter_map(|line| line.strip_prefix("  = help: "));
        assert_eq!(told.collect::<Vec<_>>(), help, "{args:?}: {run:#?}");
    }
    let seed = world.run(&["sandbox", "--seed", "a.toml", "b.toml"]).assert_code(3);
    assert!(seed.stderr.contains("= help: consent sandbox --seed b.toml\n"), "{seed:#?}");
    let mut command = world.command(&["plan"]);
    let run = Run::of(command.env("CONSENT_COLOR", "mauve").output().unwrap()).assert_code(3);
    assert!(run.stderr.contains("the variable CONSENT_COLOR"), "{run:#?}");
    let run = world.run(&["apply", "consent.toml"]).assert_code(6);
    assert!(run.stderr.contains("error[plan_file]"), "{run:#?}");
    assert!(run.stderr.contains("consent apply -f consent.toml\n"), "{run:#?}");
    world.assert_untouched();
}

#[test]
fn help_is_a_command_too() {
    let world = ready();
    for command in ["plan", "apply", "validate", "sandbox", "schema", "completions"] {
        let asked = bare(&world, &["help", command]).assert_code(0);
        assert_eq!(asked.stdout, bare(&world, &[command, "--help"]).stdout);
    }
    let all = bare(&world, &["help"]).assert_code(0);
    assert_eq!(all.stdout, bare(&world, &["--help"]).stdout);
}

/// What a CI system makes of variables that are not set, and what a shell still holds of yesterday.
#[test]
fn empty_variables_are_none_and_a_flag_wins_over_a_variable() {
    let world = ready();
    world.file("tenant.toml", SEED);
    let run = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = world.command(args);
        command.env_remove("CONSENT_TOKEN").envs(variables.iter().copied());
        Run::of(command.output().unwrap())
    };
    let names =
        "SANDBOX GRAPH_URL PARALLELISM REPORT OUT APP COLOR LOG_FILE VERBOSE JSON FILE FULL";
    let names: Vec<String> = names.split(' ').map(|name| format!("CONSENT_{name}")).collect();
    let empty: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let sandbox = ["plan", "--sandbox", "tenant.toml"];
    run(&sandbox, &empty).assert_code(0).quietly();
    run(&sandbox, &[("CONSENT_GRAPH_URL", "http://127.0.0.1:1")]).assert_code(0).quietly();
    let url = ["plan", "--graph-url=http://127.0.0.1:1"];
    let nobody = run(&url, &[("CONSENT_SANDBOX", "tenant.toml"), ("CONSENT_TOKEN", "x")]);
    let told = nobody.stderr.contains("error[") && !nobody.stderr.contains("error[usage]");
    assert!(nobody.code != 0 && told, "nobody answers there: {nobody:#?}");
    let both = [("CONSENT_GRAPH_URL", "http://127.0.0.1:1"), ("CONSENT_SANDBOX", "tenant.toml")];
    let refused = run(&["plan"], &both).assert_code(3);
    assert!(refused.stderr.contains("cannot be used with"), "{refused:#?}");
}

#[test]
fn completions_and_the_man_page_are_not_empty() {
    let world = World::with("");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh", "man"] {
        let run = bare(&world, &["completions", shell]).assert_code(0);
        assert!(run.stderr.is_empty(), "{run:#?}");
        for word in ["apply", "sandbox", "approve"] {
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn a_crowd_of_mistakes_is_counted_and_says_that_it_is_cut() {
    let world = ready();
    world.manifest(&(0..1_000).map(|at| format!("[app.a{at}]\nmood = 1\n")).collect::<String>());
    let run = bare(&world, &["validate"]).assert_code(3);
    assert!(run.stderr.contains("error[too_many_mistakes]: more than 500 mistakes"), "{run:#?}");
    assert!(run.stderr.contains("error: more than 500 mistakes to mend"), "{run:#?}");
}

/// One header with too few brackets makes no mistakes of the right ones below it.
#[test]
fn a_table_for_a_list_is_told_at_its_line() {
    let world = ready();
    let (app, grant) = ONE.split_once("[[grant]]").unwrap();
    world.manifest(&format!("{app}[grant]{grant}{}", format!("[[grant]]{grant}").repeat(3)));
    let run = bare(&world, &["validate"]).assert_code(3);
    assert_eq!(run.stderr.matches("error[").count(), 1, "{run:#?}");
    assert!(run.stderr.contains("error[wrong_table]"), "{run:#?}");
    assert!(run.stderr.contains("consent.toml:10:2"), "{run:#?}");
}

#[test]
fn validate_needs_no_network_and_no_variable() {
    let world = ready();
    let run = bare(&world, &["validate"]).assert_code(0);
    assert!(run.stdout.contains("valid: 1 app, 1 declaration"), "{run:#?}");
    let valid = bare(&world, &["validate", "--json"]).assert_code(0).json();
    assert_eq!(valid["valid"], true);
    world.manifest(&ONE.replace("mode", "mood"));
    let run = bare(&world, &["validate"]).assert_code(3);
    assert!(run.stderr.contains("consent.toml:8:1"), "{run:#?}");
    assert!(run.stdout.is_empty(), "{run:#?}");
    assert_eq!(world.counts().http, 0);
}

#[test]
fn reports_go_where_they_are_sent() {
    let world = ready();
    let args = ["plan", "--report", "json=a.json", "--report", "json=sub.json"];
    let run = world.run(&args).assert_code(0);
    assert!(run.stdout.contains("Plan: 1 to add"), "{run:#?}");
    let read = |name: &str| std::fs::read_to_string(world.folder().join(name)).unwrap();
    assert_eq!(read("a.json"), read("sub.json"));
    let file: Value = serde_json::from_str(&read("a.json")).unwrap();
    assert_eq!(file["format"], "consent.plan_report");
    for args in [&["plan", "--json"][..], &["plan", "--report", "json=-"]] {
        let run = world.run(args).assert_code(0);
        assert_eq!(run.json()["effect"], file["effect"]);
        assert!(run.stderr.contains("Plan: 1 to add"), "people's text: {run:#?}");
    }
    let digest = world.digest();
    let run = world.run(&["apply", "--json", "--approve", &digest]).assert_code(0);
    let report = run.json();
    assert_eq!(report["format"], "consent.run_report");
    assert_eq!((&report["tenant"], &report["remaining"]), (&"changed".into(), &0.into()));
    assert!(run.stderr.contains("1 done"), "people's text: {run:#?}");
    // Programs read the same document where there is nothing left to do.
    let report = world.run(&["apply", "--json"]).assert_code(0).json();
    assert_eq!(report["format"], "consent.run_report");
    assert_eq!((&report["tenant"], &report["writes_sent"]), (&"unchanged".into(), &0.into()));
}

/// Nothing is written over what it was made of, and that is told before anything is read.
#[test]
fn results_that_would_be_written_over_something_are_refused() {
    let world = ready();
    let manifest = std::fs::read_to_string(world.folder().join("consent.toml")).unwrap();
    std::fs::create_dir(world.folder().join("all")).unwrap();
    for (args, id) in [
        (&["plan", "--out", "consent.toml"][..], "same_target"),
        (&["plan", "--out", "./consent.toml"], "same_target"),
        (&["plan", "--out", "p.plan", "--report", "json=p.plan"], "same_target"),
        (&["plan", "-f", "all", "--out", "all/more.toml"], "same_target"),
        (&["plan", "--json", "--report", "json=-"], "same_target"),
        (&["plan", "--report", "json=no/x.json"], "no_folder"),
        (&["apply", "--report", "json=consent.toml"], "same_target"),
        (&["apply", "p.plan", "--report", "json=p.plan"], "same_target"),
        (&["apply", "--report", "json=no/x.json"], "no_folder"),
    ] {
        let run = world.run(args).assert_code(3);
        assert!(run.stderr.contains(&format!("error[{id}]")), "{args:?}: {run:#?}");
    }
    assert_eq!(std::fs::read_to_string(world.folder().join("consent.toml")).unwrap(), manifest);
    assert!(!world.folder().join("p.plan").exists());
    assert_eq!(world.counts().http, 0);
}

#[test]
fn json_stays_json_when_things_go_wrong() {
    let world = ready();
    for args in [&["apply", "--json"][..], &["plan", "--json", "-f", "nowhere"]] {
        let run = world.run(args);
        assert_ne!(run.code, 0);
        assert!(run.stdout.is_empty() || run.stdout.starts_with('{'), "{run:#?}");
        assert!(run.stderr.contains("error["), "{run:#?}");
    }
}

#[test]
fn quiet_and_verbose() {
    let world = ready();
    let digest = world.digest();
    let quiet = world.run(&["plan", "-q"]).assert_code(0);
    assert!(quiet.stderr.is_empty() && quiet.stdout.contains("Plan: "), "{quiet:#?}");
    let plain = world.run(&["plan"]).assert_code(0);
    assert!(plain.stderr.is_empty(), "{plain:#?}");
    let loud = world.run(&["plan", "-vv"]).assert_code(0);
    assert!(loud.stderr.contains("GET"), "requests: {loud:#?}");
    let run = world.run(&["apply", "-q", "--approve", &digest]).assert_code(0);
    assert!(run.stderr.is_empty() && run.stdout.contains("1 done"), "{run:#?}");
    let run = world.run(&["plan", "-q", "-f", "nowhere"]).assert_code(3);
    assert!(run.stderr.contains("error["), "errors are never quiet: {run:#?}");
}

#[test]
fn the_log_file_holds_one_json_object_per_line() {
    let world = ready();
    let digest = world.digest();
    let args = ["apply", "--approve", &digest, "--log-file", "run.log"];
    let run = world.run(&args).assert_code(0);
    assert!(!run.stderr.contains("GET"), "the file does not make stderr louder: {run:#?}");
    let text = std::fs::read_to_string(world.folder().join("run.log")).unwrap();
    assert!(text.lines().count() >= 3, "{text}");
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(event["level"].is_string() && event["timestamp"].is_string(), "{line}");
    }
    assert!(!text.contains("eyJ") && !text.to_lowercase().contains("authorization\""), "{text}");
    // It goes on behind what is there, but adds to nothing else.
    world.run(&["plan", "--log-file", "run.log"]).assert_code(0).quietly();
    let longer = std::fs::read_to_string(world.folder().join("run.log")).unwrap();
    assert!(longer.len() > text.len() && longer.starts_with(&text), "{longer}");
    world.file("notes.txt", "mine");
    let run = world.run(&["plan", "--log-file", "notes.txt"]).assert_code(3);
    assert!(run.stderr.contains("error[no_log]"), "{run:#?}");
    assert_eq!(std::fs::read_to_string(world.folder().join("notes.txt")).unwrap(), "mine");
}

#[test]
fn a_manifest_may_be_a_folder_or_several_files() {
    let world = World::with("");
    world.file("m/10-head.toml", HEAD);
    world.file("m/20-app.toml", ONE);
    world.file("m/notes.txt", "not a manifest");
    let digest = |args: &[&str]| {
        let args = [&["plan", "--json"], args].concat();
        world.run(&args).assert_code(0).json()["effect"]["sha256"].clone()
    };
    let whole = digest(&["-f", "m"]);
    assert_eq!(digest(&["-f", "m/20-app.toml", "-f", "m/10-head.toml"]), whole);
    assert_eq!(digest(&["-f", "m", "-f", "m/20-app.toml"]), whole, "named twice, read once");
    world.manifest(ONE);
    assert_eq!(world.digest(), whole.as_str().unwrap());
    let approve = whole.as_str().unwrap();
    world.run(&["apply", "-f", "m", "--approve", approve]).assert_code(0).quietly();
    assert!(world.folder().join("m/.consent").is_dir());
    world.run(&["plan", "-f", "m"]).assert_code(0).quietly();
}

#[test]
fn detailed_exit_codes_tell_whether_there_are_changes() {
    let world = ready();
    world.run(&["plan", "--detailed-exitcode"]).assert_code(2).quietly();
    world.run(&["plan", "--detailed-exitcode", "--json"]).assert_code(2).quietly();
    world.apply().assert_code(0).quietly();
    world.run(&["plan", "--detailed-exitcode"]).assert_code(0).quietly();
    world.run(&["plan", "--detailed-exitcode", "-f", "nowhere"]).assert_code(3).quietly();
}

/// A rail stops nothing where there is nothing to apply, and nobody hears of it who does not ask.
#[test]
fn detailed_exit_codes_tell_whether_a_rail_stops_the_changes() {
    let limit = "[limits]\nprincipals = 1\n";
    let two =
        ONE.replace("[\"alice@contoso.com\"]", "[\"alice@contoso.com\", \"bob@contoso.com\"]");
    let world = World::with("");
    world.manifest(&(limit.to_owned() + &two));
    for args in [&["plan"][..], &["plan", "--json"], &["plan", "--out", "blocked.plan"]] {
        world.run(args).assert_code(0).quietly();
        let run = world.run(&[args, &["--detailed-exitcode"]].concat()).assert_code(5);
        assert!(!run.stderr.contains("error"), "it is a plan all the same: {run:#?}");
    }
    let run = world.run(&["plan", "--detailed-exitcode", "--app", "explorer"]).assert_code(5);
    assert!(run.stdout.starts_with("BLOCKED by principals_limit. Part of the "), "{run:#?}");
    world.manifest(&two);
    let run = world.run(&["plan", "--detailed-exitcode", "--app", "explorer"]).assert_code(2);
    assert!(
        run.stdout.starts_with("Ready to apply. Part of the manifest: explorer.\n"),
        "{run:#?}"
    );
    world.apply().assert_code(0).quietly();
    world.manifest(&(limit.to_owned() + &two));
    let run = world.run(&["plan", "--detailed-exitcode"]).assert_code(0);
    assert!(run.stdout.starts_with("No changes. The tenant matches the manifest.\n"), "{run:#?}");
    assert_eq!(world.plan()["verdict"], json!({ "word": "no_changes", "by": [] }));
}

/// Times out of the text of a plan, however they are written.
fn scrubbed(run: &Run) -> String {
    let lines = run.stdout.lines().map(|line| match line.split_once("read ") {
        Some((before, _)) if line.starts_with("Live") => before.to_owned(),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn timeless(mut report: Value) -> String {
    for (part, name) in [("live", "read_at"), ("live", "milliseconds")] {
        if let Some(value) = report[part].get_mut(name) {
            *value = Value::Null;
        }
    }
    for name in ["made_at", "expires_at"] {
        if let Some(value) = report.get_mut(name) {
            *value = Value::Null;
        }
    }
    report.to_string()
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let world = World::with(CROWD);
    world.manifest(FOR_CROWD);
    let text = scrubbed(&world.run(&["plan", "--full"]));
    let report = timeless(world.plan());
    for parallelism in ["1", "2", "3", "4", "8", "16", "32", "5", "7", "9"] {
        let again = world.run(&["plan", "--full", "--parallelism", parallelism]);
        assert_eq!(scrubbed(&again.assert_code(0)), text);
        let again = world.run(&["plan", "--json", "--parallelism", parallelism]);
        assert_eq!(timeless(again.json()), report);
    }
}

#[test]
fn the_order_of_people_does_not_matter() {
    let people = ["alice@contoso.com", "bob@contoso.com", "carol@contoso.com", "frank@contoso.com"];
    let mut digests = Vec::new();
    for turn in 0..people.len() {
        let mut turned = people;
        turned.rotate_left(turn);
        let world = World::with(&format!("[[group]]\nname = \"Four\"\nmembers = {turned:?}\n"));
        world.manifest(&ONE.replace("users = [\"alice@contoso.com\"]", "groups = [\"Four\"]"));
        digests.push(world.digest());
        world.manifest(&ONE.replace("[\"alice@contoso.com\"]", &format!("{turned:?}")));
        digests.push(world.digest());
    }
    digests.dedup();
    assert_eq!(digests.len(), 1, "{digests:?}");
}

mod serving {
    use super::*;

    fn serve(world: &World) -> (std::process::Child, BufReader<std::process::ChildStdout>) {
        world.file("tenant.toml", SEED);
        let mut command = world.command(&["sandbox", "--seed", "tenant.toml"]);
        command.env_remove("CONSENT_GRAPH_URL").env_remove("CONSENT_TOKEN");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        (child, lines)
    }

    fn line(from: &mut impl BufRead) -> String {
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    #[cfg(unix)]
    #[test]
    fn a_served_tenant_works_with_its_exports_until_it_is_told_to_end() {
        for signal in ["-INT", "-TERM"] {
            let world = ready();
            let (mut child, mut out) = serve(&world);
            let url = line(&mut out);
            assert!(url.starts_with("http://127.0.0.1:"), "{url}");
            let exports = [line(&mut out), line(&mut out)];
            assert_eq!(exports[0], format!("export CONSENT_GRAPH_URL={url}"));
            let token = exports[1].strip_prefix("export CONSENT_TOKEN=").unwrap();
            let run = |args: &[&str]| {
                let mut command = world.command(args);
                let output = command.env("CONSENT_GRAPH_URL", &url).env("CONSENT_TOKEN", token);
                Run::of(output.output().unwrap())
            };
            let plan = run(&["plan", "--json"]).assert_code(0).json();
            let digest = plan["effect"]["sha256"].as_str().unwrap();
            run(&["apply", "--approve", digest]).assert_code(0).quietly();
            run(&["plan", "--detailed-exitcode"]).assert_code(0).quietly();
            let kill = Command::new("kill").args([signal, &child.id().to_string()]).status();
            assert!(kill.unwrap().success());
            assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
            world.assert_untouched();
        }
    }

    #[test]
    fn only_this_machine_is_served() {
        let world = ready();
        world.file("tenant.toml", SEED);
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
            let args = ["sandbox", "--seed", "tenant.toml", "--listen", address];
            let run = world.run(&args);
            assert!([1, 3].contains(&run.code), "{run:#?}");
            assert!(run.stderr.contains("loopback"), "{run:#?}");
            assert!(run.stdout.is_empty(), "{run:#?}");
        }
    }

    #[test]
    fn mistakes_of_seed_and_weather_are_told() {
        let world = World::with("");
        let run = world.run(&["sandbox", "--seed", "nowhere.toml"]);
        assert!([1, 3].contains(&run.code), "{run:#?}");
        world.file("tenant.toml", "[tenant]\nid = 1\n");
        let run = world.run(&["sandbox", "--seed", "tenant.toml"]).assert_code(3);
        assert!(run.stderr.contains("tenant.toml:"), "{run:#?}");
        world.file("tenant.toml", SEED);
        let args = ["sandbox", "--seed", "tenant.toml", "--weather", "rain"];
        let run = world.run(&args).assert_code(3);
        assert!(run.stderr.contains("no such weather"), "{run:#?}");
        let args = ["sandbox", "--seed", "tenant.toml", "--latency", "soon"];
        world.run(&args).assert_code(3).quietly();
    }
}
