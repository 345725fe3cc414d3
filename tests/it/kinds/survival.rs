//! Every kind under kills and signals, at every request that writes: the next run finds out what
//! happened, repeats nothing and finishes.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Stdio};

use consent::sandbox::access::ADMINISTRATOR;
use rustix::process::Signal;
use serde_json::Value;

use super::{STAGES, Stage, answer};
use crate::gate::{Gate, Side};
use crate::lanes::side_by_side;
use crate::ledger::{Doors, Sent, assert_no_gap, sent};
use crate::survival::{a_moment, signal};
use crate::world::{Run, World};

/// What the next run says about one that was killed.
const KILLED: &str = "the last run here did not come to its end";

/// One stage that is carried out with its saved plan, or from its manifest.
#[derive(Clone, Copy)]
struct Attempt {
    stage: &'static Stage,
    saved: bool,
}

impl Attempt {
    /// The stages one after the other, from the manifest and with the saved plan by turns.
    fn each() -> impl Iterator<Item = Self> {
        STAGES.iter().enumerate().map(|(place, stage)| Self { stage, saved: place % 2 == 0 })
    }

    fn args<'a>(&self, digest: &'a str) -> Vec<&'a str> {
        let plan = self.saved.then_some("saved.plan");
        ["apply"].into_iter().chain(plan).chain(["--approve", digest]).collect()
    }

    /// Begins, and stops before the gate.
    fn held(self, number: usize, side: Side) -> Held {
        let world = self.stage.world("");
        let (grants, doors) = (world.rows("oauth2PermissionGrants"), Doors::of(&world));
        let gate = Gate::before(&world);
        gate.close_at(number, side);
        let mut command = world.command(&self.args(&self.stage.digest));
        command.args(["--report", "json=report.json"]).env("CONSENT_GRAPH_URL", gate.url());
        let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let what = format!("{}: {side:?} request {number} took effect", self.stage.what());
        assert!(gate.wait_until_held(&mut run), "{what}: it never came");
        Held { attempt: self, world, gate, run, grants, doors, what }
    }
}

/// A run that stands before the gate, and how the tenant was before it.
struct Held {
    attempt: Attempt,
    world: World,
    gate: Gate,
    run: Child,
    grants: Vec<Value>,
    doors: Doors,
    what: String,
}

/// A run that is over before its time.
struct Cut {
    attempt: Attempt,
    world: World,
    grants: Vec<Value>,
    doors: Doors,
    what: String,
}

impl Held {
    fn cut(self) -> Cut {
        self.gate.wait_until_quiet();
        self.gate.assert_recorded();
        let Self { attempt, world, grants, doors, what, .. } = self;
        Cut { attempt, world, grants, doors, what }
    }

    fn killed(mut self) -> Cut {
        self.run.kill().unwrap();
        assert_eq!(self.run.wait().unwrap().signal(), Some(9), "{}", self.what);
        self.cut()
    }
}

impl Cut {
    /// The next run ends as fine weather does: every request took effect once, in an order that left
    /// nobody without what is theirs.
    #[track_caller]
    fn finishes(self) -> Run {
        let Self { attempt, world, grants, doors, what } = self;
        let digest = if attempt.saved { attempt.stage.digest.clone() } else { world.digest() };
        let run = world.run(&attempt.args(&digest));
        assert_eq!(run.code, 0, "{what}: {run:#?}");
        attempt.stage.assert_ended(&world, &what);
        let writes = world.writes();
        let effects: Vec<Sent> = writes.iter().filter(|line| line.took_effect).map(sent).collect();
        let sorted = |all: &[Sent]| {
            let mut all: Vec<String> = all.iter().map(|one| format!("{one:?}")).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&effects), sorted(&attempt.stage.sent), "{what}");
        assert_no_gap(&grants, &writes);
        doors.assert_nobody_shut_out(&effects);
        world.assert_converged();
        run
    }
}

/// Before and after each request of each stage.
#[test]
fn a_kill_at_any_request_leaves_the_rest_to_the_next_run() {
    let mut cases = Vec::new();
    for attempt in Attempt::each() {
        for number in 1..=attempt.stage.requests {
            for (turn, side) in [Side::Before, Side::After].into_iter().enumerate() {
                let saved = attempt.saved == ((number + turn) % 2 == 0);
                cases.push((Attempt { saved, ..attempt }, number, side));
            }
        }
    }
    side_by_side(&cases, |(attempt, number, side)| {
        let cut = attempt.held(number, side).killed();
        let what = cut.what.clone();
        let run = cut.finishes();
        assert!(run.stderr.contains(KILLED), "{what}: {run:#?}");
    });
}

/// In the middle of each stage: nothing new starts, what was begun is finished and read back.
#[test]
fn a_signal_in_the_middle_lets_what_was_begun_finish() {
    let cases: Vec<Attempt> = Attempt::each().collect();
    side_by_side(&cases, |attempt| {
        let held = attempt.held(attempt.stage.requests.div_ceil(2), Side::After);
        signal(&held.run, Signal::INT);
        a_moment();
        held.gate.open();
        stopped(held);
    });
}

/// A run that was told to stop: what it says is what happened.
fn stopped(mut held: Held) {
    let status = held.run.wait().unwrap();
    let report = std::fs::read_to_string(held.world.folder().join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let cut = held.cut();
    let what = &cut.what;
    let lines = report["changes"].as_array().unwrap();
    let is = |line: &Value, result: &str| line["result"] == result;
    assert!(
        lines.iter().all(|line| is(line, "done") || is(line, "not_started")),
        "{what}: {report:#}"
    );
    let all_done = lines.iter().all(|line| is(line, "done"));
    assert_eq!(status.code(), Some(if all_done { 0 } else { 9 }), "{what}: {report:#}");
    let sent = cut.world.writes().len();
    assert_eq!(report["writes_sent"], sent, "{what}: {report:#}");
    assert_eq!(sent == cut.attempt.stage.sent.len(), all_done, "{what}: {report:#}");
    let run = cut.finishes();
    assert!(!run.stderr.contains(KILLED), "it came to its end: {run:#?}");
}

/// Requests up to the first one that writes.
fn reads(attempt: Attempt) -> u64 {
    let held = attempt.held(1, Side::Before);
    let reads = held.world.counts().reads;
    held.killed();
    reads
}

/// Right behind the first write of each stage the token ends, and there is no other: what was sent
/// stays unsure, nothing more is, and the next run finishes.
#[test]
fn a_token_that_expires_behind_the_first_write_leaves_the_rest_to_the_next_run() {
    side_by_side(&Attempt::each().collect::<Vec<_>>(), |attempt| {
        let stage = attempt.stage;
        let expires = reads(attempt) + 2;
        let mut world = stage.world(&format!("[weather]\nexpired = {expires}\n"));
        let run = world.run(&attempt.args(&stage.digest));
        let what = format!("{}: {run:#?}", stage.what());
        assert_eq!(run.code, 9, "{what}");
        assert!(run.all().contains("401 InvalidAuthenticationToken"), "{what}");
        assert_eq!(effects(&world), 1, "{what}");
        then_finishes(attempt, &mut world);
    });
}

/// Who can sign in again goes on with a fresh token as if nothing had happened.
#[test]
fn a_token_that_expires_behind_the_first_write_is_renewed_where_that_can_be() {
    let client = "c1000000-0000-4000-8000-0000000000aa";
    side_by_side(&Attempt::each().collect::<Vec<_>>(), |attempt| {
        let stage = attempt.stage;
        let world = stage.world(&format!(
            "[weather]\ntoken-expires = {}\n[[identity]]\napp_id = \"{client}\"\nsecret = \"x\"\n\
             permissions = {ADMINISTRATOR:?}\n",
            reads(attempt) + 2
        ));
        let mut command = world.command(&attempt.args(&stage.digest));
        command.env_remove("CONSENT_TOKEN").env("AZURE_AUTHORITY_HOST", world.tenant.url());
        command.env("AZURE_CLIENT_ID", client).env("AZURE_CLIENT_SECRET", "x");
        let run = Run::of(command.output().unwrap());
        assert_eq!(run.code, 0, "{}: {run:#?}", stage.what());
        stage.assert_ended(&world, "a fresh token");
        assert_eq!((effects(&world), world.counts().tokens), (stage.sent.len(), 2));
    });
}

/// All but the first write of each stage are refused, until the rights are back.
#[test]
fn rights_withdrawn_behind_the_first_write_leave_the_rest_to_the_next_run() {
    side_by_side(&Attempt::each().collect::<Vec<_>>(), |attempt| {
        let stage = attempt.stage;
        let refused = stage.sent.iter().skip(1).map(|sent| answer(sent, "status = 403"));
        let mut world = stage.world(&refused.collect::<String>());
        let run = world.run(&attempt.args(&stage.digest));
        let what = format!("{}: {run:#?}", stage.what());
        let whole = stage.sent.len() == 1;
        assert_eq!(run.code, if whole { 0 } else { 9 }, "{what}");
        assert_eq!(run.all().contains("403 Authorization_RequestDenied"), !whole, "{what}");
        assert_eq!(effects(&world), 1, "{what}");
        then_finishes(attempt, &mut world);
    });
}

fn effects(world: &World) -> usize {
    world.writes().iter().filter(|line| line.took_effect).count()
}

/// In fine weather, from what the run before left.
fn then_finishes(attempt: Attempt, world: &mut World) {
    let before = effects(world);
    world.later("", |_| {});
    let digest = if attempt.saved { attempt.stage.digest.clone() } else { world.digest() };
    let run = world.run(&attempt.args(&digest));
    assert_eq!(run.code, 0, "{}: {run:#?}", attempt.stage.what());
    attempt.stage.assert_ended(world, "in the end");
    assert_eq!(before + effects(world), attempt.stage.sent.len(), "{}", attempt.stage.what());
}
