use std::collections::BTreeSet;

use super::*;
use crate::apply::rehearsal::{
    PretendedTenant, Reply, address, change, delete, gives, needs, put, refusal, refuse, takes,
    wait, words,
};
use crate::model::request::later;
use serde_json::json;

fn silence() -> Reply {
    Reply::Say(Verdict::Unsure(refusal(0)))
}

fn holding(paths: &[&str]) -> PretendedTenant {
    let objects = paths.iter().map(|path| ((*path).to_owned(), json!({"is": "there"}))).collect();
    PretendedTenant { objects, ..PretendedTenant::default() }
}

/// Everybody's grant becomes three people's: three are made and read, then one goes.
#[test]
fn narrowing_leaves_no_gap() {
    let changes = [gives("a"), gives("b"), gives("c"), needs(takes("all"), &["a", "b", "c"])];
    let mut tenant = holding(&["/o/all"]);
    let report = tenant.run(&changes);
    assert_eq!(words(&report), ["done"; 4]);
    assert_eq!(
        tenant.batches,
        [vec!["POST /o/a", "POST /o/b", "POST /o/c"], vec!["DELETE /o/all"]]
    );
    assert_eq!((report.writes_sent, report.stopped), (4, None));
}

#[test]
fn what_replaces_must_be_there_before_the_old_goes() {
    let changes = [gives("a"), gives("b"), gives("c"), needs(takes("all"), &["a", "b", "c"])];
    let mut tenant = holding(&["/o/all"]);
    tenant.reply("/o/b", [refuse()]);
    let report = tenant.run(&changes);
    assert_eq!(words(&report), ["done", "failed", "done", "skipped"]);
    assert_eq!(report.lines[3].outcome, Outcome::Skipped { needs: address("b") });
    assert!(tenant.objects.contains_key("/o/all"));

    // The next run sends the rest only.
    let rest = [changes[1].clone(), changes[3].clone()];
    assert_eq!(words(&tenant.run(&rest)), ["done", "done"]);
}

#[test]
fn accepted_but_not_visible_does_not_count_as_there() {
    let changes = [gives("a"), needs(takes("all"), &["a"]), takes("other")];
    let mut tenant = holding(&["/o/all", "/o/other"]);
    tenant.reply("/o/a", [Reply::Say(Verdict::Accepted(None))]);
    let report = tenant.run(&changes);
    assert_eq!(words(&report), ["unsure", "skipped", "done"]);
    assert_eq!(tenant.waited, 61);
}

#[test]
fn the_wire_has_the_order_of_the_plan() {
    let mut changes: Vec<Change> = (0..50).map(|n| gives(&format!("g{n:02}"))).collect();
    changes.extend((0..30).map(|n| takes(&format!("t{n:02}"))));
    let mut tenant = PretendedTenant::default();
    for n in 0..30 {
        tenant.objects.insert(format!("/o/t{n:02}"), json!({"is": "there"}));
    }
    let report = tenant.run(&changes);
    assert!(words(&report).iter().all(|word| *word == "done"));
    let sizes: Vec<usize> = tenant.batches.iter().map(Vec::len).collect();
    assert_eq!(sizes, [20, 20, 10, 20, 10]);
    let sent: Vec<String> = tenant.batches.concat();
    let planned: Vec<String> = changes
        .iter()
        .map(|c| &c.steps[0].request)
        .map(|r| format!("{} {}", r.method.as_str(), r.path))
        .collect();
    assert_eq!(sent, planned);
}

#[test]
fn only_the_throttled_are_sent_again_after_the_longest_pause() {
    let changes = [gives("a"), gives("b"), gives("c")];
    let mut tenant = PretendedTenant::default();
    tenant.reply("/o/a", [wait(2)]);
    tenant.reply("/o/c", [wait(9)]);
    let report = tenant.run(&changes);
    assert_eq!(words(&report), ["done"; 3]);
    assert_eq!(tenant.batches[1], ["POST /o/a", "POST /o/c"]);
    assert_eq!(tenant.waited, 9);
}

#[test]
fn a_lost_answer_is_resolved_by_reading() {
    let changes = [gives("a"), takes("b")];
    let mut tenant = holding(&["/o/b"]);
    tenant.reply("/o/a", [Reply::DoSilently]);
    tenant.reply("/o/b", [Reply::DoSilently]);
    let report = tenant.run(&changes);
    assert_eq!(words(&report), ["done", "done"]);
    assert_eq!(report.writes_sent, 2, "nothing is repeated");
}

#[test]
fn a_lost_request_is_sent_again() {
    let mut tenant = PretendedTenant::default();
    tenant.reply("/o/a", [silence()]);
    let report = tenant.run(&[gives("a")]);
    assert_eq!((words(&report), report.writes_sent), (vec!["done"], 2));
}

#[test]
fn what_others_did_meanwhile_is_already_done() {
    let changes = [gives("a"), takes("b")];
    let report = holding(&["/o/a"]).run(&changes);
    assert_eq!(words(&report), ["already", "already"]);
}

#[test]
fn what_was_found_at_its_goal_is_not_sent() {
    let changes = [gives("a"), needs(takes("b"), &["a"])];
    let mut tenant = holding(&["/o/a", "/o/b"]);
    let report = tenant.run_with(&changes, &BTreeSet::from([address("a")]));
    assert_eq!(words(&report), ["already", "done"]);
    assert_eq!(tenant.batches, [["DELETE /o/b"]]);
}

#[test]
fn three_failures_in_a_row_stop_the_run() {
    let mut tenant = PretendedTenant::default();
    let changes: Vec<Change> = (0..30).map(|n| gives(&format!("g{n:02}"))).collect();
    for n in [0, 1, 3, 4, 5] {
        tenant.reply(&format!("/o/g{n:02}"), [refuse()]);
    }
    let report = tenant.run(&changes);
    assert_eq!(report.stopped, Some(Stopped::FailuresInARow { count: 3 }));
    assert_eq!(
        words(&report)[..7],
        ["failed", "failed", "done", "failed", "failed", "failed", "done"]
    );
    assert_eq!(words(&report)[20..], ["not_started"; 10]);
    assert_eq!(report.writes_sent, 20);
}

#[test]
fn two_failures_in_a_row_do_not() {
    let mut tenant = PretendedTenant::default();
    let changes: Vec<Change> = (0..30).map(|n| gives(&format!("g{n:02}"))).collect();
    for n in [0, 1, 3, 4, 6, 7] {
        tenant.reply(&format!("/o/g{n:02}"), [refuse()]);
    }
    let report = tenant.run(&changes);
    assert_eq!((report.stopped, report.writes_sent), (None, 30));
}

#[test]
fn a_lost_sign_in_stops_everything_and_says_what_is_not_known() {
    let mut tenant = PretendedTenant { blind: true, ..PretendedTenant::default() };
    tenant.reply("/o/b", [Reply::Say(Verdict::SignInLost(refusal(401)))]);
    tenant.reply("/o/c", [wait(5)]);
    let mut changes = vec![gives("a"), gives("b"), gives("c")];
    changes.extend([takes("d"), needs(takes("e"), &["b"]), needs(takes("f"), &["e"])]);
    let report = tenant.run(&changes);
    let expected = ["unsure", "failed", "not_started", "not_started", "skipped", "skipped"];
    assert_eq!(words(&report), expected);
    assert!(matches!(report.stopped, Some(Stopped::SignIn { .. })));
    assert_eq!((report.writes_sent, tenant.waited), (3, 0));
}

#[test]
fn interrupted_the_batch_in_flight_is_read_back_and_nothing_new_starts() {
    let mut tenant = holding(&["/o/b"]);
    tenant.stop_after = Some((1, Stopped::Interrupted));
    let report = tenant.run(&[gives("a"), takes("b"), gives("c")]);
    assert_eq!(words(&report), ["done", "not_started", "not_started"]);
    assert_eq!(report.stopped, Some(Stopped::Interrupted));
}

#[test]
fn interrupted_after_the_last_request_nothing_was_cut() {
    let mut tenant = PretendedTenant {
        stop_after: Some((1, Stopped::Interrupted)),
        ..PretendedTenant::default()
    };
    let report = tenant.run(&[gives("a")]);
    assert_eq!((words(&report), report.stopped), (vec!["done"], None));
}

#[test]
fn interrupted_a_change_that_has_begun_is_finished() {
    let mut two = change("a");
    two.steps = vec![put("/o/a"), put("/o/a/more")];
    let changes = [two, change("b")];
    let mut tenant = PretendedTenant {
        stop_after: Some((1, Stopped::Interrupted)),
        ..PretendedTenant::default()
    };
    assert_eq!(words(&tenant.run(&changes)), ["done", "not_started"]);

    let because = String::from("disk full");
    let halt = Stopped::Journal { because };
    let mut tenant =
        PretendedTenant { stop_after: Some((1, halt.clone())), ..PretendedTenant::default() };
    let report = tenant.run(&changes);
    assert_eq!(words(&report), ["unsure", "not_started"], "not without a journal");
    assert_eq!((report.stopped, tenant.batches.len()), (Some(halt), 1));
}

#[test]
fn steps_go_one_after_the_other_before_later_changes() {
    let mut two = change("a");
    two.steps = vec![put("/o/a"), delete("/o/a")];
    let mut tenant = PretendedTenant::default();
    assert_eq!(words(&tenant.run(&[two, change("b")])), ["done", "done"]);
    assert_eq!(tenant.batches, [["POST /o/a"], ["DELETE /o/a"], ["POST /o/b"]]);
}

fn provision_and_grant() -> [Change; 2] {
    let id = later(&address("sp"));
    let mut provision = change("sp");
    provision.steps[0].creates = Some(id.clone());
    let mut grant = needs(gives("grant"), &["sp"]);
    grant.steps[0] = put(&format!("/sp/{id}/o"));
    grant.steps[0].request.body = Some(json!({"clientId": id}));
    [provision, grant]
}

#[test]
fn ids_from_answers_go_into_later_requests_and_reads() {
    let mut tenant = PretendedTenant::default();
    let not_yet = || Reply::Say(Verdict::NotYet(refusal(404)));
    tenant.reply("/sp/_o_sp/o", [not_yet(), not_yet()]);
    assert_eq!(words(&tenant.run(&provision_and_grant())), ["done", "done"]);
    assert_eq!(tenant.objects["/sp/_o_sp/o"]["clientId"], "_o_sp");
    assert_eq!(tenant.waited, 3);
}

#[test]
fn ids_are_read_where_the_answer_was_lost() {
    let mut tenant = PretendedTenant::default();
    tenant.reply("/o/sp", [Reply::DoSilently]);
    assert_eq!(words(&tenant.run(&provision_and_grant())), ["done", "done"]);
}

#[test]
fn a_request_without_its_id_is_not_sent() {
    let mut tenant = PretendedTenant::default();
    tenant.objects.insert("/o/sp".into(), json!({"is": "there", "id": "../users"}));
    let report = tenant.run(&provision_and_grant());
    assert_eq!(words(&report), ["already", "failed"]);
    assert_eq!(tenant.batches, [["POST /o/sp"]]);
}

/// Cut after any batch and begun anew with what is left, the end is the same.
#[test]
fn cut_anywhere_a_second_run_finishes() {
    let mut changes: Vec<Change> = (0..45).map(|n| gives(&format!("g{n:02}"))).collect();
    changes.push(needs(takes("all"), &["g00", "g44"]));
    for batches in 1..=4 {
        let mut tenant = holding(&["/o/all"]);
        tenant.stop_after = Some((batches, Stopped::Interrupted));
        let first = tenant.run(&changes);
        assert!(tenant.objects.contains_key("/o/g44") || tenant.objects.contains_key("/o/all"));
        let second = tenant.run(&changes);
        assert!(second.lines.iter().all(|line| line.outcome.settled()), "{batches}: {first:?}");
        assert!(!tenant.objects.contains_key("/o/all"));
        assert_eq!(tenant.objects.len(), 45);
    }
}

/// Every pair of troubles for each of three requests: the old never goes before the new is there,
/// and every result is true of the tenant.
#[test]
fn under_any_weather_the_report_is_true_and_there_is_no_gap() {
    let not_yet = || Reply::Say(Verdict::NotYet(refusal(404)));
    let already = || Reply::Say(Verdict::AlreadyThere(refusal(409)));
    let troubles =
        [Reply::Do, Reply::DoSilently, silence(), wait(3), not_yet(), already(), refuse()];
    let pairs: Vec<[&Reply; 2]> =
        troubles.iter().flat_map(|a| troubles.iter().map(move |b| [a, b])).collect();
    let changes = [gives("a"), gives("b"), needs(takes("all"), &["a", "b"])];
    for (path, other) in [("/o/a", "/o/b"), ("/o/b", "/o/all"), ("/o/all", "/o/a")] {
        for first in &pairs {
            for second in &pairs {
                let mut tenant = holding(&["/o/all"]);
                tenant.reply(path, first.iter().copied().cloned());
                tenant.reply(other, second.iter().copied().cloned());
                let report = tenant.run(&changes);
                let there = |label: &str| tenant.objects.contains_key(&format!("/o/{label}"));
                assert!(there("all") || (there("a") && there("b")), "a gap: {report:?}");
                for (label, wanted, line) in [
                    ("a", true, &report.lines[0]),
                    ("b", true, &report.lines[1]),
                    ("all", false, &report.lines[2]),
                ] {
                    let as_wanted = there(label) == wanted;
                    match line.outcome {
                        Outcome::Done | Outcome::Already => assert!(as_wanted, "{report:?}"),
                        Outcome::Failed { .. } | Outcome::Skipped { .. } | Outcome::NotStarted => {
                            assert!(!as_wanted, "{report:?}");
                        }
                        Outcome::Unsure { .. } => {}
                    }
                }
            }
        }
    }
}

/// Whatever comes back in whatever order, the end is the same, and what gives is read back before
/// anything is taken.
#[test]
fn several_batches_are_under_way_and_the_order_holds() {
    let mut changes: Vec<Change> = (0..200).map(|n| gives(&format!("g{n:03}"))).collect();
    changes.push(needs(takes("all"), &["g000", "g199"]));
    let mut tenant = PretendedTenant { lanes: 4, ..holding(&["/o/all"]) };
    for n in [7, 30, 90] {
        tenant.reply(&format!("/o/g{n:03}"), [wait(2), Reply::DoSilently]);
    }
    let report = tenant.run(&changes);
    assert!(words(&report).iter().all(|word| *word == "done"));
    assert_eq!(tenant.most_under_way, 4);
    assert_eq!(tenant.batches.last().unwrap(), &["DELETE /o/all"]);
    let sent = tenant.batches.concat();
    assert_eq!(sent.len(), 204, "three were sent twice");
    let firsts: Vec<&String> = sent.iter().filter(|line| line.contains("/g")).collect();
    assert_eq!(firsts.iter().collect::<std::collections::BTreeSet<_>>().len(), 200);
}

#[test]
fn the_first_batch_goes_alone() {
    let changes: Vec<Change> = (0..100).map(|n| gives(&format!("g{n:02}"))).collect();
    let mut tenant = PretendedTenant { lanes: 4, ..PretendedTenant::default() };
    for change in &changes {
        tenant.reply(&change.steps[0].request.path, [refuse()]);
    }
    let report = tenant.run(&changes);
    assert_eq!(report.writes_sent, 20, "what is refused to all is refused to twenty");
}

#[test]
fn no_write_goes_out_before_the_service_takes_it_and_reads_go_on() {
    let changes = [gives("a"), gives("b")];
    let mut machine = Machine::new(&changes, &BTreeSet::new());
    let at = |now, from| Now {
        now: Duration::from_secs(now),
        quota_from: Duration::ZERO,
        asked_from: Duration::from_secs(from),
        batch: LARGEST,
    };
    let waits = |seconds| Action::Wait(Duration::from_secs(seconds), Because::Service);
    assert_eq!(machine.next_action(at(0, 9)), waits(9));
    assert_eq!(machine.next_action(at(4, 9)), waits(5));
    let Action::Send(ticket, out) = machine.next_action(at(9, 9)) else { panic!("not sent") };
    assert_eq!(out.len(), 2);
    assert_eq!(machine.next_action(at(9, 9)), Action::Await);
    machine.answered(
        ticket,
        vec![Verdict::Accepted(None), Verdict::Wait(Duration::from_secs(3), refusal(429))],
        Duration::from_secs(9),
    );
    let Action::Read(ticket, _) = machine.next_action(at(9, 60)) else { panic!("not read") };
    let shown = Rows::from_iter([json!({"is": "there"})]);
    machine.seen(ticket, vec![Ok(shown)], Duration::from_secs(9));
    assert_eq!(machine.next_action(at(9, 9)), waits(3));
    assert_eq!(machine.next_action(at(12, 20)), waits(8));
    let Action::Send(ticket, out) = machine.next_action(at(20, 20)) else { panic!("not sent") };
    assert_eq!(out[0].place, 1);
    machine.recalled(ticket);
    machine.stop(Stopped::Interrupted);
    assert_eq!(machine.next_action(at(20, 20)), Action::End);
    assert_eq!(words(&machine.report()), ["done", "not_started"]);
}

/// The quota that we keep to is no request of the service; what ends last is the reason.
#[test]
fn a_wait_for_the_quota_is_told_apart() {
    let changes = [gives("a")];
    let mut machine = Machine::new(&changes, &BTreeSet::new());
    let mut because = |quota, asked| {
        let (quota_from, asked_from) = (Duration::from_secs(quota), Duration::from_secs(asked));
        let now = Duration::from_secs(1);
        match machine.next_action(Now { now, quota_from, asked_from, batch: LARGEST }) {
            Action::Wait(time, because) => (time.as_secs(), because),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(because(9, 0), (8, Because::Quota));
    assert_eq!(because(9, 1), (8, Because::Quota));
    assert_eq!(because(9, 12), (11, Because::Service));
    assert_eq!(because(1, 12), (11, Because::Service));
}

#[test]
fn ten_thousand_changes_take_five_hundred_batches() {
    let changes: Vec<Change> = (0..10_000).map(|n| gives(&format!("g{n:05}"))).collect();
    let mut tenant = PretendedTenant::default();
    let report = tenant.run(&changes);
    assert!(report.lines.iter().all(|line| line.outcome == Outcome::Done));
    assert_eq!(tenant.batches.len(), 500);
}
