use super::*;
use crate::apply::rehearsal::{change, gives, needs, put, takes};
use crate::model::outcome::Refusal;
use crate::model::untrusted::Untrusted;

fn failed() -> Outcome {
    let text = || Untrusted::new("no");
    let error = Refusal { status: 403, code: text(), message: text(), request_id: None };
    Outcome::Failed { error }
}

fn next_batch(changes: &[Change], so_far: &[Option<Outcome>]) -> NextBatch {
    next(changes, &Places::of(changes), so_far, 0, LARGEST, &|_| false)
}

#[test]
fn a_batch_holds_twenty() {
    let changes: Vec<Change> = (0..45).map(|n| gives(&format!("g{n:02}"))).collect();
    let mut so_far = vec![None; 45];
    assert_eq!(next_batch(&changes, &so_far).ready, (0..20).collect::<Vec<_>>());
    so_far[..40].fill(Some(Outcome::Done));
    assert_eq!(next_batch(&changes, &so_far).ready, [40, 41, 42, 43, 44]);
}

#[test]
fn what_takes_waits_for_what_gives() {
    let changes = [gives("a"), gives("b"), takes("c"), takes("d")];
    assert_eq!(next_batch(&changes, &[None, None, None, None]).ready, [0, 1]);
    let so_far = [Some(Outcome::Done), Some(failed()), None, None];
    assert_eq!(next_batch(&changes, &so_far).ready, [2, 3], "an unrelated failure stops nothing");
}

#[test]
fn what_gives_may_go_along_behind_what_takes() {
    let changes = [takes("a"), gives("b"), takes("c")];
    assert_eq!(next_batch(&changes, &[None, None, None]).ready, [0, 1]);
}

#[test]
fn nothing_overtakes_what_has_to_wait() {
    let changes = [gives("a"), needs(gives("b"), &["a"]), gives("c")];
    assert_eq!(next_batch(&changes, &[None, None, None]).ready, [0]);
    assert_eq!(next_batch(&changes, &[Some(Outcome::Already), None, None]).ready, [1, 2]);
}

#[test]
fn skipping_goes_on_along_the_needs() {
    let changes = [gives("a"), needs(gives("b"), &["a"]), needs(takes("c"), &["b"]), takes("d")];
    for lost in [failed(), Outcome::in_doubt("")] {
        let next_batch = next_batch(&changes, &[Some(lost), None, None, None]);
        let skipped: Vec<(usize, &str)> =
            next_batch.skipped.iter().map(|(place, need)| (*place, need.owner.as_str())).collect();
        assert_eq!(skipped, [(1, "a"), (2, "b")]);
        assert_eq!(next_batch.ready, [3]);
    }
}

#[test]
fn a_need_that_comes_later_is_never_settled_in_time() {
    let changes = [needs(gives("a"), &["b"]), needs(gives("b"), &["b"]), gives("c")];
    let next_batch = next_batch(&changes, &[None, None, None]);
    assert_eq!(next_batch.skipped.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(next_batch.ready, [2]);
}

#[test]
fn a_need_outside_the_plan_is_as_it_should_be() {
    let changes = [needs(gives("a"), &["elsewhere"])];
    assert_eq!(next_batch(&changes, &[None]).ready, [0]);
}

#[test]
fn one_object_is_in_a_batch_once() {
    let mut changes = [change("a"), change("b"), change("c")];
    for change in &mut changes[..2] {
        change.steps[0].request.method = Method::Patch;
        change.steps[0].request.path = "/policies/authorizationPolicy".into();
    }
    assert_eq!(next_batch(&changes, &[None, None, None]).ready, [0]);
}

#[test]
fn later_steps_come_before_later_changes() {
    let mut changes = [gives("a"), gives("b"), gives("c")];
    let step = changes[1].steps[0].clone();
    changes[1].steps.push(step);
    assert_eq!(next_batch(&changes, &[None, None, None]).ready, [0, 1]);
}

#[test]
fn what_has_begun_counts_like_a_member_and_is_not_begun_again() {
    let two = Change { steps: [put("/a"), put("/a/more")].to_vec(), ..gives("two") };
    let all = |changes: &[Change], begun: &[usize]| {
        let open = |place: usize| begun.contains(&place);
        let so_far = vec![None; changes.len()];
        next(changes, &Places::of(changes), &so_far, 0, LARGEST, &open).ready
    };
    let changes = [gives("a"), gives("b"), takes("c")];
    assert_eq!(all(&changes, &[0]), [1], "what gives is not read back yet");
    assert_eq!(all(&[two, gives("b")], &[0]), [0_usize; 0], "its later steps come first");
    let same = [takes("a"), takes("a")];
    assert_eq!(all(&same, &[0]), [0_usize; 0], "one object, one request at a time");
    let five: Vec<Change> = (0..5).map(|n| gives(&format!("g{n}"))).collect();
    let open = |_: usize| false;
    let ready = next(&five, &Places::of(&five), &vec![None; 5], 0, 2, &open).ready;
    assert_eq!(ready, [0, 1], "no more than there is room for");
}
