use serde_json::json;

use super::*;
use crate::apply::rehearsal::{gives, needs, put, rests, takes};
use crate::model::change::Part;
use crate::model::query::{Consistency, Missing};

const NOW: Duration = Duration::from_secs(100);

fn later(seconds: u64) -> Duration {
    NOW + Duration::from_secs(seconds)
}

fn grounds(changes: &[Change]) -> Grounds<'_> {
    Grounds::of(changes, &Places::of(changes))
}

fn reads(grounds: &mut Grounds<'_>, ticket: Ticket, now: Duration) -> usize {
    grounds.reads(ticket, now, &Known::new()).len()
}

/// The rows of one read, answered at that time.
fn shown(grounds: &mut Grounds<'_>, ticket: Ticket, answered: Duration, now: Duration) -> bool {
    let rows = Rows::from_iter([json!({"is": "there"})]).answered_at(answered);
    grounds.seen(ticket, &[Ok(rows)], now, &Known::new())
}

#[test]
fn a_batch_of_reads_holds_twenty() {
    let labels: Vec<String> = (0..25).map(|n| format!("g{n:02}")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let changes = [rests(takes("all"), &labels)];
    let mut grounds = grounds(&changes);
    grounds.ask(0, NOW);
    let sizes = [1, 2, 3].map(|ticket| reads(&mut grounds, ticket, NOW));
    assert_eq!(sizes, [20, 5, 0]);
}

/// Two hundred would be ten batches.
#[test]
fn from_two_hundred_on_what_one_list_shows_is_read_by_it() {
    let list = Query::list("/o?$top=999", Consistency::Default, Missing::Nothing);
    for (count, expected) in [(199, 20), (200, 1)] {
        let labels: Vec<String> = (0..count).map(|n| format!("g{n}")).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let mut change = rests(takes("all"), &labels);
        change.rests_on.iter_mut().for_each(|rest| rest.proof.among = Some(list.clone()));
        let changes = [change];
        let mut grounds = grounds(&changes);
        grounds.ask(0, NOW);
        assert_eq!(reads(&mut grounds, 1, NOW), expected, "{count}");
    }
}

#[test]
fn what_is_read_or_was_just_seen_is_not_asked_for_again() {
    let changes = [rests(takes("all"), &["a"])];
    let mut grounds = grounds(&changes);
    let state =
        |grounds: &Grounds<'_>| (grounds.is_looking(0), grounds.all_back(), grounds.next_due());
    assert_eq!(state(&grounds), (false, true, None));
    grounds.ask(0, NOW);
    assert_eq!(state(&grounds), (true, true, Some(NOW)));
    assert_eq!(reads(&mut grounds, 1, NOW), 1);
    assert_eq!(state(&grounds), (true, false, None));
    grounds.ask(0, NOW);
    assert_eq!(reads(&mut grounds, 2, NOW), 0, "it is under way");
    assert!(shown(&mut grounds, 1, NOW, NOW));
    assert_eq!(state(&grounds), (false, true, None));
    assert!(!shown(&mut grounds, 1, NOW, NOW), "it came already");
    for (seconds, asked) in [(9, 0), (10, 1)] {
        grounds.ask(0, later(seconds));
        assert_eq!(reads(&mut grounds, 3, later(seconds)), asked, "{seconds} s later");
    }
}

#[test]
fn a_change_stands_on_all_of_its_grounds_and_no_others() {
    let changes = [gives("a"), rests(takes("b"), &["x"]), needs(takes("c"), &["a"]), takes("d")];
    let mut grounds = grounds(&changes);
    let footing = |grounds: &Grounds<'_>| [0, 1, 2, 3].map(|at| grounds.footing(at, NOW));
    let (firm, open) = (|| Footing::Firm, || Footing::Open);
    assert_eq!(footing(&grounds), [firm(), open(), open(), firm()]);
    (0..4).for_each(|place| grounds.ask(place, NOW));
    let queries = grounds.reads(1, NOW, &Known::new());
    let paths: Vec<&str> = queries.iter().map(|query| query.path.as_str()).collect();
    assert_eq!(paths, ["/o/x", "/o/a"]);
    let there = || Rows::from_iter([json!({"is": "there"})]).answered_at(NOW);
    grounds.seen(1, &[Ok(there()), Err("500".to_owned())], NOW, &Known::new());
    assert_eq!(footing(&grounds), [firm(), firm(), open(), firm()]);
    for (ticket, seconds) in [(2, 1), (3, 3), (4, 7)] {
        assert_eq!(grounds.next_due(), Some(later(seconds)));
        assert_eq!(reads(&mut grounds, ticket, later(seconds)), 1);
        grounds.seen(ticket, &[Err("500".to_owned())], later(seconds), &Known::new());
    }
    assert!(matches!(grounds.footing(2, NOW), Footing::Lost(told) if told.contains("in time")));
}

/// What one change leaves of an object, the next one of it is about.
#[test]
fn an_object_is_no_ground_of_itself() {
    let asked = |part: Option<Part>| {
        let narrow = Change { part, ..needs(takes("narrow"), &["all"]) };
        let changes = [gives("all"), narrow];
        let mut grounds = grounds(&changes);
        grounds.ask(1, NOW);
        reads(&mut grounds, 1, NOW)
    };
    let of = |label: &str| Some(Part { of: gives(label).address });
    assert_eq!([asked(of("all")), asked(of("other")), asked(None)], [0, 1, 1]);
}

/// Where nothing tells the rows of a long list apart, each of them is tried.
#[test]
fn a_long_list_shows_what_any_row_shows() {
    let proof = put("/o/a").proof;
    let list = |is: &str| {
        let other = || json!({"is": "other"});
        let mut rows: Vec<Value> = std::iter::repeat_with(other).take(30).collect();
        rows.push(json!({ "is": is }));
        rows
    };
    for (is, expected) in [("there", true), ("gone", false)] {
        let rows = list(is);
        assert_eq!(Index::of(&rows).shows(&proof, &Known::new()), expected, "{is}");
    }
}
