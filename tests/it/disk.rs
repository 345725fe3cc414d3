//! A disk that takes no more, at any write: nothing is sent that is not in the journal, and the exit
//! code tells the truth about the tenant.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::gate::{Gate, Side};
use crate::survival::{Story, flat};
use crate::world::{Run, World};

/// Exit codes from here on say that the tenant may have changed.
const CHANGED: i32 = 9;

/// What a run says must be what happened.
#[track_caller]
fn told_the_truth(story: &Story, world: &World, run: &Run, what: &str) {
    let sent = world.writes().len();
    let expected = match sent {
        0 => 1,
        all if all == story.writes => 11,
        _ => CHANGED,
    };
    assert_eq!(run.code, expected, "{what}: {sent} of {} sent: {run:#?}", story.writes);
    let told = flat(&run.stderr);
    assert!(told.contains("error[file_not_writable]"), "{what}: {run:#?}");
    assert!(told.contains("failed to write .consent/"), "the file is named, {what}: {run:#?}");
    let help = ["help: check free space and rights: `df .consent", "help: see how long a file may"];
    assert!(help.iter().any(|help| told.contains(help)), "{what}: {run:#?}");
    let unchanged = told.contains("tenant: unchanged") || run.stdout.contains("nothing was sent");
    assert_eq!(unchanged, sent == 0, "{what}: {run:#?}");
    assert!(sent > 0 || !told.contains("tenant: changed"), "{what}: {run:#?}");
}

/// Something else stands where the run wants to write: not even the superuser can write there.
#[test]
fn what_stands_in_the_way_of_a_record_stops_the_run_before_its_first_request() {
    let story = Story::narrowing();
    type Put = fn(&Path);
    let file: Put = |path| std::fs::write(path, "mine").unwrap();
    let folder: Put = |path| std::fs::create_dir(path).unwrap();
    let link: Put = |path| {
        let target = path.ancestors().nth(2).unwrap().join("elsewhere");
        std::fs::create_dir_all(&target).unwrap();
        symlink(target, path).unwrap();
    };
    let cases: [(&str, Put, &str); 9] = [
        ("", file, "not_an_ordinary_file"),
        ("", link, "file_is_a_link"),
        ("lock", folder, "file_not_writable"),
        ("lock", link, "file_is_a_link"),
        ("snapshots", file, "not_an_ordinary_file"),
        ("snapshots", link, "file_is_a_link"),
        ("journal", file, "not_an_ordinary_file"),
        ("journal", link, "file_is_a_link"),
        ("locked", file, ""),
    ];
    for (name, put, code) in cases {
        let world = story.world();
        let path = world.folder().join(".consent").join(name);
        let path = path.components().collect::<PathBuf>();
        if path.parent() != Some(world.folder()) {
            world.private(".consent");
        }
        put(&path);
        let run = world.run(&story.args());
        if code.is_empty() {
            // Nobody's business.
            run.assert_code(0).quietly();
            continue;
        }
        let what = format!("{name:?}: {code}");
        assert_eq!(run.code, 1, "{what}: {run:#?}");
        assert!(run.stderr.contains(&format!("error[{code}]")), "{what}: {run:#?}");
        let named = Path::new(".consent").join(name).components().collect::<PathBuf>();
        assert!(run.stderr.contains(named.to_str().unwrap()), "{what}: {run:#?}");
        assert!(run.stderr.contains("tenant: unchanged"), "{what}: {run:#?}");
        assert!(run.stderr.contains("= help: "), "{what}: {run:#?}");
        world.assert_untouched();
        let elsewhere = world.folder().join("elsewhere");
        if elsewhere.is_dir() {
            assert_eq!(std::fs::read_dir(elsewhere).unwrap().count(), 0, "{what}");
        }
        if path.is_dir() && !path.is_symlink() {
            std::fs::remove_dir(&path).unwrap();
        } else {
            std::fs::remove_file(&path).unwrap();
        }
        let run = story.finishes(&world, &what);
        assert!(!run.stderr.contains("did not come to its end"), "{what}: {run:#?}");
    }
}

/// The superuser writes anywhere: there is nothing to see then.
#[test]
fn a_folder_that_cannot_be_written_stops_the_run_before_its_first_request() {
    let story = Story::narrowing();
    for name in ["", ".consent", ".consent/snapshots", ".consent/journal"] {
        let world = story.world();
        let folder = world.private(name);
        let rights = |mode| {
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        rights(0o500);
        if std::fs::write(folder.join("probe"), "").is_ok() {
            eprintln!("skipped: this user may write anywhere");
            return;
        }
        let run = world.run(&story.args());
        rights(0o700);
        told_the_truth(&story, &world, &run, name);
        story.finishes(&world, name);
    }
}

/// All is done, and then the last word cannot be written.
#[test]
fn what_cannot_be_saved_at_the_end_is_11_and_named() {
    let story = Story::narrowing();
    let world = story.world();
    let gate = Gate::before(&world);
    gate.close_at(story.requests, Side::After);
    let mut run = story.start(&world, &gate);
    assert!(gate.wait_until_held(&mut run));
    let snapshots = world.folder().join(".consent/snapshots");
    std::fs::rename(&snapshots, world.folder().join("moved")).unwrap();
    std::fs::write(&snapshots, "no folder").unwrap();
    gate.open();
    let run = Run::of(run.wait_with_output().unwrap());
    told_the_truth(&story, &world, &run, "the snapshot's end");
    assert!(run.stdout.contains("26 done."), "the results are told: {run:#?}");
    std::fs::remove_file(&snapshots).unwrap();
    std::fs::rename(world.folder().join("moved"), &snapshots).unwrap();
    story.finishes(&world, "the snapshot's end");
}

/// What is written to a file without a name is lost: nothing more goes out, and nothing is said to be on
/// record that is not.
#[test]
fn a_journal_that_was_removed_stops_the_run() {
    let story = Story::narrowing();
    let world = story.world();
    let gate = Gate::before(&world);
    gate.close_at(1, Side::After);
    let mut run = story.start(&world, &gate);
    assert!(gate.wait_until_held(&mut run));
    std::fs::remove_dir_all(world.folder().join(".consent")).unwrap();
    gate.open();
    let run = Run::of(run.wait_with_output().unwrap());
    told_the_truth(&story, &world, &run, "everything removed");
    assert_eq!(run.code, CHANGED, "it went on without a record: {run:#?}");
    assert!(run.stdout.contains("Record  not complete, see below"), "{run:#?}");
    assert!(!run.stdout.contains("Record  .consent"), "{run:#?}");
    story.finishes(&world, "everything removed");
}

/// What can be known before the first request is told then.
#[test]
fn a_report_that_cannot_be_saved_is_named_before_anything_is_sent() {
    let story = Story::narrowing();
    let world = story.world();
    std::fs::create_dir(world.folder().join("folder")).unwrap();
    std::os::unix::fs::symlink("elsewhere.json", world.folder().join("link")).unwrap();
    for (to, code) in [("link", "file_is_a_link"), ("folder", "not_an_ordinary_file")] {
        let report = format!("json={to}");
        let args = [&story.args()[..], &["--report", &report]].concat();
        let run = world.run(&args).assert_code(1);
        assert!(run.stderr.contains(&format!("error[{code}]: failed to write {to}")), "{run:#?}");
        assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
    }
    world.assert_untouched();
}

/// What fails at the end is told by the exit code: all is done, and one file of it is not there.
#[test]
fn a_report_whose_folder_went_away_meanwhile_is_missed_at_the_end() {
    let story = Story::narrowing();
    let world = story.world();
    let (gate, folder) = (Gate::before(&world), world.private("results"));
    gate.close_at(1, Side::Before);
    let mut command = story.command(&world, &gate);
    command.args(["--report", "json=results/run.json"]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(gate.wait_until_held(&mut run), "it ended by itself");
    std::fs::remove_dir_all(folder).unwrap();
    gate.open();
    let run = Run::of(run.wait_with_output().unwrap()).assert_code(11);
    assert!(run.stderr.contains("failed to write results/run.json"), "{run:#?}");
    world.assert_converged();
}

fn newest(world: &World, folder: &str) -> PathBuf {
    let folder = std::fs::read_dir(world.folder().join(".consent").join(folder)).unwrap();
    folder.map(|entry| entry.unwrap().path()).max().unwrap()
}

/// What only Linux can limit from outside.
#[cfg(target_os = "linux")]
mod full {
    use std::io::Write as _;
    use std::process::{Child, Command, Stdio};

    use super::*;
    use crate::lanes::side_by_side;
    use crate::ledger::{Sent, sent};
    use crate::survival::{in_shell, journals, limit_files};

    /// A run whose files can become only so long, from its first byte or from its first request on: a
    /// stand-in for a full disk, which takes a part of what is written as well.
    fn on_a_full_disk(story: &Story, limit: usize, from_the_start: bool) {
        let what = format!("at most {limit} bytes, from the start: {from_the_start}");
        let world = story.world();
        let gate = Gate::before(&world);
        if !from_the_start {
            gate.close_at(1, Side::Before);
        }
        let waits = "read go; exec \"$0\" \"$@\"";
        let mut shell = in_shell(&story.command(&world, &gate), waits);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut run = shell.spawn().unwrap();
        let go = |run: &mut Child| run.stdin.take().unwrap().write_all(b"go\n").unwrap();
        if from_the_start {
            limit_files(&run, limit);
            go(&mut run);
        } else {
            go(&mut run);
            assert!(gate.wait_until_held(&mut run), "{what}: it ended by itself");
            limit_files(&run, limit);
            gate.open();
        }
        let run = Run::of(run.wait_with_output().unwrap());
        gate.assert_recorded();
        told_the_truth(story, &world, &run, &what);
        story.finishes(&world, &what);
    }

    /// Whoever has such a limit without knowing it learns of it, and nothing is left of the try.
    #[test]
    fn a_plan_that_may_not_become_so_long_is_an_error() {
        let world = World::with("");
        world.manifest(&(crate::scenarios::app("explorer", "exact") + "grants = \"none\"\n"));
        let plan = world.command(&["plan", "--out", "new.plan"]);
        let run = Run::of(in_shell(&plan, "ulimit -f 0; exec \"$0\" \"$@\"").output().unwrap());
        let run = run.assert_code(1);
        assert!(
            run.stderr.contains("error[file_not_writable]: failed to write new.plan"),
            "{run:#?}"
        );
        assert!(run.stderr.contains("`ulimit -f; df .`"), "{run:#?}");
        assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
        let left = std::fs::read_dir(world.folder()).unwrap().map(|one| one.unwrap().file_name());
        assert_eq!(left.collect::<Vec<_>>(), ["consent.toml"]);
    }

    /// How long snapshot and journal are before the first request.
    fn begun(story: &Story) -> (usize, usize) {
        let world = story.world();
        let gate = Gate::before(&world);
        gate.close_at(1, Side::Before);
        let mut run = story.start(&world, &gate);
        assert!(gate.wait_until_held(&mut run));
        run.kill().unwrap();
        run.wait().unwrap();
        let length = |path: PathBuf| usize::try_from(path.metadata().unwrap().len()).unwrap();
        (length(newest(&world, "snapshots")), length(newest(&world, "journal")))
    }

    /// The lock's note, then the snapshot, down to a single byte that is missing.
    #[test]
    fn a_full_disk_before_the_first_request_sends_nothing() {
        let story = Story::narrowing();
        let (snapshot, _) = begun(&story);
        side_by_side(&[0, 10, 200, snapshot / 2, snapshot - 1], |limit| {
            on_a_full_disk(&story, limit, true);
        });
    }

    /// Lines of the journal behind the first request, every second one, lack their last byte; and behind
    /// the last one the snapshot's end. For the lines before it no limit leaves room for the snapshot;
    /// what becomes of a request whose line fails is the same for all.
    #[test]
    fn a_full_disk_at_any_line_of_the_journal_sends_nothing_that_is_not_in_it() {
        let story = Story::narrowing();
        let (_, journal) = begun(&story);
        let all = story.journal.as_bytes();
        let ends = all.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
        let mut limits: Vec<usize> = ends.filter(|limit| *limit >= journal).step_by(2).collect();
        limits.extend([all.len() - 1, all.len()]);
        assert!(limits.len() > story.writes, "{limits:?}");
        side_by_side(&limits, |limit| on_a_full_disk(&story, limit, false));
    }

    /// What a file system in memory gives out at a time, in bytes.
    const PAGE: usize = 4096;
    /// Pages of a small disk: 64 KiB.
    const PAGES: usize = 16;

    /// The journal's folder is a file system of its own, of which so many pages are free, or which
    /// takes no further file. Nobody needs to be superuser for that, only a system that lets users have
    /// namespaces.
    fn on_a_small_disk(story: &Story, pages: Option<usize>) {
        let what = format!("pages free for the journal: {pages:?}");
        let world = story.world();
        for folder in [".consent/journal", "kept"] {
            world.private(folder);
        }
        let script = "mount -t tmpfs -o size=64k,mode=0700,$SMALL none .consent/journal || exit 99
            head -c $FILL /dev/zero >.consent/journal/filler || exit 99
            \"$0\" \"$@\"
            code=$?
            cp .consent/journal/*.ndjson kept/ 2>/dev/null
            exit $code";
        let run = world.command(&story.args());
        let mut small = Command::new("unshare");
        small.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
        small.arg(run.get_program()).args(run.get_args()).current_dir(world.folder());
        small.env_clear().envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
        // Its root and the filler are two inodes.
        small.env("SMALL", if pages.is_none() { "nr_inodes=2" } else { "nr_inodes=9" });
        small.env("FILL", ((PAGES - pages.unwrap_or(0)) * PAGE).to_string());
        let run = Run::of(small.output().unwrap());
        told_the_truth(story, &world, &run, &what);
        // What the small disk held is what the next run finds.
        let kept = std::fs::read_dir(world.folder().join("kept")).unwrap();
        for file in kept.map(|entry| entry.unwrap()) {
            let to = world.folder().join(".consent/journal").join(file.file_name());
            std::fs::rename(file.path(), to).unwrap();
        }
        let recorded: Vec<Sent> = journals(&world).iter().flat_map(|one| sending(one)).collect();
        for write in world.writes() {
            let write = sent(&write);
            assert!(recorded.contains(&write), "{what}: not in the journal: {write:?}");
        }
        story.finishes(&world, &what);
    }

    /// What a journal says is about to go out, in whole lines.
    fn sending(journal: &str) -> Vec<Sent> {
        let whole = journal.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let lines = whole.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let text = |line: &Value, name: &str| line["request"][name].as_str().unwrap().to_owned();
        let body = |line: &Value| line["request"]["body"].clone();
        lines
            .filter(|line| line["event"] == "sending")
            .map(|line| (text(&line, "method"), text(&line, "path"), body(&line)))
            .collect()
    }

    /// No file at all, no header, some of the first lines that say what is about to go out, and so on to
    /// the end: a journal that has no room while all else has.
    #[test]
    fn a_journal_without_room_from_its_first_byte_on_sends_nothing_that_is_not_in_it() {
        let mount = ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/"];
        let able = Command::new("unshare").args(mount).output();
        if !able.is_ok_and(|able| able.status.success()) {
            eprintln!("skipped: no file systems of their own for users here");
            return;
        }
        let story = Story::narrowing();
        let (_, before_the_first) = begun(&story);
        let pages = story.journal.len() / PAGE;
        assert!(before_the_first > PAGE && pages < PAGES, "{} bytes", story.journal.len());
        let cases: Vec<Option<usize>> =
            std::iter::once(None).chain((0..=pages).map(Some)).collect();
        side_by_side(&cases, |pages| on_a_small_disk(&story, pages));
    }

    /// A plan that could not be shown is not carried out.
    #[test]
    fn a_full_disk_under_stdout_stops_the_run_before_its_first_request() {
        let story = Story::narrowing();
        let world = story.world();
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let run =
            Run::of(world.command(&story.args()).stdout(full).output().unwrap()).assert_code(1);
        assert!(run.stderr.contains("error[output]"), "{run:#?}");
        assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
        world.assert_untouched();
    }
}
