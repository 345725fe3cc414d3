//! A real pseudo-terminal: the question, the answers, the signals, the colours.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use serde_json::Value;

use crate::sample::{CROWD, FOR_CROWD, ONE};
use crate::world::World;

/// Patience with one answer, in milliseconds.
pub const PATIENCE: u64 = 30_000;

/// The binary with a terminal of its own.
pub fn open(world: &World, args: &[&str], env: &[(&str, &str)]) -> PtySession {
    let mut command = world.command(args);
    command.stdin(Stdio::inherit()).env("TERM", "xterm").envs(env.iter().copied());
    spawn_command(command, Some(PATIENCE)).unwrap()
}

/// What was still drawn, and the exit code.
pub fn end(mut session: PtySession) -> (String, i32) {
    let rest = session.exp_eof().unwrap();
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, code) => (rest, code),
        other => panic!("{other:?}: {rest}"),
    }
}

/// Types one answer to the question of an apply.
fn answered(world: &World, question: &str, answer: &str) -> (String, i32) {
    let mut session = open(world, &["apply", "--color", "never"], &[]);
    let before = session.exp_string(question).unwrap();
    session.send_line(answer).unwrap();
    let (rest, code) = end(session);
    (format!("{before}{question}{rest}"), code)
}

const YES: &str = "Type yes to apply";

fn ready() -> World {
    let world = World::with("");
    world.manifest(ONE);
    world
}

#[test]
fn the_question_names_the_tenant_and_the_numbers_and_yes_applies() {
    let world = ready();
    let (text, code) = answered(&world, YES, "yes");
    assert_eq!(code, 0, "{text}");
    let asked = format!("Apply 1 change to SIMULATED Contoso ({})?", crate::world::TENANT);
    assert!(text.contains(&asked), "{text}");
    let sides = "1 to add, 0 to change, 0 to remove; highest risk given: low; cuts off nobody.";
    assert!(text.contains(sides), "{text}");
    assert!(text.contains("1 done"), "{text}");
    let plan = text.find("Plan: 1 to add").unwrap();
    assert!(plan < text.find(&asked).unwrap(), "the plan stands above the question: {text}");
    world.assert_converged();
}

#[test]
fn the_question_counts_both_sides() {
    let world = World::with(
        "[[grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\n\
         user = \"bob@contoso.com\"\nscope = \"User.Read\"\n",
    );
    world.manifest(ONE);
    let (text, code) = answered(&world, YES, "no");
    assert_eq!(code, 8, "{text}");
    assert!(text.contains("Apply 2 changes to SIMULATED Contoso"), "{text}");
    let sides = "1 to add, 0 to change, 1 to remove; highest risk given: low; cuts off 1 person";
    assert!(text.contains(sides), "{text}");
    world.assert_untouched();
}

/// The head, the last line, the question and the result count the same things by the same words.
#[test]
fn there_is_one_count() {
    let world = World::with(&crate::scenarios::has("Graph Explorer", None, "User.Read"));
    world.manifest(&ONE.replace("users = [\"alice@contoso.com\"]", "groups = [\"GX\"]"));
    let (text, code) = answered(&world, YES, "yes");
    assert_eq!(code, 0, "{text}");
    for line in [
        "4 changes in 1 app: 3 to add, 0 to change, 1 to remove.",
        "Plan: 3 to add, 0 to change, 1 to remove. 0 unchanged.",
        "Apply 4 changes to SIMULATED Contoso",
        "\n3 to add, 0 to change, 1 to remove; cuts off all others in 1 app.",
        "Result  4 changes: 4 done. 3 added, 0 changed, 1 removed.",
        "Tenant  SIMULATED, changed; 4 write requests sent.",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[test]
fn anything_but_yes_changes_nothing() {
    let world = ready();
    for answer in ["y", "no", "", "YES", "Yes", "yes please", "contoso.onmicrosoft.com", "\u{1b}[A"]
    {
        let (text, code) = answered(&world, YES, answer);
        assert_eq!(code, 8, "{answer:?}: {text}");
        assert!(text.contains("error[declined]"), "{text}");
        assert!(text.contains("tenant: unchanged"), "{text}");
        world.assert_untouched();
    }
    assert!(!world.folder().join(".consent").exists(), "no record of a run that never began");
}

#[test]
fn end_of_input_and_ctrl_c_at_the_question_change_nothing() {
    let world = ready();
    for key in ['d', 'c'] {
        let mut session = open(&world, &["apply"], &[]);
        session.exp_string("changes nothing: ").unwrap();
        session.send_control(key).unwrap();
        let (text, code) = end(session);
        assert_eq!(code, 8, "Ctrl-{key}: {text}");
        assert!(text.contains("unchanged"), "{text}");
        world.assert_untouched();
    }
}

#[test]
fn half_a_word_and_end_of_input_is_no() {
    let world = ready();
    let mut session = open(&world, &["apply"], &[]);
    session.exp_string("changes nothing: ").unwrap();
    session.send("ye").unwrap();
    session.flush().unwrap();
    session.send_control('d').unwrap();
    session.send_control('d').unwrap();
    let (text, code) = end(session);
    assert_eq!(code, 8, "{text}");
    world.assert_untouched();
}

#[test]
fn high_risk_wants_the_domain() {
    let body = ONE
        .replace("{ users = [\"alice@contoso.com\"] }", "\"all-users\"")
        .replace("\"User.Read\"", "\"Mail.ReadWrite\"");
    let domain = "contoso.onmicrosoft.com";
    let question = "Type the tenant's domain, contoso.onmicrosoft.com, to apply it";
    for (answer, wanted) in
        [("no", 8), ("N", 8), ("", 8), ("CONTOSO.onmicrosoft.com ", 0), (domain, 0)]
    {
        let world = World::with("");
        world.manifest(&body);
        let (text, code) = answered(&world, question, answer);
        assert_eq!(code, wanted, "{answer}: {text}");
        assert!(text.contains("[HIGH]"), "{text}");
        assert!(text.contains("highest risk given: high; cuts off nobody."), "{text}");
        assert!(!text.contains("is not the tenant's domain"), "{answer}: {text}");
        if wanted == 0 { world.assert_converged() } else { world.assert_untouched() }
    }
}

/// A slip of the finger is no no: it is told, and the domain is asked for once more, and not again.
#[test]
fn a_mistyped_domain_is_told_and_asked_for_once_more() {
    let body = ONE.replace("\"User.Read\"", "\"Directory.AccessAsUser.All\"");
    let evil = "\u{202e}moc.osotnoc";
    for (first, second, wanted) in [
        ("contoso.onmicrosoft.co", "Contoso.OnMicrosoft.com", 0),
        ("yes", "contoso.onmicrosoft.com", 0),
        ("fabrikam.com", "fabrikam.com", 8),
        ("fabrikam.com", "yes", 8),
        ("fabrikam.com", "", 8),
        (evil, "no", 8),
    ] {
        let world = World::with("");
        world.manifest(&body);
        let mut session = open(&world, &["apply", "--color", "never"], &[]);
        session.exp_string("to apply it: ").unwrap();
        session.send_line(first).unwrap();
        let told =
            session.exp_string("Type it once more, anything else changes nothing: ").unwrap();
        let shown = if first == evil { "<U+202E>moc.osotnoc" } else { first };
        let sentence =
            format!("\"{shown}\" is not the tenant's domain, which is contoso.onmicrosoft.com.");
        assert!(told.contains(&sentence), "{told}");
        session.send_line(second).unwrap();
        let (text, code) = end(session);
        assert_eq!(code, wanted, "{first:?} {second:?}: {text}");
        assert!(!text.contains("is not the tenant's domain"), "asked a third time: {text}");
        if wanted == 0 { world.assert_converged() } else { world.assert_untouched() }
    }
}

#[test]
fn more_than_ten_removals_want_the_domain() {
    let none = "[limits]\nrevoke_percent = 100\n[app.explorer]\n\
                app_id = \"de8bc8b5-d9f9-48b1-a8ad-b748da725064\"\nmode = \"exact\"\n\
                grants = \"none\"\n";
    for (count, question) in [(10, YES), (11, "Type the tenant's domain")] {
        let world = World::with(&format!(
            "[[people]]\nprefix = \"w\"\ncount = {count}\n\
             [[bulk_grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\n\
             people = \"w\"\nscope = \"User.Read\"\n"
        ));
        world.manifest(none);
        let (text, code) = answered(&world, question, if count > 10 { "no" } else { "yes" });
        assert_eq!(code, if count > 10 { 8 } else { 0 }, "{count}: {text}");
        assert!(text.contains(&format!("cuts off {count} people in 1 app.")), "{text}");
        if count > 10 { world.assert_untouched() } else { world.assert_converged() }
    }
}

#[test]
fn ci_and_no_input_do_not_ask_even_at_a_terminal() {
    let world = ready();
    for (args, env) in [
        (&["apply", "--no-input"][..], &[][..]),
        (&["apply"], &[("CI", "true")]),
        (&["apply"], &[("CONSENT_NO_INPUT", "1")]),
    ] {
        let (text, code) = end(open(&world, args, env));
        assert_eq!(code, 6, "{text}");
        assert!(!text.contains("Type "), "{text}");
    }
    world.assert_untouched();
}

#[test]
fn colour_is_for_terminals_and_can_be_refused() {
    let world = ready();
    let drawn = |args: &[&str], env: &[(&str, &str)]| end(open(&world, args, env)).0;
    let coloured = |text: &str| text.contains("\u{1b}[");
    let on = drawn(&["plan"], &[]);
    assert!(coloured(&on), "{on:?}");
    for (args, env) in [
        (&["plan"][..], &[("NO_COLOR", "1")][..]),
        (&["plan"], &[("TERM", "dumb")]),
        (&["plan", "--color", "never"], &[]),
        (&["plan", "--color", "never"], &[("CLICOLOR_FORCE", "1")]),
    ] {
        let text = drawn(args, env);
        assert!(!coloured(&text), "{args:?} {env:?}: {text:?}");
        assert!(text.contains("+ grant"), "the same words: {text}");
    }
    let piped = world.run(&["plan"]).assert_code(0);
    assert!(!coloured(&piped.stdout), "{piped:#?}");
    let mut forced = world.command(&["plan"]);
    let forced = crate::world::Run::of(forced.env("CLICOLOR_FORCE", "1").output().unwrap());
    assert!(coloured(&forced.stdout), "{forced:#?}");
}

/// A run that does not wait for anybody, its progress readable.
struct Underway {
    child: Child,
    progress: BufReader<std::process::ChildStderr>,
}

impl Underway {
    fn start(world: &World, args: &[&str]) -> Self {
        let mut command = world.command(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let progress = BufReader::new(child.stderr.take().unwrap());
        Self { child, progress }
    }

    /// Reads on until a line holds this.
    fn wait_for(&mut self, word: &str) {
        let mut line = String::new();
        while !line.contains(word) {
            line.clear();
            let read = self.progress.read_line(&mut line).unwrap();
            assert!(read > 0, "ended without {word:?}");
        }
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    fn end(mut self) -> (i32, String) {
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.progress, &mut rest).unwrap();
        let output = self.child.wait_with_output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap_or(-1), format!("{out}{rest}"))
    }
}

fn crowded(latency: u32) -> (World, String) {
    let world = World::with(&format!("{CROWD}[weather]\nlatency = {latency}\n"));
    world.manifest(FOR_CROWD);
    let digest = world.digest();
    (world, digest)
}

fn report(world: &World) -> Value {
    let text = std::fs::read_to_string(world.folder().join("report.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn one_signal_lets_the_batch_in_flight_finish_and_the_next_apply_does_the_rest() {
    for signal in ["-INT", "-TERM"] {
        let (world, digest) = crowded(120);
        let args = ["apply", "--approve", &digest, "--report", "json=report.json"];
        let mut run = Underway::start(&world, &args);
        run.wait_for("sending");
        run.wait_for("sending");
        run.signal(signal);
        let (code, text) = run.end();
        assert_eq!(code, 9, "{signal}: {text}");
        assert!(text.contains("not started"), "{text}");
        let report = report(&world);
        let count = |word: &str| report["counts"][word].as_u64().unwrap();
        assert!(count("not_started") >= 100, "{report:#}");
        assert_eq!(count("done") + count("not_started"), 200, "{}", report["counts"]);
        assert_eq!(count("done"), world.counts().writes, "what was sent was read back");
        assert_eq!(report["remaining"], count("not_started"));
        assert_eq!(report["stopped"]["stopped"], "interrupted");
        world.apply().assert_code(0).quietly();
        assert_eq!(world.counts().writes, 200, "nothing was sent twice");
        world.assert_converged();
    }
}

#[test]
fn a_signal_before_the_first_write_changes_nothing() {
    for signal in ["-INT", "-TERM"] {
        let (world, digest) = crowded(150);
        for args in [&["apply", "--approve", &digest][..], &["plan"]] {
            let before = world.counts().http;
            let run = Underway::start(&world, args);
            let begun = Instant::now();
            while world.counts().http < before + 2 {
                assert!(begun.elapsed() < Duration::from_secs(20));
                std::thread::sleep(Duration::from_millis(5));
            }
            run.signal(signal);
            let (code, text) = run.end();
            assert_eq!(code, 8, "{signal} {args:?}: {text}");
            assert!(text.contains("error[interrupted]"), "{text}");
            assert!(text.contains("tenant: unchanged"), "{text}");
        }
        world.assert_untouched();
    }
}

/// After the answer the tenant is read once more, and only then written: still time to say stop.
#[test]
fn a_signal_between_the_answer_and_the_first_write_changes_nothing() {
    let world = World::with("[weather]\nlatency = 300\n");
    world.manifest(ONE);
    let mut session = open(&world, &["apply"], &[]);
    session.exp_string("changes nothing: ").unwrap();
    session.send_line("yes").unwrap();
    std::thread::sleep(Duration::from_millis(150));
    session.send_control('c').unwrap();
    let (text, code) = end(session);
    assert_eq!(code, 8, "{text}");
    world.assert_untouched();
}

#[test]
fn two_signals_leave_at_once_and_say_what_is_unsure() {
    let (world, digest) = crowded(2_000);
    let args = ["apply", "--approve", &digest, "--report", "json=report.json"];
    let mut run = Underway::start(&world, &args);
    run.wait_for("sending");
    run.signal("-INT");
    std::thread::sleep(Duration::from_millis(100));
    run.signal("-INT");
    let begun = Instant::now();
    let (code, text) = run.end();
    // Before the answer, and on a machine that is busy with other things as well.
    assert!(begun.elapsed() < Duration::from_millis(1_800), "{:?}: {text}", begun.elapsed());
    assert_eq!(code, 9, "{text}");
    let report = report(&world);
    assert_eq!(report["counts"]["unsure"], 20, "the batch in flight: {}", report["counts"]);
    assert_eq!(report["counts"]["not_started"], 180);
    assert_eq!((&report["writes_sent"], &report["tenant"]), (&20.into(), &"changed".into()));
}
