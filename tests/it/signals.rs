//! Ctrl-C, SIGTERM, a terminal that is closed, and readers that go away.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::gate::{Gate, Side};
use crate::sample::ONE;
use crate::survival::{Story, a_moment, in_shell, journals, signal};
use crate::world::{Run, World};

const STOPPING: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

/// A run that is held at its first request that writes.
struct Held {
    world: World,
    gate: Gate,
    run: Child,
}

impl Held {
    fn at_the_first_request(
        story: &Story,
        side: Side,
        change: impl FnOnce(Command) -> Command,
    ) -> Self {
        let world = story.world();
        let gate = Gate::before(&world);
        gate.close_at(1, side);
        let mut command = change(story.command(&world, &gate));
        let mut run = command.spawn().unwrap();
        assert!(gate.wait_until_held(&mut run));
        Self { world, gate, run }
    }

    fn end(self) -> (World, Gate, Run) {
        let run = Run::of(self.run.wait_with_output().unwrap());
        (self.world, self.gate, run)
    }
}

fn reporting(mut command: Command) -> Command {
    command.args(["--report", "json=report.json"]);
    command
}

fn report(world: &World) -> Value {
    let text = std::fs::read_to_string(world.folder().join("report.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn one_signal_lets_what_is_in_flight_finish_and_saves_everything() {
    let story = Story::narrowing();
    for stop in STOPPING {
        let held = Held::at_the_first_request(&story, Side::After, reporting);
        signal(&held.run, stop);
        if stop == Signal::HUP {
            // The shell and the system both tell of a closed terminal.
            a_moment();
            signal(&held.run, stop);
        }
        a_moment();
        held.gate.open();
        let (world, gate, run) = held.end();
        gate.assert_recorded();
        assert_eq!(run.code, 9, "{stop:?}: {run:#?}");
        let report = report(&world);
        let count = |word: &str| report["counts"][word].as_u64().unwrap();
        assert_eq!(report["stopped"]["stopped"], "interrupted");
        assert!(count("done") > 0 && count("not_started") > 0, "{stop:?}: {report:#}");
        assert_eq!(count("unsure"), 0, "{stop:?}: {report:#}");
        assert_eq!(count("done"), world.counts().writes, "what was sent was read back");
        // Who waits for the end is told that there will be one.
        assert!(run.stderr.contains("stopping: nothing new is sent"), "{stop:?}: {run:#?}");
        let next = story.finishes(&world, &format!("{stop:?}"));
        assert!(!next.stderr.contains("did not come to its end"), "it did: {next:#?}");
    }
}

#[test]
fn two_signals_leave_at_once_and_the_next_run_finds_out() {
    let story = Story::narrowing();
    for (first, second) in [(Signal::INT, Signal::INT), (Signal::TERM, Signal::INT)] {
        for side in [Side::Before, Side::After] {
            let held = Held::at_the_first_request(&story, side, reporting);
            signal(&held.run, first);
            a_moment();
            signal(&held.run, second);
            let begun = Instant::now();
            // The gate stays closed: no answer ever comes.
            let (world, gate, run) = held.end();
            assert!(begun.elapsed() < Duration::from_secs(20), "it waited");
            gate.wait_until_quiet();
            assert_eq!(run.code, 9, "{run:#?}");
            let report = report(&world);
            assert!(report["counts"]["unsure"].as_u64().unwrap() > 0, "{report:#}");
            assert_eq!(report["counts"]["done"], 0);
            let next = story.finishes(&world, &format!("{first:?} and {second:?}"));
            assert!(next.stderr.contains("did not come to its end"), "{next:#?}");
        }
    }
}

#[test]
fn whoever_ignores_hangups_is_not_stopped_by_one() {
    if !std::path::Path::new("/proc/self/status").exists() {
        eprintln!("skipped: this system does not tell which signals a process ignores");
        return;
    }
    let story = Story::narrowing();
    // What nohup does.
    let ignoring = |command: Command| {
        let mut shell = in_shell(&command, "trap '' HUP; exec \"$0\" \"$@\"");
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        shell
    };
    let held = Held::at_the_first_request(&story, Side::Before, ignoring);
    signal(&held.run, Signal::HUP);
    a_moment();
    held.gate.open();
    let (world, _, run) = held.end();
    run.assert_code(0).quietly();
    story.ended_well(&world, "nohup");
}

#[test]
fn a_closed_terminal_before_the_first_write_changes_nothing() {
    let world = World::with("[weather]\nlatency = 200\n");
    world.manifest(ONE);
    let digest = world.digest();
    for args in [&["apply", "--approve", &digest][..], &["plan"]] {
        let before = world.counts().http;
        let mut command = world.command(args);
        let run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        while world.counts().http < before + 2 {
            assert!(begun.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(5));
        }
        signal(&run, Signal::HUP);
        let run = Run::of(run.wait_with_output().unwrap()).assert_code(8);
        assert!(run.stderr.contains("error[interrupted]"), "{run:#?}");
    }
    world.assert_untouched();
    assert!(!world.folder().join(".consent/journal").exists());
}

/// A real terminal that goes away while requests are under way: the program behind it ends in good
/// order, although nobody reads what it says.
#[test]
fn a_terminal_that_is_closed_lets_the_run_end_in_good_order() {
    if Command::new("script").arg("--version").output().is_err() {
        eprintln!("skipped: no `script` to make a terminal with");
        return;
    }
    let story = Story::narrowing();
    let in_terminal = |command: Command| {
        let words = command.get_args().map(|arg| arg.to_str().unwrap());
        let line = std::iter::once(command.get_program().to_str().unwrap()).chain(words);
        let line = format!("exec {}", line.collect::<Vec<_>>().join(" "));
        let mut script = in_shell(&command, "exec script -qfec \"$CONSENT_LINE\" /dev/null");
        script.env("CONSENT_LINE", line).env("TERM", "xterm").env("SHELL", "/bin/sh");
        script.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        script
    };
    let mut held = Held::at_the_first_request(&story, Side::After, in_terminal);
    // Its end of the terminal is closed with it, and the system tells all that run there.
    held.run.kill().unwrap();
    held.run.wait().unwrap();
    a_moment();
    held.gate.open();
    let begun = Instant::now();
    let ended = || journals(&held.world).concat().contains("\"event\":\"end\"");
    while !ended() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", journals(&held.world).concat());
        std::thread::sleep(Duration::from_millis(10));
    }
    let last = journals(&held.world).concat().lines().last().unwrap().to_owned();
    assert!(last.contains("interrupted"), "{last}");
    // Until it has let go of its lock.
    while held.world.run(&story.args()).code == 7 {
        assert!(begun.elapsed() < Duration::from_secs(20), "the lock is held");
    }
    story.ended_well(&held.world, "a closed terminal");
}

/// A pipe whose reader has gone.
fn nobody() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn ended(mut command: Command, out: Stdio, err: Stdio) -> Run {
    Run::of(command.stdout(out).stderr(err).output().unwrap())
}

#[test]
fn a_plan_without_a_reader_ends_quietly_with_its_exit_code() {
    let world = World::with("");
    world.manifest(ONE);
    for (args, code) in [
        (&["plan"][..], 0),
        (&["plan", "--detailed-exitcode"], 2),
        (&["plan", "--json"], 0),
        (&["plan", "-vv"], 0),
        (&["plan", "-f", "nowhere.toml"], 3),
        (&["validate"], 0),
        (&["plan", "--help"], 0),
    ] {
        let run = ended(world.command(args), nobody(), Stdio::piped());
        assert_eq!(run.code, code, "stdout closed, {args:?}: {run:#?}");
        assert!(!run.stderr.contains("panicked") && !run.stderr.contains("roken pipe"), "{run:#?}");
        let run = ended(world.command(args), Stdio::piped(), nobody());
        assert_eq!(run.code, code, "stderr closed, {args:?}: {run:#?}");
        assert_eq!(run.stdout.is_empty(), code == 3, "{args:?}: {run:#?}");
        let run = ended(world.command(args), nobody(), nobody());
        assert_eq!(run.code, code, "both closed, {args:?}: {run:#?}");
        let shut = in_shell(&world.command(args), "exec \"$0\" \"$@\" >&- 2>&-");
        assert_eq!(ended(shut, Stdio::piped(), Stdio::piped()).code, code, "none, {args:?}");
    }
}

/// What could not be shown was not approved by anybody; what was shown goes on without a reader.
#[test]
fn an_apply_without_a_reader_is_not_begun_or_is_finished() {
    let story = Story::narrowing();
    let world = story.world();
    let run = ended(world.command(&story.args()), nobody(), Stdio::piped()).assert_code(1);
    assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
    world.assert_untouched();
    assert!(!world.folder().join(".consent").exists());

    let loud = [&story.args()[..], &["-vv"]].concat();
    let run = ended(world.command(&loud), Stdio::piped(), nobody()).assert_code(0);
    assert!(run.stdout.contains("26 done."), "{run:#?}");
    story.ended_well(&world, "stderr closed");
    // There is nothing left that could be kept from anybody.
    ended(world.command(&["apply"]), nobody(), Stdio::piped()).assert_code(0).quietly();

    let world = story.world();
    let shut = in_shell(&world.command(&loud), "exec \"$0\" \"$@\" >&- 2>&-");
    ended(shut, Stdio::piped(), Stdio::piped()).assert_code(0).quietly();
    story.ended_well(&world, "both closed");
}

#[test]
fn readers_that_go_away_in_the_middle_do_not_stop_the_writes() {
    let story = Story::narrowing();
    for (out, err, extra) in [
        (true, false, &[][..]),
        (false, true, &["-vv"]),
        (true, true, &["-vv"]),
        (true, true, &["--json"]),
    ] {
        let more = |mut command: Command| {
            command.args(extra).args(["--report", "json=report.json"]);
            command
        };
        let mut held = Held::at_the_first_request(&story, Side::Before, more);
        if out {
            held.run.stdout.take();
        }
        if err {
            held.run.stderr.take();
        }
        held.gate.open();
        let (world, gate, run) = held.end();
        gate.assert_recorded();
        assert_eq!(run.code, 0, "{out} {err} {extra:?}: {run:#?}");
        assert!(!run.stderr.contains("error["), "quietly: {run:#?}");
        assert_eq!(report(&world)["counts"]["done"], 26);
        story.ended_well(&world, "readers that go away");
    }
}

/// The exit code tells, where nobody can read anything else.
#[test]
fn a_run_that_goes_wrong_without_a_reader_still_tells_by_its_exit_code() {
    let story = Story::narrowing();
    let held = Held::at_the_first_request(&story, Side::After, |command| command);
    let mut held = held;
    held.run.stdout.take();
    held.run.stderr.take();
    // The snapshot's end cannot be written, and the error can be told to nobody.
    let snapshots = held.world.folder().join(".consent/snapshots");
    std::fs::rename(&snapshots, held.world.folder().join("moved")).unwrap();
    std::fs::write(&snapshots, "no folder").unwrap();
    held.gate.open();
    let (_, _, run) = held.end();
    run.assert_code(11).quietly();
}

/// `consent plan | head -1`, with a plan that no pipe holds.
#[test]
fn head_gets_its_line_of_a_long_plan() {
    let world = World::with(crate::sample::CROWD);
    world.manifest(crate::sample::FOR_CROWD);
    let mut command = world.command(&["plan", "--full", "--json"]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut reader = BufReader::with_capacity(16, run.stdout.take().unwrap());
    reader.read_line(&mut line).unwrap();
    assert_eq!(line, "{\n");
    drop(reader);
    Run::of(run.wait_with_output().unwrap()).assert_code(0).quietly();
}
