//! No socket, no sign-in, no program: whatever the environment offers.

use std::net::TcpListener;
use std::process::Command;

use super::{alone, offline, take};
use crate::scenarios::{app, has, wants};
use crate::world::World;

const PLAN: [&str; 4] = ["plan", "--offline", "--from", "taken.json"];

fn world() -> World {
    let world = World::with(&has("Graph Explorer", None, "User.Read Mail.Read"));
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#)),
    );
    take(&world);
    world
}

/// Everything that could lead somewhere leads to somebody who listens, and nobody comes.
#[test]
fn nobody_is_called() {
    let world = world();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    let mut command = alone(world.folder(), &PLAN);
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
    {
        command.env(name, &here);
    }
    for name in ["CONSENT_GRAPH_URL", "AZURE_AUTHORITY_HOST", "IDENTITY_ENDPOINT"] {
        command.env(name, &here);
    }
    let run = crate::world::Run::of(command.output().unwrap());
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(run.stdout.contains("OFFLINE   from the snapshot of "), "{run:#?}");
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
    // Who does listen there would have been heard of: with the tenant's address something comes.
    let mut online = alone(world.folder(), &["plan"]);
    online.env("CONSENT_GRAPH_URL", &here).env("CONSENT_PATIENCE", "5");
    online.env("CONSENT_TOKEN", world.tenant.token());
    let mut child = online.stderr(std::process::Stdio::null()).spawn().unwrap();
    let begun = std::time::Instant::now();
    while listener.accept().is_err() {
        assert!(begun.elapsed().as_secs() < 60, "an online plan came to nobody");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// System calls of a run, those about sockets alone. `None` where nobody can look.
#[cfg(target_os = "linux")]
fn sockets(world: &World, args: &[&str], env: &[(&str, &str)]) -> Option<(i32, String)> {
    let path = world.folder().join("calls");
    let mut command = Command::new("strace");
    command.args(["-f", "-e", "trace=socket,connect", "-o"]).arg(&path);
    command.arg(env!("CARGO_BIN_EXE_consent")).args(args).current_dir(world.folder());
    command.env_remove("CONSENT_TOKEN").envs(env.iter().copied());
    let output = command.output().ok()?;
    let calls = std::fs::read_to_string(path).ok()?;
    let is_call = |line: &&str| line.contains("socket(") || line.contains("connect(");
    let calls: Vec<&str> = calls.lines().filter(is_call).collect();
    Some((output.status.code()?, calls.join("\n")))
}

#[test]
#[cfg(target_os = "linux")]
fn no_socket_is_opened() {
    let world = world();
    let online =
        [("CONSENT_GRAPH_URL", world.tenant.url()), ("CONSENT_TOKEN", world.tenant.token())];
    let online: Vec<(&str, &str)> =
        online.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let seen =
        sockets(&world, &["plan"], &online).filter(|(code, calls)| *code == 0 && !calls.is_empty());
    if seen.is_none() {
        eprintln!("skipped: strace is not installed, or may not look");
        return;
    }
    assert_eq!(sockets(&world, &PLAN, &[]), Some((0, String::new())));
}

/// The way it is drawn, and what a program reads.
#[test]
fn it_says_what_it_is_made_of() {
    let world = world();
    let told = offline(&world, &[]).assert_code(0).stdout;
    let mut lines = told.lines();
    assert_eq!(lines.next(), Some("To review; no rail would stop it."));
    let unwrapped = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unwrapped.contains("less than a day old: to review, never to apply"), "{told}");
    for never in ["Ready to apply", "Effect ", "Next ", "consent apply"] {
        assert!(!told.contains(never), "{never}: {told}");
    }
    let report = offline(&world, &["--json"]).assert_code(0).json();
    assert_eq!(report["verdict"]["word"], "to_review");
    assert_eq!(report["offline"]["days"], 0);
    let bytes = std::fs::read(world.folder().join("taken.json")).unwrap();
    let sha256 = consent::model::digest::sha256_hex(&bytes);
    assert_eq!(report["offline"]["sha256"], sha256.as_str());
    assert!(report["effect"]["text"].as_str().unwrap().contains(&sha256));
    assert_eq!(offline(&world, &["--detailed-exitcode"]).code, 2);
}
