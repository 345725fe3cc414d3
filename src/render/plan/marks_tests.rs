//! What stands at the right of a title, and where.

use super::*;
use crate::model::address::TENANT;
use crate::model::audience::Audience;
use crate::model::change::{Change, Verb};
use crate::model::id::ObjectId;
use crate::plan::outage;
use crate::render::plan::samples::{change, field, plan, setting};

fn gone(owner: &str, user: Option<u128>) -> Change {
    change(owner, Verb::Revoke, user, vec![field("scope", &[], &[], &["Mail.Read"])])
}

fn told(changes: &[Change], tier: Option<Tier>) -> String {
    let outage = outage::of_all(&plan(changes.to_vec()), changes);
    let marks = Marks::with(tier, outage.as_ref());
    let text = "x".repeat(marks.begin());
    let pieces = marks.pieces(width(&text));
    let line = pieces.into_iter().fold(text, |line, (_, piece)| line + &piece);
    assert!(width(&line) <= COLUMNS, "{line}");
    line.trim_start_matches('x').to_owned()
}

#[test]
fn what_is_given_and_what_is_taken_have_a_mark_each() {
    let people = [gone("crm", Some(1)), gone("crm", Some(2))];
    let mut group = gone("crm", None);
    group.subject.audience = Audience::Group(ObjectId::from_u128(5));
    assert_eq!(told(&[], None), "");
    assert_eq!(told(&[], Some(Tier::Critical)), " [CRITICAL]");
    assert_eq!(told(&[gone("crm", None)], None), " cuts off all users");
    assert_eq!(told(&[gone("crm", None)], Some(Tier::Low)), " cuts off all users  [LOW]");
    assert_eq!(told(&people, Some(Tier::High)), " cuts off 2 people  [HIGH]");
    assert_eq!(told(&people[..1], None), " cuts off 1 person");
    assert_eq!(told(&[people[0].clone(), group.clone()], None), " cuts off 1 person, 1 group");
    assert_eq!(told(&[group], None), " cuts off 1 group");
}

#[test]
fn a_whole_plan_is_told_by_sorts_of_people() {
    let of = |changes| cuts_off_in_all(OutageTotals::of(&plan(changes)));
    assert_eq!(of(Vec::new()), "cuts off nobody");
    let consent = vec![field("users may consent to", &[], &["none"], &["any"])];
    assert_eq!(of(vec![setting(TENANT, "user consent", Verb::Set, consent)]), "cuts off nobody");
    let some = vec![gone("crm", None), gone("wiki", Some(1)), gone("erp", Some(2))];
    assert_eq!(of(some), "cuts off all users in 1 app, 2 people in 2 apps");
    let both = OutageTotals { apps: 2, groups: (1, 1), ..OutageTotals::default() };
    assert_eq!(cuts_off_in_all(both), "cuts off 1 group in 1 app, 2 apps themselves");
}
