//! The token is in nothing that is written, and nothing that is written is anybody else's to read.

use std::path::{Path, PathBuf};

use crate::sample::{ONE, READING};
use crate::world::{Run, World};

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// The parts of a token that tell something or let somebody in.
fn canaries(token: &str) -> Vec<String> {
    let parts: Vec<&str> = token.split('.').collect();
    vec![token.to_owned(), parts[1].to_owned(), parts[1][..40].to_owned()]
}

#[track_caller]
fn assert_silent(world: &World, runs: &[Run], token: &str) {
    for canary in canaries(token) {
        for run in runs {
            assert!(!run.all().contains(&canary), "a token in an output: {run:#?}");
        }
        let needle = canary.as_bytes();
        for path in files(world.folder()) {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(needle.len()).any(|part| part == needle);
            assert!(!found, "a token in {}", path.display());
        }
    }
}

#[test]
fn no_run_writes_its_token_anywhere() {
    let world = World::with("");
    world.manifest(ONE);
    let loud = |args: &[&str], log: &str| {
        let mut args = args.to_vec();
        args.extend(["-vv", "--log-file", log]);
        world.run(&args)
    };
    let digest = world.digest();
    let runs = [
        loud(&["plan", "--out", "plan.json", "--report", "json=plan-report.json"], "1.log"),
        loud(&["apply"], "2.log"),
        loud(&["apply", "--approve", "sha256:00"], "3.log"),
        loud(&["apply", "plan.json", "--approve", &digest, "--report", "json=r.json"], "4.log"),
        loud(&["plan", "--json"], "5.log"),
        loud(&["validate"], "6.log"),
    ];
    assert_eq!(runs.each_ref().map(|run| run.code), [0, 6, 6, 0, 0, 0], "{runs:#?}");
    let written = files(world.folder());
    for name in ["4.log", "plan.json", "plan-report.json", "r.json"] {
        assert!(written.contains(&world.folder().join(name)), "{name} of {written:?}");
    }
    let state = files(&world.folder().join(".consent"));
    assert!(state.len() >= 2, "a snapshot and a journal: {state:?}");
    assert_silent(&world, &runs, &world.tenant.token());
}

#[test]
fn a_service_that_repeats_the_token_in_its_errors_is_not_quoted() {
    let plain = World::with("");
    let token = plain.tenant.token();
    let [_, payload, _] = token.split('.').collect::<Vec<_>>()[..] else { panic!("a token") };
    let bearer = format!("refused: Bearer {token} is not good, nor is {token}; part {payload}");
    for (method, code) in [("GET", 4), ("POST", 9)] {
        let weather = format!(
            "[weather]\nrefuse = [{{ method = {method:?}, path = \"oauth2PermissionGrants\", \
             status = 403, code = \"Authorization_RequestDenied\", message = {bearer:?} }}]\n"
        );
        let world = World::with(&weather);
        world.manifest(ONE);
        let run = |args: &[&str]| {
            Run::of(world.command(args).env("CONSENT_TOKEN", &token).output().unwrap())
        };
        let digest = if code == 4 { "sha256:0".to_owned() } else { world.digest() };
        let log = ["-vv", "--log-file", "run.log", "--report", "json=report.json"];
        let failing = run(&[&["apply", "--approve", &digest][..], &log].concat());
        let failing = failing.assert_code(code);
        assert!(failing.all().contains("refused"), "the rest of the message: {failing:#?}");
        assert_silent(&world, &[failing], &token);
    }
}

#[test]
fn unusable_tokens_are_not_quoted_either() {
    let world = World::with("");
    world.manifest(ONE);
    let whole = world.tenant.token();
    let cut = whole[..whole.len() / 2].to_owned();
    let spaced = format!("{} {}", &whole[..50], &whole[50..]);
    for token in [cut, spaced, "Bearer-hunter2-canary".to_owned(), format!("Bearer {whole}")] {
        let output = world.command(&["plan", "-vv"]).env("CONSENT_TOKEN", &token).output();
        let run = Run::of(output.unwrap());
        assert!(!run.all().contains("hunter2"), "{run:#?}");
        assert!(!run.all().contains(&whole[whole.len() / 4..whole.len() / 4 + 30]), "{run:#?}");
        assert!([0, 4].contains(&run.code), "{run:#?}");
    }
    world.assert_untouched();
}

#[test]
fn a_read_only_token_fails_without_showing_itself() {
    let world = World::with("");
    world.manifest(ONE);
    let token = world.tenant.token_with(READING);
    let digest = world.digest();
    let args = ["apply", "--approve", &digest, "-vv", "--log-file", "x.log"];
    let output = world.command(&args).env("CONSENT_TOKEN", &token).output().unwrap();
    let run = Run::of(output).assert_code(4);
    assert_silent(&world, &[run], &token);
}

#[test]
fn a_served_sandbox_shows_its_token_only_where_it_is_asked_for() {
    // The token of a simulated tenant opens nothing, and its exports are the command's result.
    let world = World::with("");
    world.file("tenant.toml", crate::world::SEED);
    let run = world.run(&["plan", "--sandbox", "tenant.toml", "-f", "nowhere.toml"]);
    assert_eq!(run.code, 3, "{run:#?}");
    assert!(!run.all().contains("eyJ"), "{run:#?}");
}

#[cfg(unix)]
#[test]
fn files_are_0600_and_folders_0700_under_any_umask() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::with("");
    world.manifest(ONE);
    world.file("tenant.toml", crate::world::SEED);
    let digest = world.digest();
    let binary = env!("CARGO_BIN_EXE_consent");
    let script = format!(
        "umask 000\n\
         '{binary}' plan --out plan.json --report json=plan-report.json --log-file a.log &&\n\
         '{binary}' apply plan.json --approve {digest} --report json=report.json --log-file b.log &&\n\
         env -u CONSENT_GRAPH_URL '{binary}' plan --sandbox tenant.toml"
    );
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).current_dir(world.folder()).env_clear();
    shell
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("CONSENT_GRAPH_URL", world.tenant.url())
        .env("CONSENT_TOKEN", world.tenant.token());
    Run::of(shell.output().unwrap()).assert_code(0).quietly();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let ours = |path: &PathBuf| !path.ends_with("consent.toml") && !path.ends_with("tenant.toml");
    let written: Vec<_> = files(world.folder()).into_iter().filter(ours).collect();
    assert!(written.len() >= 8, "{written:?}");
    for path in written {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let folder = path.parent().unwrap();
        if folder != world.folder() {
            assert_eq!(mode(folder), 0o700, "{}", folder.display());
        }
    }
}
