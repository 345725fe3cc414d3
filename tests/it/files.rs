//! What lies in a folder does not choose what is read of the machine, where a run keeps its records, or
//! what is shown.

#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::sample::ONE;
use crate::world::{HEAD, Run, World};

/// What nobody may read who can only name files.
const HUSH: &str = "hush-Q8x-not-for-anybodys-eyes";

/// A run with a secret in its environment, and without a way to the tenant.
fn run(world: &World, args: &[&str]) -> Run {
    let mut command = world.command(args);
    command.env("AWS_SESSION_TOKEN", HUSH).env("CONSENT_NO_INPUT", "1");
    Run::of(command.output().unwrap())
}

#[track_caller]
fn assert_refused(run: &Run, code: i32, id: &str) {
    assert_eq!(run.code, code, "{run:#?}");
    assert!(
        run.stderr.contains(&format!("error[{id}]")) && run.stderr.contains("help:"),
        "{run:#?}"
    );
    assert!(!run.all().contains(HUSH) && !run.all().contains("SESSION"), "{run:#?}");
}

fn link(world: &World, to: impl AsRef<Path>, name: &str) {
    let path = world.folder().join(name);
    drop(std::fs::remove_file(&path));
    symlink(to, path).unwrap();
}

#[test]
fn a_manifest_that_is_a_link_shows_nothing_of_what_it_points_to() {
    let world = World::with("");
    let stranger = World::with("");
    let secret = stranger.file("credentials", &format!("[default]\nAWS_SESSION_TOKEN = {HUSH}\n"));
    world.file(".git/config", &format!("[http]\nSESSION = {HUSH}\n"));
    std::fs::create_dir(world.folder().join("manifests")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(world.folder().join("pipe")).status();
    assert!(made.unwrap().success());
    let targets = ["/proc/self/environ", "/dev/stdin", "/dev/zero", ".git/config", "pipe"];
    for target in targets.map(Path::new).into_iter().chain([secret.as_path()]) {
        link(&world, target, "consent.toml");
        let inside = world.folder().join(target);
        link(&world, inside, "manifests/consent.toml");
        for args in [
            &["validate"][..],
            &["validate", "--json"],
            &["plan", "-vv"],
            &["apply"],
            &["validate", "-f", "."],
            &["validate", "-f", "manifests"],
            &["validate", "-f", "manifests/consent.toml"],
        ] {
            assert_refused(&run(&world, args), 3, "manifest_unreadable");
        }
    }
    world.assert_untouched();
    assert_eq!(world.counts().http, 0);
}

/// A file of the folder itself, such as one that a job wrote there.
#[test]
fn a_file_that_is_no_manifest_is_not_quoted() {
    let world = World::with("");
    for text in [
        format!("AWS_SESSION_TOKEN={HUSH}\nPATH=/bin\n"),
        format!("[default]\nAWS_SESSION_TOKEN = \"{HUSH}\"\n"),
        format!("SESSION = \"{HUSH}\"\nschema = 1\n"),
        format!("{{\"SESSION\": \"{HUSH}\"}}"),
        format!("[tenant]\nid = \"{HUSH}\"\n[app.\"{HUSH}\"]\n[[grant]]\nscopes = [\"{HUSH}\"]\n"),
    ] {
        world.file("consent.toml", &text);
        for args in [&["validate"][..], &["plan", "-vv"]] {
            let run = run(&world, args);
            assert_refused(&run, 3, "missing_schema");
            assert!(run.stderr.contains("this is no consent manifest: no `schema`"), "{run:#?}");
            assert_eq!(run.stderr.matches("error[").count(), 1, "{run:#?}");
        }
    }
    world.manifest(&format!("# {HUSH}\n[app.x]\nclient_secret = \"{HUSH}\"\n"));
    let run = run(&world, &["validate"]);
    assert!(run.stderr.contains("[removed]") && run.stderr.contains("unknown_key"), "{run:#?}");
    assert!(!run.stderr.contains(HUSH), "{run:#?}");
}

#[test]
fn a_seed_a_storm_a_plan_and_a_lock_are_not_read_through_links() {
    let world = World::with("");
    world.manifest(ONE);
    link(&world, "/proc/self/environ", "tenant.toml");
    let refused = run(&world, &["plan", "--sandbox", "tenant.toml"]);
    assert!(refused.stderr.contains("error[file_of_the_system]"), "{refused:#?}");
    assert!(!refused.all().contains(HUSH), "{refused:#?}");
    for args in [&["sandbox", "--seed", "tenant.toml"][..], &["apply", "tenant.toml"]] {
        assert_refused(&run(&world, args), refused.code, "file_of_the_system");
    }
    let stranger = World::with("");
    let secret = stranger.file("secret", HUSH);
    link(&world, &secret, "storm.toml");
    world.file("seed.toml", crate::world::SEED);
    let args = ["sandbox", "--seed", "seed.toml", "--weather-file", "storm.toml"];
    assert_refused(&run(&world, &args), refused.code, "link_leads_out");
    // The last run's lock says who has it.
    let consent = world.private(".consent");
    symlink(&secret, consent.join("lock")).unwrap();
    let digest = world.digest();
    let refused = run(&world, &["apply", "--approve", &digest]);
    assert_refused(&refused, 1, "file_is_a_link");
    world.assert_untouched();
}

#[test]
fn a_folder_that_somebody_names_is_trusted_whatever_way_it_is_named() {
    let world = World::with("");
    world.file("other/consent.toml", &format!("{HEAD}{ONE}"));
    std::fs::create_dir(world.folder().join("here")).unwrap();
    link(&world, "other", "linked");
    link(&world, "consent.toml", "other/alias.toml");
    let absolute = world.folder().join("other/consent.toml").display().to_string();
    for path in [&absolute, "linked", "linked/consent.toml", "here/../other", "other/alias.toml"] {
        run(&world, &["validate", "-f", path]).assert_code(0).quietly();
    }
    let mut command = world.command(&["validate", "-f", "../other/consent.toml"]);
    let above = Run::of(command.current_dir(world.folder().join("here")).output().unwrap());
    assert_eq!(above.code, 0, "{above:#?}");
}

/// One folder has one history and one lock.
#[test]
fn two_names_of_a_folder_share_records_and_lock() {
    let world = World::with("");
    world.file("real/consent.toml", &format!("{HEAD}{ONE}"));
    link(&world, "real", "linked");
    let digest = |folder: &str| {
        let plan = world.run(&["plan", "-f", folder, "--json"]).assert_code(0).json();
        plan["effect"]["sha256"].as_str().unwrap().to_owned()
    };
    let approved = digest("linked");
    let real = world.folder().join("real/.consent");
    let lock = consent::store::lock::take(&real, "a test").unwrap();
    for folder in ["real", "linked", "linked/consent.toml"] {
        let held = world.run(&["apply", "-f", folder, "--approve", &approved]).assert_code(7);
        assert!(held.stderr.contains("a test"), "{held:#?}");
    }
    drop(lock);
    let applied = world.run(&["apply", "-f", "linked", "--approve", &approved]).assert_code(0);
    assert!(real.join("snapshots").is_dir());
    // It is told where the record really is.
    assert!(applied.all().contains("real/.consent/snapshots"), "{applied:#?}");
    assert!(!applied.all().contains("linked/.consent"), "{applied:#?}");
}

/// A plan names its manifest, and may come from somebody else.
#[test]
fn a_plan_puts_no_records_into_a_folder_that_a_link_leads_to() {
    let world = World::with("");
    world.file("sub/consent.toml", &format!("{HEAD}{ONE}"));
    let plan = ["plan", "-f", "sub/consent.toml", "--out", "saved.plan", "--json"];
    let plan = world.run(&plan).assert_code(0).json();
    let digest = plan["effect"]["sha256"].as_str().unwrap();
    let stranger = World::with("");
    stranger.file("consent.toml", "schema = 1\n# of somebody else\n");
    std::fs::remove_dir_all(world.folder().join("sub")).unwrap();
    link(&world, stranger.folder(), "sub");
    let run = world.run(&["apply", "saved.plan", "--approve", digest]).assert_code(0);
    assert!(run.stderr.contains("is not the file that the plan was made of"), "{run:#?}");
    assert!(world.folder().join(".consent/snapshots").is_dir());
    assert!(!stranger.folder().join(".consent").exists());
}
