//! Every kind in bad weather that ends: the tenant ends as in fine weather, and no request takes
//! effect twice.

use super::{STAGES, Stage, answer};
use crate::lanes::waiting;

/// Every stage in its weather, given in TOML.
#[track_caller]
fn ends_as_in_fine_weather(weather: impl Fn(&Stage) -> String + Sync) {
    let stages: Vec<&Stage> = STAGES.iter().collect();
    waiting(&stages, |stage| {
        let weather = weather(stage);
        let world = stage.world(&weather);
        let run = stage.apply(&world);
        assert_eq!(run.code, 0, "{} in {weather}: {run:#?}", stage.what());
        stage.assert_ended(&world, &weather);
        let effects = world.writes().iter().filter(|line| line.took_effect).count();
        assert_eq!(effects, stage.sent.len(), "{} in {weather}", stage.what());
    });
}

fn always(weather: &str) -> impl Fn(&Stage) -> String + Sync {
    move |_| format!("[weather]\n{weather}\n")
}

#[test]
fn every_second_write_throttled() {
    ends_as_in_fine_weather(always("throttle-writes = 2\nretry-after = 0"));
}

#[test]
fn every_answer_to_a_write_lost() {
    ends_as_in_fine_weather(always("lost = 1"));
}

#[test]
fn every_second_success_answered_as_not_found() {
    ends_as_in_fine_weather(always("denied = 2"));
}

#[test]
fn every_success_answered_as_a_fault() {
    ends_as_in_fine_weather(always("fault-after = 1"));
}

#[test]
fn batches_that_are_lost_or_fail_when_all_was_done() {
    ends_as_in_fine_weather(always("batch-lost = 2\nbatch-500-after = 3"));
}

/// Before anything happened; each request once.
#[test]
fn every_write_unavailable_at_first() {
    ends_as_in_fine_weather(|stage| {
        let unavailable = |sent| answer(sent, "status = 503\ntimes = 1");
        stage.sent.iter().map(unavailable).collect()
    });
}

/// The same with an answer that does not say so. It is looked for and sent again, which takes a
/// while: the last request of each stage stands for all.
#[test]
fn a_write_that_failed_before_its_effect() {
    ends_as_in_fine_weather(|stage| answer(stage.sent.last().unwrap(), "status = 504\ntimes = 1"));
}

#[test]
fn replicas_that_are_behind() {
    ends_as_in_fine_weather(always("lag = 1\nlag-changes = 1\nlag-deletes = 1\nfresh = true"));
}

#[test]
fn lists_with_an_empty_page_in_between() {
    ends_as_in_fine_weather(always("empty-pages = true"));
}

/// Where a page size helps. Lists of these two kinds take none.
#[test]
fn lists_that_leave_rows_out() {
    let takes_none =
        |stage: &Stage| ["classification", "consent_policy"].contains(&stage.specimen.kind);
    ends_as_in_fine_weather(|stage| {
        let weather = if takes_none(stage) { "" } else { "[weather]\nlossy = true\n" };
        weather.to_owned()
    });
}
