//! Each change is counted once, by what is there before and afterwards.

use serde_json::json;

use crate::model::change::{Change, Part, Verb};
use crate::model::object_state::ObjectState;
use crate::plan::pictures::Counts;
use crate::render::plan::samples::{change, field};

fn one(verb: Verb, before: ObjectState, after: ObjectState) -> Change {
    Change { before, after, ..change("crm", verb, None, vec![field("scope", &[], &["A"], &[])]) }
}

#[test]
fn what_comes_differs_and_goes_adds_up_to_the_changes() {
    let (nothing, some, more) = (ObjectState::default, || json!(1).into(), || json!(2).into());
    let made = one(Verb::Create, nothing(), some());
    let part = Part { of: made.address.clone() };
    let changes = [
        // A class that is set where there was none is an object that comes, whatever its word.
        one(Verb::Set, nothing(), some()),
        one(Verb::Grant, nothing(), some()),
        one(Verb::Widen, some(), more()),
        one(Verb::Set, some(), nothing()),
        // The second part of an object that the first one makes: it is there by then.
        Change { part: Some(part), ..one(Verb::Set, nothing(), some()) },
        made,
    ];
    let counts = Counts::of(&changes);
    assert_eq!(counts, Counts { add: 3, change: 2, remove: 1 });
    let sum: usize = counts.words().iter().map(|(count, _)| count).sum();
    assert_eq!(sum, changes.len());
    assert_eq!(counts.plus(counts).words(), [(6, "add"), (4, "change"), (2, "remove")]);
}
