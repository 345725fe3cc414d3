//! What a removal rests on is there when it goes out, and was seen just before.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::Machine;
use crate::apply::action::{Action, Now};
use crate::apply::next_batch::LARGEST;
use crate::apply::rehearsal::{
    PretendedTenant, Reply, address, gives, needs, put, refusal, rests, takes, wait, words,
};
use crate::graph::verdict::Verdict;
use crate::model::change::{Change, Part};
use crate::model::outcome::{Outcome, RunReport};
use crate::model::query::{Consistency, Missing, Query, Rows};
use crate::model::request::{Expect, Expected, Members};

fn holding(labels: &[&str]) -> PretendedTenant {
    let there = |label: &&str| (format!("/o/{label}"), json!({"is": "there"}));
    PretendedTenant { objects: labels.iter().map(there).collect(), ..PretendedTenant::default() }
}

/// The code and the words with which the change at this place ended.
#[track_caller]
fn failure(report: &RunReport, place: usize) -> (String, String) {
    match &report.lines[place].outcome {
        Outcome::Failed { error } => (error.code.raw().to_owned(), error.message.raw().to_owned()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_removal_goes_out_when_what_it_rests_on_was_seen() {
    let mut tenant = holding(&["all", "alice"]);
    let report = tenant.run(&[rests(takes("all"), &["alice"])]);
    assert_eq!((words(&report), tenant.waited), (vec!["done"], 0));
    assert!(tenant.looks.iter().flatten().any(|path| path == "/o/alice"), "{:?}", tenant.looks);
}

/// Somebody removed a person's own grant, which nobody planned to change.
#[test]
fn without_what_it_rests_on_a_removal_is_not_sent() {
    let mut tenant = holding(&["all"]);
    let report = tenant.run(&[rests(takes("all"), &["alice"])]);
    let (code, told) = failure(&report, 0);
    assert_eq!(code, "no_longer_safe");
    assert_eq!(told, "not sent: what it rests on is gone or less than it was: the grant alice");
    assert_eq!((report.writes_sent, tenant.waited), (0, 7), "replicas were waited for");
    assert!(tenant.objects.contains_key("/o/all"));
}

#[test]
fn several_that_are_missing_are_counted() {
    for (labels, told) in [
        (&["alice", "bob"][..], "the grant alice"),
        (&["alice", "bob", "carol"], "the grant alice and 1 more object"),
        (&["alice", "bob", "carol", "dave"], "the grant alice and 2 more objects"),
    ] {
        let report = holding(&["all", "bob"]).run(&[rests(takes("all"), labels)]);
        assert!(failure(&report, 0).1.ends_with(told), "{labels:?}");
    }
}

#[test]
fn what_cannot_be_read_is_no_ground() {
    let mut tenant =
        PretendedTenant { sick: ["/o/alice".to_owned()].into(), ..holding(&["all", "alice"]) };
    let report = tenant.run(&[rests(takes("all"), &["alice"])]);
    let (code, told) = failure(&report, 0);
    assert_eq!(code, "no_longer_safe");
    assert!(told.contains("could not be read in time: the grant alice"), "{told}");
    assert_eq!(report.writes_sent, 0);
}

/// It was made and read back; then somebody else removed it.
#[test]
fn a_grant_of_this_run_that_is_gone_again_keeps_the_removal_back() {
    let changes = [gives("a"), needs(takes("all"), &["a"])];
    let mut tenant = PretendedTenant { removed: Some((2, "/o/a".to_owned())), ..holding(&["all"]) };
    tenant.seen = BTreeMap::from([(address("all"), Duration::ZERO)]);
    let report = tenant.run(&changes);
    assert_eq!(words(&report), ["done", "failed"]);
    assert_eq!(failure(&report, 1).0, "no_longer_safe");
    assert!(tenant.objects.contains_key("/o/all"));
}

/// What was found at its goal is no other than what was made.
#[test]
fn what_was_there_at_the_beginning_is_looked_at_too() {
    let changes = [gives("a"), needs(takes("all"), &["a"])];
    let mut tenant = holding(&["all"]);
    let report = tenant.run_with(&changes, &BTreeSet::from([address("a")]));
    assert_eq!(words(&report), ["already", "failed"]);
}

/// What gives is sent without another look, and a plan without removals reads back and nothing else.
#[test]
fn who_gives_rests_on_nothing() {
    let changes: Vec<Change> = (0..40).map(|n| gives(&format!("g{n:02}"))).collect();
    let mut tenant = PretendedTenant::default();
    tenant.run(&changes);
    assert_eq!(tenant.looks.len(), 2);
}

/// Where an answer was lost, it is not known whether the removal took effect.
#[test]
fn in_doubt_a_removal_without_its_ground_is_unsure() {
    let mut tenant =
        PretendedTenant { removed: Some((3, "/o/a".to_owned())), ..holding(&["all", "a"]) };
    tenant.reply("/o/all", [Reply::Say(Verdict::Unsure(refusal(0)))]);
    let report = tenant.run(&[rests(takes("all"), &["a"])]);
    assert!(
        matches!(&report.lines[0].outcome, Outcome::Unsure { because, .. } if because.contains("the grant a"))
    );
    assert_eq!(report.writes_sent, 1);
}

/// Whatever pauses come in between: each look is good for ten seconds.
#[test]
fn after_a_pause_it_is_looked_at_again() {
    let mut tenant = holding(&["all", "a"]);
    tenant.reply("/o/all", [wait(6), wait(6)]);
    tenant.seen = BTreeMap::from([(address("all"), Duration::from_secs(100))]);
    tenant.removed = Some((2, "/o/a".to_owned()));
    let report = tenant.run(&[rests(takes("all"), &["a"])]);
    assert_eq!(report.writes_sent, 2, "six seconds later it was still good");
    assert_eq!(failure(&report, 0).0, "no_longer_safe");
}

fn at(now: u64) -> Now {
    let now = Duration::from_secs(now);
    Now { now, quota_from: now, asked_from: now, batch: LARGEST }
}

fn rows(answered: u64) -> Vec<Result<Rows, String>> {
    let there = Rows::from_iter([json!({"is": "there"})]);
    vec![Ok(there.answered_at(Duration::from_secs(answered)))]
}

/// The service answered long ago, although the answer came only now.
#[test]
fn an_answer_that_was_long_on_its_way_is_no_look() {
    let changes = [rests(takes("all"), &["a"])];
    let times = BTreeMap::from([(address("all"), Duration::from_secs(50))]);
    let mut machine = Machine::new(&changes, &BTreeSet::new()).last_seen(&times);
    let Action::Read(ticket, queries) = machine.next_action(at(40)) else { panic!("not looked") };
    assert_eq!(queries[0].path, "/o/a");
    machine.seen(ticket, rows(40), Duration::from_secs(50));
    let wait = machine.next_action(at(50));
    assert!(matches!(wait, Action::Wait(time, _) if time.as_secs() == 1), "{wait:?}");
    let Action::Read(ticket, _) = machine.next_action(at(51)) else { panic!("not looked again") };
    machine.seen(ticket, rows(51), Duration::from_secs(51));
    assert!(matches!(machine.next_action(at(51)), Action::Send(..)));
}

/// Ten seconds count from when the service answered for this very object.
#[test]
fn what_is_replaced_counts_from_its_own_answer() {
    let changes = [takes("other"), takes("all"), takes("third")];
    let seconds = |label: &str, n| (address(label), Duration::from_secs(n));
    let times = BTreeMap::from([seconds("all", 0), seconds("other", 5), seconds("third", 5)]);
    let mut machine = Machine::new(&changes, &BTreeSet::new()).last_seen(&times);
    let Action::Send(_, out) = machine.next_action(at(12)) else { panic!("nothing is sent") };
    // The third was seen late enough, and waits all the same: requests keep the order of the plan.
    assert_eq!(out.iter().map(|out| out.place).collect::<Vec<_>>(), [0]);
    let Action::Read(ticket, queries) = machine.next_action(at(12)) else { panic!("not looked") };
    assert_eq!(queries[0].path, "/o/all");
    // The answer is from before the pause: once more.
    machine.seen(ticket, rows(1), Duration::from_secs(12));
    assert!(matches!(machine.next_action(at(12)), Action::Read(..)));
}

/// The look before the run saw the object as it was before this run changed it.
#[test]
fn what_this_run_changed_is_looked_at_before_it_is_changed_again() {
    let mut narrow = needs(takes("all"), &["all"]);
    narrow.part = Some(Part { of: narrow.address.clone() });
    narrow.address = narrow.address.part("narrow");
    let changes = [gives("all"), narrow];
    let times = BTreeMap::from([(address("all"), Duration::ZERO)]);
    let already = BTreeSet::from([address("all")]);
    let mut machine = Machine::new(&changes, &already).last_seen(&times);
    let action = machine.next_action(at(1));
    assert!(matches!(action, Action::Read(..)), "{action:?}");
}

/// A removal that rested on it had it read, and it may hold more than the plan saw by then.
#[test]
fn what_a_removal_rested_on_is_looked_at_before_it_is_replaced() {
    let first = |changes: &[Change]| {
        let times = BTreeMap::from(["all", "own"].map(|label| (address(label), Duration::ZERO)));
        let mut machine =
            Machine::new(changes, &BTreeSet::from([address("own")])).last_seen(&times);
        machine.next_action(at(1))
    };
    let own = rests(takes("own"), &["all"]);
    let action = first(&[own.clone(), takes("all")]);
    assert!(matches!(action, Action::Read(..)), "{action:?}");
    let action = first(&[takes("all"), own]);
    assert!(matches!(action, Action::Send(..)), "nothing had it read: {action:?}");
}

/// Reads that are always too slow end as well.
#[test]
fn looks_that_always_come_too_late_come_to_an_end() {
    let changes = [takes("all")];
    let mut machine = Machine::new(&changes, &BTreeSet::new());
    let mut now = 100;
    for _ in 0..50 {
        match machine.next_action(at(now)) {
            Action::Read(ticket, _) => {
                machine.seen(ticket, rows(now), Duration::from_secs(now + 20));
                now += 20;
            }
            Action::End => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(failure(&machine.report(), 0).0, "no_longer_safe");
}

/// Each of two grounds is seen when the other was seen too long ago. It is looked again, as often as
/// anything is looked at, and each read that is not the last one of its look begins no other.
#[test]
fn grounds_that_are_never_recent_together_come_to_an_end() {
    let changes = [rests(takes("all"), &["a", "b"])];
    let times = BTreeMap::from([(address("all"), Duration::ZERO)]);
    let mut machine = Machine::new(&changes, &BTreeSet::new()).last_seen(&times);
    let Action::Read(ticket, both) = machine.next_action(at(0)) else { panic!("not looked") };
    assert_eq!(both.len(), 2);
    machine.seen(ticket, [rows(0), vec![Err("500".to_owned())]].concat(), Duration::ZERO);
    let (mut now, mut reads) = (1, 1);
    for _ in 0..50 {
        match machine.next_action(at(now)) {
            Action::Read(ticket, one) => {
                assert_eq!(one.len(), 1);
                reads += 1;
                now += 11;
                machine.seen(ticket, rows(now), Duration::from_secs(now));
            }
            Action::Wait(time, _) => now += time.as_secs(),
            Action::End => break,
            other => panic!("{other:?}"),
        }
    }
    let report = machine.report();
    let told = failure(&report, 0).1;
    assert!(told.ends_with("the answers came too late"), "{told}");
    assert_eq!((reads, report.writes_sent), (21, 0));
}

/// Thousands that were made are looked at in one list.
#[test]
fn many_are_read_in_one_list() {
    let list = Query::list("/o?$top=999", Consistency::Default, Missing::Nothing);
    let many = 5_000;
    let made = |n: usize| {
        let label = format!("g{n}");
        let mut change = gives(&label);
        change.steps = vec![put(&format!("/o/{label}"))];
        let own = Members::of([("/who", Expected::Value(json!(label)))]);
        let proof = &mut change.steps[0].proof;
        (proof.expect, proof.among) = (Expect::Fields(own), Some(list.clone()));
        change
    };
    let mut changes: Vec<Change> = (0..many).map(made).collect();
    let labels: Vec<String> = (0..many).map(|n| format!("g{n}")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    changes.push(needs(takes("all"), &labels));
    let already = labels.iter().map(|label| address(label)).collect();
    let look = |left_out: &str| {
        let times = BTreeMap::from([(address("all"), Duration::ZERO)]);
        let mut machine = Machine::new(&changes, &already).last_seen(&times);
        let Action::Read(ticket, queries) = machine.next_action(at(0)) else { panic!("no look") };
        assert_eq!(queries, std::slice::from_ref(&list));
        let row = |label: &&str| json!({ "who": label.to_uppercase() });
        let rows: Vec<Value> = labels.iter().filter(|label| **label != left_out).map(row).collect();
        machine.seen(ticket, vec![Ok(rows.into_iter().collect())], Duration::ZERO);
        machine.next_action(at(0))
    };
    assert!(matches!(look(""), Action::Send(..)));
    assert!(matches!(look("g4711"), Action::Wait(..)), "one is missing");
}

/// The answer to the request names one object, and the read shows another.
#[test]
fn two_ids_of_what_was_made_are_none() {
    let id = crate::model::request::later(&address("sp"));
    let mut provision = gives("sp");
    provision.steps[0].creates = Some(id.clone());
    let mut grant = needs(gives("grant"), &["sp"]);
    grant.steps = vec![put(&format!("/sp/{id}/o"))];
    let mut tenant = holding(&[]);
    tenant.objects.insert("/o/sp".to_owned(), json!({"is": "there", "id": "one"}));
    tenant.reply("/o/sp", [Reply::Say(Verdict::Accepted(Some(json!({"id": "two"}))))]);
    let report = tenant.run(&[provision.clone(), grant.clone()]);
    assert_eq!(words(&report), ["failed", "skipped"]);
    let (code, told) = failure(&report, 0);
    assert_eq!(code, "not_the_one_that_was_meant");
    assert!(told.contains("its id was told as two, and then as one"), "{told}");
    assert_eq!(report.writes_sent, 1);
    // The same id in other letters is the same.
    tenant.reply("/o/sp", [Reply::Say(Verdict::Accepted(Some(json!({"id": "ONE"}))))]);
    assert_eq!(words(&tenant.run(&[provision, grant])), ["done", "done"]);
}
