//! One PUT of the whole policy: a PATCH is not documented, and a property that is left out is refused.
//! <https://learn.microsoft.com/graph/api/adminconsentrequestpolicy-update>

use serde_json::{Value, json};

use super::observe::{PATH, read};
use super::{ConsentRequests, Found, Reviewer, Spec};
use crate::kinds::proposal::property;
use crate::kinds::step::{proof, step};
use crate::kinds::{Names, Proposal, Propose, Sides};
use crate::model::address::Address;
use crate::model::change::{FieldChange, Rest, Step, Verb};
use crate::model::object_state::ObjectState;
use crate::model::request::{Expect, Expected, Members, Method, Proof};

impl Propose for ConsentRequests {
    fn change(&self, _: &Address, (want, have): Sides<'_, Self>, names: &Names) -> Proposal {
        let old = have.map(|have| &have.spec);
        let is_on = |spec: Option<&Spec>| spec.is_some_and(|spec| spec.enabled);
        Proposal {
            // A way to consent opens or closes; who reviews decides nothing by that.
            gives: is_on(want) && !is_on(old),
            takes: is_on(old) && !is_on(want),
            fields: fields(old, want, names),
            steps: want.map(|want| put(want, have)).into_iter().collect(),
            notes: want.map(|want| notes(old, want)).unwrap_or_default(),
            ..Proposal::of_tenant(Verb::Set, "admin consent requests")
        }
    }
}

fn fields(old: Option<&Spec>, new: Option<&Spec>, names: &Names) -> Vec<FieldChange> {
    let word = |yes: bool, words: [&str; 2]| words[usize::from(yes)].to_owned();
    let one = |name: &str, of: &dyn Fn(&Spec) -> String| property(name, old.map(of), new.map(of));
    let single = [
        one("users may ask for consent", &|spec| word(spec.enabled, ["no", "yes"])),
        one("reviewers get mail", &|spec| word(spec.notify, ["no", "yes"])),
        one("reviewers are reminded", &|spec| word(spec.reminders, ["no", "yes"])),
        one("a request waits for", &|spec| format!("{} days", spec.days)),
    ];
    single.into_iter().flatten().chain(reviewers(old, new, names)).collect()
}

fn reviewers(old: Option<&Spec>, new: Option<&Spec>, names: &Names) -> Option<FieldChange> {
    let list = |spec: Option<&Spec>| spec.map(|spec| spec.reviewers.clone()).unwrap_or_default();
    let (old, new) = (list(old), list(new));
    let has = |list: &[Reviewer], one: &Reviewer| list.iter().any(|other| other.who() == one.who());
    let shown = |list: &[Reviewer], other: &[Reviewer], both: bool| {
        let some = list.iter().filter(|one| has(other, one) == both);
        some.map(|one| one.shown(names)).collect::<Vec<_>>()
    };
    let field = FieldChange {
        name: "reviewers".to_owned(),
        kept: shown(&new, &old, true),
        gained: shown(&new, &old, false),
        lost: shown(&old, &new, false),
    };
    (!field.gained.is_empty() || !field.lost.is_empty()).then_some(field)
}

/// What Microsoft says of the workflow, where it matters.
/// <https://learn.microsoft.com/entra/identity/enterprise-apps/configure-admin-consent-workflow>
fn notes(old: Option<&Spec>, new: &Spec) -> Vec<String> {
    let mut notes = vec!["It takes up to an hour to act.".to_owned()];
    let had =
        |one: &Reviewer| old.is_some_and(|old| old.reviewers.iter().any(|o| o.who() == one.who()));
    if new.reviewers.iter().any(|one| !had(one)) {
        notes.push("Being a reviewer gives no power to approve: that takes a role.".to_owned());
        if old.is_some_and(|old| old.enabled) {
            notes.push("Reviewers who are added do not see older requests.".to_owned());
        }
    }
    let others = new.reviewers.iter().filter(|one| one.is_other() && had(one)).count();
    if others > 0 {
        let are =
            if others == 1 { "1 reviewer who is" } else { &format!("{others} reviewers who are") };
        notes.push(format!("{are} neither a user nor a group, such as a role, kept as found."));
    }
    notes
}

fn put(want: &Spec, have: Option<&Found>) -> Step {
    let Spec { enabled, notify, reminders, days, reviewers } = want;
    let list: Vec<Value> = reviewers.iter().map(Reviewer::to_wire).collect();
    let body = json!({
        "isEnabled": enabled,
        "notifyReviewers": notify,
        "remindersEnabled": reminders,
        "requestDurationInDays": days,
        "reviewers": list,
    });
    let before = have.map(|have| looks_like(have.as_ref()));
    let proof = Proof { before, ..proof(read(), looks_like(want)) };
    step(Method::Put, PATH, Some(body), proof)
}

/// That users may ask, whoever reviews it: without it those who may no longer consent could not even ask.
pub(in crate::kinds) fn enabled(address: &Address, spec: &Spec, names: &Names) -> Rest {
    let on = Expected::Value(json!(true));
    let expect = Expect::Fields(Members::of([("/isEnabled", on)]));
    Rest {
        address: address.clone(),
        state: ObjectState::of(spec),
        subject: ConsentRequests.change(address, (Some(spec), None), names).subject,
        proof: proof(read(), expect),
    }
}

fn looks_like(spec: &Spec) -> Expect {
    let Spec { enabled, notify, reminders, days, reviewers } = spec;
    let endings = reviewers.iter().map(Reviewer::ending).collect();
    let value = |value: Value| Expected::Value(value);
    Expect::Fields(Members::of([
        ("/isEnabled", value(json!(enabled))),
        ("/notifyReviewers", value(json!(notify))),
        ("/remindersEnabled", value(json!(reminders))),
        ("/requestDurationInDays", value(json!(days))),
        ("/reviewers", Expected::Endings { member: "query".to_owned(), endings }),
    ]))
}
