//! What cannot be read, and what has no clear answer: one object is no reason to stop, many are.

use std::collections::BTreeSet;

use super::*;
use crate::apply::rehearsal::{
    PretendedTenant, Reply, change, gives, needs, refusal, takes, words,
};
use serde_json::json;

fn many(count: usize) -> Vec<Change> {
    (0..count).map(|n| gives(&format!("g{n:03}"))).collect()
}

fn fault() -> Reply {
    Reply::Say(Verdict::Unsure(refusal(500)))
}

/// What needs it is skipped; everything else is done, the clean-up of another app as well.
#[test]
fn one_object_that_cannot_be_read_stops_only_what_needs_it() {
    let changes =
        [gives("sick"), gives("a"), needs(takes("all"), &["sick"]), takes("other"), change("b")];
    let mut tenant =
        PretendedTenant { sick: BTreeSet::from(["/o/sick".into()]), ..PretendedTenant::default() };
    for path in ["/o/all", "/o/other"] {
        tenant.objects.insert(path.into(), json!({"is": "there"}));
    }
    let report = tenant.run(&changes);
    assert_eq!(words(&report), ["unsure", "done", "skipped", "done", "done"]);
    assert_eq!(report.stopped, None);
}

#[test]
fn two_objects_that_cannot_be_read_do_not_stop_the_rest_even_when_nothing_else_is_read() {
    let changes = [gives("a"), gives("b"), takes("other")];
    let sick = ["/o/a", "/o/b"].map(String::from);
    let mut tenant = PretendedTenant { sick: BTreeSet::from(sick), ..PretendedTenant::default() };
    tenant.objects.insert("/o/other".into(), json!({"is": "there"}));
    let report = tenant.run(&changes);
    assert_eq!((words(&report), report.stopped), (vec!["unsure", "unsure", "done"], None));
}

/// Nothing answers any more: as soon as that is known, nothing more is sent.
#[test]
fn a_service_that_shows_nothing_ends_the_run_soon() {
    let mut tenant = PretendedTenant { blind: true, ..PretendedTenant::default() };
    let report = tenant.run(&many(100));
    assert!(matches!(report.stopped, Some(Stopped::Blind { .. })), "{report:?}");
    assert_eq!(words(&report)[..20], ["unsure"; 20]);
    assert!(tenant.waited <= 10, "{}", tenant.waited);
    // One after the other: each is a request for the same object.
    let mut chain = many(4);
    chain.push(takes("other"));
    let mut tenant = PretendedTenant { blind: true, ..PretendedTenant::default() };
    for change in chain.iter_mut().take(4) {
        change.gives = false;
        change.steps[0].request.path = "/o/same".into();
        change.steps[0].request.method = crate::model::request::Method::Put;
    }
    let report = tenant.run(&chain);
    assert!(matches!(report.stopped, Some(Stopped::Blind { .. })), "{report:?}");
    assert_eq!(words(&report), ["unsure", "unsure", "unsure", "not_started", "not_started"]);
}

/// Every write is answered 500 and none was made.
#[test]
fn twenty_changes_without_a_clear_answer_stop_the_run() {
    let mut tenant = PretendedTenant { lanes: 4, ..PretendedTenant::default() };
    let changes = many(100);
    for change in &changes {
        tenant.reply(&change.steps[0].request.path, [fault(), fault(), fault()]);
    }
    let report = tenant.run(&changes);
    assert_eq!(report.stopped, Some(Stopped::DoubtsInARow { count: 20 }));
    assert_eq!(words(&report)[..20], ["unsure"; 20]);
    assert_eq!(words(&report)[20..], ["not_started"; 80]);
    assert_eq!(report.writes_sent, 60, "each at most three times");
    assert!(report.lines[0].outcome.is_in_doubt());
}

/// The service breaks in the middle of a run: what is under way may be in doubt, no more.
#[test]
fn a_service_that_breaks_later_stops_the_run_too() {
    let mut tenant = PretendedTenant { lanes: 4, ..PretendedTenant::default() };
    let changes = many(300);
    for change in changes.iter().skip(60) {
        tenant.reply(&change.steps[0].request.path, vec![fault(); 3]);
    }
    let report = tenant.run(&changes);
    assert!(matches!(report.stopped, Some(Stopped::DoubtsInARow { .. })), "{:?}", report.stopped);
    let words = words(&report);
    assert_eq!(words[..60], ["done"; 60]);
    let unsure = words.iter().filter(|word| **word == "unsure").count();
    assert!((20..=80).contains(&unsure), "{unsure}");
    assert_eq!(words.iter().filter(|word| **word == "not_started").count(), 240 - unsure);
}

#[test]
fn nineteen_do_not_nor_do_those_that_turn_out_well() {
    let changes = many(60);
    let mut tenant = PretendedTenant::default();
    for change in changes.iter().take(19) {
        tenant.reply(&change.steps[0].request.path, [fault(), fault(), fault()]);
    }
    let report = tenant.run(&changes);
    assert_eq!(report.stopped, None);
    assert_eq!(words(&report)[..19], ["unsure"; 19]);
    assert_eq!(words(&report)[19..], ["done"; 41]);
    let mut tenant = PretendedTenant::default();
    for change in &changes {
        tenant.reply(&change.steps[0].request.path, [fault(), Reply::DoSilently]);
    }
    assert_eq!(words(&tenant.run(&changes)), ["done"; 60]);
}
