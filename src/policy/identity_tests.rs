//! Rules about whoever is signed in: lockout and self-escalation.

use std::collections::BTreeSet;

use crate::model::audience::Audience;
use crate::model::change::PermissionSort::{self, Application, Delegated};
use crate::model::change::{Change, FieldChange, Verb};
use crate::model::id::{AppId, ObjectId};
use crate::model::untrusted::Untrusted;
use crate::plan::Check;
use crate::plan::holdings::Holdings;
use crate::policy::identity::{Identity, Need};
use crate::policy::of_identity;
use crate::policy::tests::{change, plan};

const ME: u128 = 77;
const WRITE: &str = "DelegatedPermissionGrant.ReadWrite.All";
const READ: &str = "Directory.Read.All";

/// Something that is there: everybody's or one user's.
fn object(user: Option<u128>, name: &str) -> Change {
    change(Verb::Revoke, user, name)
}

fn of_sort(mut object: Change, sort: PermissionSort) -> Change {
    object.permissions.iter_mut().for_each(|permission| permission.sort = sort);
    object
}

fn need(any: &[&str]) -> Need {
    Need(any.iter().map(|name| (*name).to_owned()).collect())
}

fn identity(before: &[Change], after: &[Change]) -> Identity {
    Identity {
        labels: BTreeSet::from(["crm".to_owned()]),
        object: Some(ObjectId::from_u128(ME)),
        sort: Some(Delegated),
        holdings: Holdings { before: before.to_vec(), after: after.to_vec() },
        needs: vec![need(&[WRITE, "Directory.ReadWrite.All"]), need(&[READ, WRITE])],
    }
}

fn rules(checks: &[Check]) -> Vec<&str> {
    checks.iter().map(|check| check.rule.as_str()).collect()
}

/// The verdict on a plan that turns one set of objects into the other.
fn lockout(before: &[&Change], after: &[&Change]) -> Option<String> {
    let all = |some: &[&Change]| some.iter().copied().cloned().collect::<Vec<_>>();
    let checks = of_identity(&plan(Vec::new()), &identity(&all(before), &all(after)));
    assert!(checks.iter().all(|check| check.rule == "lockout"), "{checks:?}");
    checks.into_iter().next().map(|check| check.text)
}

#[test]
fn what_consent_needs_is_named_when_it_goes() {
    let text = lockout(&[&object(None, WRITE), &object(None, "Mail.Read")], &[]).unwrap();
    assert!(text.ends_with(&format!("what consent needs: {WRITE}")), "{text}");
    assert!(text.contains("crm (CRM)"), "{text}");
    assert_eq!(lockout(&[&object(None, "Mail.Read")], &[]), None, "nothing that it needs");
}

#[test]
fn what_another_grant_gives_as_well_is_not_lost() {
    let (everyone, mine) = (object(None, WRITE), object(Some(ME), WRITE));
    let theirs = object(Some(1), WRITE);
    assert_eq!(lockout(&[&everyone], &[&mine]), None);
    assert_eq!(lockout(&[&mine], &[&everyone]), None);
    assert_eq!(lockout(&[&mine, &everyone], &[&everyone]), None);
    assert_eq!(lockout(&[&mine, &theirs], &[&mine]), None);
    for after in [vec![], vec![&theirs]] {
        assert!(lockout(&[&mine, &theirs], &after).is_some());
        assert!(lockout(&[&everyone, &theirs], &after).is_some());
    }
}

#[test]
fn any_permission_that_suffices_keeps_the_door_open() {
    let wide = object(None, "Directory.ReadWrite.All");
    let (write, read) = (object(None, WRITE), object(None, READ));
    let all = [&wide, &write, &read];
    assert_eq!(lockout(&all, &[&write]), None, "wider ones may go");
    // Reading is still possible by the other one, so only the writing one is named.
    assert!(lockout(&all, &[&read]).unwrap().contains(WRITE));
    // What it could not do before, it does not lose.
    assert_eq!(lockout(&[&object(None, "User.Read")], &[]), None);
}

#[test]
fn other_resources_and_the_other_sort_of_permission_do_not_count() {
    let mut elsewhere = object(None, WRITE);
    elsewhere.permissions[0].resource = Some(AppId::from_u128(2));
    assert_eq!(lockout(&[&elsewhere], &[]), None);
    assert!(lockout(&[&object(None, WRITE)], &[&elsewhere]).is_some());
    let role = of_sort(object(None, WRITE), Application);
    assert_eq!(lockout(&[&role], &[]), None, "a user signed in");
    let mut application = identity(&[role], &[]);
    application.sort = Some(Application);
    assert_eq!(rules(&of_identity(&plan(Vec::new()), &application)), ["lockout"]);
}

/// A kind without permissions, such as the right to sign in to the app.
#[test]
fn whatever_else_is_taken_from_the_own_app_is_needed() {
    let field = |lost: &[&str]| FieldChange {
        name: "role".to_owned(),
        kept: Vec::new(),
        gained: Vec::new(),
        lost: lost.iter().map(|name| Untrusted::new(*name)).collect(),
    };
    let unassign = |who: Audience, owner: &str| {
        let mut change = change(Verb::Unassign, None, "x");
        change.permissions.clear();
        change.subject.what = "may sign in".to_owned();
        change.subject.audience = who;
        change.fields = vec![field(&["User"])];
        owner.clone_into(&mut change.address.owner);
        change
    };
    let judged = |change: Change| of_identity(&plan(vec![change]), &identity(&[], &[]));
    let me = Audience::One(ObjectId::from_u128(ME));
    for who in [me, Audience::Everyone, Audience::Tenant] {
        let checks = judged(unassign(who, "crm"));
        assert_eq!(rules(&checks), ["lockout"]);
        assert!(checks[0].text.contains("may sign in"), "{checks:?}");
    }
    assert!(judged(unassign(Audience::One(ObjectId::from_u128(1)), "crm")).is_empty());
    assert!(judged(unassign(me, "erp")).is_empty(), "another app");
    let mut nothing = unassign(me, "crm");
    nothing.fields = vec![field(&[])];
    assert!(judged(nothing).is_empty(), "an empty object goes");
}

#[test]
fn nothing_is_given_to_whoever_applies() {
    let judged = |change: Change| of_identity(&plan(vec![change]), &identity(&[], &[]));
    for user in [None, Some(ME), Some(1)] {
        let checks = judged(change(Verb::Grant, user, "Calendars.Read"));
        assert_eq!(rules(&checks), ["self_escalation"], "{user:?}");
        assert!(checks[0].text.ends_with("gives to it: Calendars.Read"), "{checks:?}");
    }
    let role = of_sort(change(Verb::Grant, None, "Calendars.Read"), Application);
    assert_eq!(rules(&judged(role)), ["self_escalation"]);
    let mut assignment = change(Verb::Assign, Some(1), "x");
    (assignment.permissions, assignment.gives, assignment.takes) = (Vec::new(), true, false);
    assert_eq!(rules(&judged(assignment)), ["self_escalation"], "a kind without permissions");
    let mut other = change(Verb::Grant, None, "Calendars.Read");
    "erp".clone_into(&mut other.address.owner);
    assert!(judged(other).is_empty());
}

#[test]
fn many_permissions_are_counted() {
    let changes: Vec<Change> =
        (0..9).map(|at| change(Verb::Grant, None, &format!("Scope.{at}"))).collect();
    let checks = of_identity(&plan(changes), &identity(&[], &[]));
    assert!(checks[0].text.ends_with("Scope.4, Scope.5 and 3 more"), "{checks:?}");
}

#[test]
fn a_manifest_without_the_own_app_is_not_judged() {
    let stranger = Identity { labels: BTreeSet::new(), ..identity(&[], &[]) };
    let changes = vec![change(Verb::Grant, None, "A"), change(Verb::Revoke, None, "B")];
    assert!(of_identity(&plan(changes), &stranger).is_empty());
}
