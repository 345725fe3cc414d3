//! Who is cut off, and how many of them there are.

use crate::model::address::TENANT;
use crate::model::audience::Audience;
use crate::model::change::{Change, PermissionSort, Verb};
use crate::model::id::ObjectId;
use crate::model::object_state::ObjectState;
use crate::plan::outage::{CutOff, OutageTotals, of, of_all};
use crate::render::plan::samples::{change, field, permissions, plan, setting};

/// A grant that goes, of one user (`Some`) or of everybody.
fn gone(owner: &str, user: Option<u128>) -> Change {
    change(owner, Verb::Revoke, user, vec![field("scope", &[], &[], &["Mail.Read"])])
}

fn role() -> Change {
    let fields = vec![field("roles", &[], &[], &["Mail.Read"])];
    let lost = permissions(&fields, PermissionSort::Application);
    Change { permissions: lost, ..setting("crm", "application", Verb::Revoke, fields) }
}

fn closed() -> Change {
    let fields = vec![field("assignment required", &[], &["yes"], &["no"])];
    let shut = permissions(&[field("", &[], &[], &["sign in"])], PermissionSort::SignIn);
    Change { permissions: shut, ..setting("crm", "sign-in", Verb::Set, fields) }
}

fn who(change: &Change) -> Option<(CutOff, usize, usize)> {
    let outage = of(&plan(vec![change.clone()]), change)?;
    Some((outage.who(), outage.people(), outage.groups()))
}

#[test]
fn who_is_cut_off_shows_by_the_audience() {
    assert_eq!(who(&gone("crm", None)), Some((CutOff::Everybody, 0, 0)));
    assert_eq!(who(&gone("crm", Some(7))), Some((CutOff::People, 1, 0)));
    let mut group = gone("crm", None);
    group.subject.audience = Audience::Group(ObjectId::from_u128(7));
    assert_eq!(who(&group), Some((CutOff::People, 0, 1)));
    assert_eq!(who(&role()), Some((CutOff::App, 0, 0)));
    assert_eq!(who(&closed()), Some((CutOff::Everybody, 0, 0)));
}

#[test]
fn nobody_is_cut_off_where_nothing_is_taken() {
    let given = change("crm", Verb::Grant, None, vec![field("scope", &[], &["A"], &[])]);
    assert_eq!(who(&given), None);
    // Everybody's grant gives it as well.
    assert_eq!(who(&Change { takes: false, ..gone("crm", Some(7)) }), None);
    // A new app that is closed from its first moment on.
    assert_eq!(who(&Change { before: ObjectState::default(), ..closed() }), None);
    let consent = field("users may consent to", &[], &["none"], &["any"]);
    assert_eq!(who(&setting(TENANT, "user consent", Verb::Set, vec![consent])), None);
}

#[test]
fn several_changes_count_each_person_once() {
    let both = [gone("crm", Some(1)), gone("crm", Some(1)), gone("crm", Some(2))];
    let outage = of_all(&plan(both.to_vec()), &both).unwrap();
    assert_eq!((outage.who(), outage.people()), (CutOff::People, 2));
    let all = [&both[..], &[gone("crm", None)]].concat();
    let outage = of_all(&plan(all.clone()), &all).unwrap();
    assert_eq!((outage.who(), outage.people()), (CutOff::Everybody, 0), "the widest is told");
    assert!(of_all(&plan(Vec::new()), &[]).is_none());
}

#[test]
fn a_plan_is_summed_up_app_by_app() {
    let mut group = gone("wiki", None);
    group.subject.audience = Audience::Group(ObjectId::from_u128(5));
    let changes = vec![
        gone("crm", None),
        // Of an app that everybody loses, nobody is told apart.
        gone("crm", Some(1)),
        role(),
        gone("wiki", Some(1)),
        gone("wiki", Some(2)),
        gone("erp", Some(2)),
        group,
    ];
    let expected =
        OutageTotals { everybody: 1, others: 0, people: (2, 2), groups: (1, 1), apps: 1 };
    assert_eq!(OutageTotals::of(&plan(changes)), expected);
    assert_eq!(OutageTotals::of(&plan(Vec::new())), OutageTotals::default());
}
