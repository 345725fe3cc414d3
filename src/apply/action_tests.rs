//! What a wait is for, and when it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::json;

use super::{Action, Because, Now};
use crate::apply::machine::Machine;
use crate::apply::next_batch::LARGEST;
use crate::apply::rehearsal::{address, gives, needs, refusal, rests, takes, words};
use crate::graph::verdict::Verdict;
use crate::model::change::Change;
use crate::model::outcome::Stopped;
use crate::model::query::Rows;
use crate::model::request::later;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn at(now: u64, quota: u64, asked: u64) -> Now {
    Now { now: s(now), quota_from: s(quota), asked_from: s(asked), batch: 1 }
}

/// The first change was sent at the beginning, and so answered.
fn sent(changes: &[Change], verdict: Verdict) -> Machine<'_> {
    let mut machine = Machine::new(changes, &BTreeSet::new());
    let Action::Send(ticket, _) = machine.next_action(at(0, 0, 0)) else { panic!("not sent") };
    machine.answered(ticket, vec![verdict], s(0));
    machine
}

/// The same, accepted, and not shown by the first read.
fn unseen(changes: &[Change]) -> Machine<'_> {
    let mut machine = sent(changes, Verdict::Accepted(None));
    let Action::Read(ticket, _) = machine.next_action(at(0, 0, 0)) else { panic!("not read") };
    machine.seen(ticket, vec![Ok(Rows::default().answered_at(s(0)))], s(0));
    machine
}

#[test]
fn a_fault_is_waited_for_with_its_end() {
    let changes = [gives("a")];
    let mut machine = sent(&changes, Verdict::Again(refusal(503)));
    let Action::Wait(time, because) = machine.next_action(at(0, 0, 0)) else { panic!("no wait") };
    assert!(time > s(0) && because == Because::Fault(503), "{time:?} {because:?}");
    let sooner = Now { quota_from: Duration::from_millis(1), ..at(0, 0, 0) };
    assert_eq!(machine.next_action(sooner), Action::Wait(time, because), "the quota ends before");
    assert_eq!(machine.gives_up(Because::Fault(500), s(0)), Some(s(120)), "whatever the answer");
    assert_eq!(machine.gives_up(Because::Replicas, s(0)), None);
    assert_eq!(machine.gives_up(Because::Fault(503), time), None, "it is over by then");
}

/// Only where nothing but the service's word keeps the next request back, that word is the reason.
#[test]
fn a_read_that_comes_first_is_what_is_waited_for() {
    let replicas = Action::Wait(s(1), Because::Replicas);
    let one = [gives("a")];
    let two = [gives("a"), gives("b")];
    for (changes, moment) in [
        (&one[..], at(0, 0, 0)),
        (&one, at(0, 0, 60)),
        (&one, at(0, 60, 0)),
        (&two, at(0, 0, 60)),
        (&two, at(0, 0, 1)),
        (&two, at(0, 1, 0)),
    ] {
        let mut machine = unseen(changes);
        assert_eq!(machine.next_action(moment), replicas, "{} {moment:?}", changes.len());
        assert_eq!(machine.gives_up(Because::Replicas, s(0)), Some(s(61)));
    }
    let later = |moment| unseen(&two).next_action(moment);
    assert!(matches!(later(at(0, 0, 0)), Action::Send(..)), "nothing keeps it back");
    let mut machine = unseen(&two);
    let Action::Read(ticket, _) = machine.next_action(at(1, 0, 60)) else { panic!("not read") };
    machine.seen(ticket, vec![Ok(Rows::from_iter([json!({"is": "there"})]))], s(1));
    assert_eq!(machine.next_action(at(1, 0, 60)), Action::Wait(s(59), Because::Service));
}

/// What has to wait for a read is no reason to wait for the service.
#[test]
fn while_nothing_could_begin_an_answer_is_awaited() {
    let changes = [gives("a"), needs(gives("b"), &["a"])];
    let mut machine = sent(&changes, Verdict::Accepted(None));
    let Action::Read(..) = machine.next_action(at(0, 0, 60)) else { panic!("not read") };
    assert_eq!(machine.next_action(at(0, 0, 60)), Action::Await);
    assert_eq!(machine.next_action(at(0, 0, 0)), Action::Await);
}

/// Each of them may turn out unsure.
#[test]
fn four_hundred_are_open_at_most() {
    let changes: Vec<Change> = (0..401).map(|n| gives(&format!("g{n:03}"))).collect();
    let mut machine = Machine::new(&changes, &BTreeSet::new());
    let now = Now { batch: LARGEST, ..at(0, 0, 0) };
    let mut begun = 0;
    loop {
        match machine.next_action(now) {
            Action::Send(ticket, out) => {
                begun += out.len();
                machine.answered(ticket, vec![Verdict::Accepted(None); out.len()], s(0));
            }
            Action::Read(..) => {}
            last => break assert_eq!((last, begun), (Action::Await, 400)),
        }
    }
    assert_eq!((machine.unsent(), machine.to_send()), (1, 1));
    assert_eq!(machine.next_action(Now { batch: LARGEST, ..at(0, 0, 60) }), Action::Await);
}

#[test]
fn what_is_left_is_counted() {
    let changes = [gives("a"), gives("b"), gives("c"), rests(takes("d"), &["e"])];
    let counts = |machine: &Machine<'_>| (machine.settled(), machine.unsent(), machine.to_send());
    let mut machine = Machine::new(&changes, &BTreeSet::from([address("a")]));
    assert_eq!(counts(&machine), (1, 3, 3));
    let Action::Send(ticket, _) = machine.next_action(at(0, 0, 0)) else { panic!("not sent") };
    assert_eq!(counts(&machine), (1, 2, 2), "one is under way");
    machine.answered(ticket, vec![Verdict::Again(refusal(503))], s(0));
    assert_eq!(counts(&machine), (1, 2, 3), "it goes out once more");
    let machine = Machine::new(&changes, &["a", "b", "c"].map(address).into());
    let mut machine = machine.last_seen(&BTreeMap::from([(address("d"), s(0))]));
    let Action::Read(..) = machine.next_action(at(0, 0, 0)) else { panic!("not looked at") };
    assert_eq!(counts(&machine), (3, 0, 1), "what it rests on is read, then it goes out");
}

/// Once the run stops nothing goes out for the first time, whatever was read for it.
#[test]
fn what_was_only_looked_at_is_not_sent_when_the_run_stops() {
    let changes = [takes("a"), rests(takes("b"), &["c"])];
    for (done, seen) in [("b", vec![]), ("a", vec![(address("b"), s(0))])] {
        let mut machine = Machine::new(&changes, &[address(done)].into());
        machine = machine.last_seen(&seen.into_iter().collect());
        let Action::Read(ticket, queries) = machine.next_action(at(0, 0, 0)) else {
            panic!("not looked at")
        };
        machine.stop(Stopped::Interrupted);
        let there = || Ok(Rows::from_iter([json!({"is": "there"})]).answered_at(s(0)));
        machine.seen(ticket, queries.iter().map(|_| there()).collect(), s(0));
        assert_eq!(machine.next_action(at(0, 0, 0)), Action::End);
        let report = machine.report();
        assert_eq!((report.writes_sent, report.lines.len()), (0, 2));
        assert!(words(&report).contains(&"not_started"), "{report:?}");
    }
}

/// What is skipped makes no room: two go out one after the other.
#[test]
fn no_more_begins_than_there_is_room_for() {
    let changes = [gives("a"), needs(gives("b"), &["a"]), gives("c"), gives("d")];
    let mut machine = sent(&changes, Verdict::Refused(refusal(403)));
    let Action::Send(_, out) = machine.next_action(at(0, 0, 0)) else { panic!("not sent") };
    assert_eq!(out.iter().map(|out| out.place).collect::<Vec<_>>(), [2]);
    assert_eq!((machine.settled(), machine.unsent()), (2, 1));
}

/// What is read before it goes out has its place in the batch, and keeps it.
#[test]
fn what_is_looked_at_first_takes_room_too() {
    let changes = [gives("x"), takes("a"), takes("b")];
    let mut machine = unseen(&changes);
    let Action::Read(ticket, _) = machine.next_action(at(1, 0, 0)) else { panic!("not read") };
    machine.seen(ticket, vec![Ok(Rows::from_iter([json!({"is": "there"})]))], s(1));
    let Action::Read(..) = machine.next_action(at(1, 0, 0)) else { panic!("not looked at") };
    assert_eq!(machine.next_action(at(1, 0, 0)), Action::Await);
    assert_eq!((machine.settled(), machine.unsent()), (1, 1));
}

#[test]
fn behind_what_cannot_be_sent_the_next_one_is() {
    let mut changes = [gives("a"), gives("b")];
    changes[0].steps[0].request.path = format!("/o/{}", later(&address("x")));
    let mut machine = Machine::new(&changes, &BTreeSet::new());
    let Action::Send(_, out) = machine.next_action(at(0, 0, 0)) else { panic!("not sent") };
    assert_eq!((out[0].place, machine.settled()), (1, 1));
}

/// Without a sign-in no later read can tell more; one that was under way still may.
#[test]
fn what_is_shown_counts_whatever_stopped_the_run() {
    let changes = [gives("a")];
    for (rows, word) in [(vec![json!({"is": "there"})], "done"), (vec![], "unsure")] {
        let mut machine = sent(&changes, Verdict::Accepted(None));
        let Action::Read(ticket, _) = machine.next_action(at(0, 0, 0)) else { panic!("not read") };
        machine.stop(Stopped::SignIn { because: "it is over".to_owned() });
        machine.seen(ticket, vec![Ok(rows.into_iter().collect())], s(0));
        assert_eq!(machine.next_action(at(0, 0, 0)), Action::End);
        assert_eq!(words(&machine.report()), [word]);
    }
}
