//! What there is to say of a plan.

use std::collections::BTreeMap;

use crate::model::audience::Audience;
use crate::model::change::{Change, FieldChange, Permission, PermissionSort};
use crate::model::risk::Risk;
use crate::model::safe::Safe;
use crate::model::untrusted::Untrusted;
use crate::model::written_at::WrittenAt;
use crate::plan::outage::{self, Outage};
use crate::plan::{Check, Lifted, Plan};
use crate::render::page::{grouped, in_full, width};
use crate::render::plan::marks::cuts_off;
use crate::render::remarks::remark::{Print, Remark, RemarkList, RemarkSort, beginning};

/// Columns of a list of names before the rest is counted.
const LISTED: usize = 400;

/// Which side of a change a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChangeSide {
    Given,
    Taken,
}

/// All of it, the worst first.
pub(crate) fn remarks(plan: &Plan) -> RemarkList {
    let apps = apps(plan);
    let mut all: Vec<Remark> = Vec::new();
    all.extend(plan.checks.iter().chain(&plan.identity_checks).map(|one| stops(plan, one)));
    for change in &plan.changes {
        all.extend(change.risk.as_ref().map(|risk| gives(plan, &apps, change, risk)));
        all.extend(outage::of(plan, change).map(|outage| takes(plan, &apps, change, &outage)));
    }
    all.extend(plan.lifted.iter().map(lifted));
    all.extend(
        plan.warnings
            .iter()
            .map(|text| Remark::new(RemarkSort::Plan, text, nowhere(plan), without_numbers(text))),
    );
    RemarkList::new("plan", Some(plan.tenant.id.to_string()), all)
}

/// The ids of the plan's apps by their labels: an app keeps its id when somebody renames its table.
pub(super) fn apps(plan: &Plan) -> BTreeMap<&str, String> {
    plan.apps.iter().map(|app| (app.label.as_str(), app.app_id.to_string())).collect()
}

fn stops(plan: &Plan, check: &Check) -> Remark {
    let Check { rule, text, help } = check;
    // Of a saved plan the file's word, as long as somebody made it.
    let rule = in_full(rule);
    let told = format!("Apply is stopped by {rule}: {text}.");
    let help = (!help.is_empty()).then(|| help.into());
    let sort = RemarkSort::Stops(rule.into());
    Remark { help, ..Remark::new(sort, told, nowhere(plan), without_numbers(text)) }
}

/// A sentence that counts is the same sentence when the count is another.
fn without_numbers(text: &str) -> Print {
    Print::of([text.chars().filter(|c| !c.is_numeric()).collect::<String>()])
}

fn gives(plan: &Plan, apps: &BTreeMap<&str, String>, change: &Change, risk: &Risk) -> Remark {
    let reasons: Vec<String> = risk.reasons.iter().map(|reason| format!(" {reason}.")).collect();
    let what = sentence(change, ChangeSide::Given);
    let text = format!("Gives {} power: {what}.{}", risk.tier.word(), reasons.concat());
    let print = print(apps, change, ChangeSide::Given);
    let remark = Remark::new(RemarkSort::Gives(risk.tier), text, place(plan, change), print);
    Remark { app: Some(owner(change)), size: reach(change), ..remark }
}

fn takes(plan: &Plan, apps: &BTreeMap<&str, String>, change: &Change, outage: &Outage) -> Remark {
    let what = sentence(change, ChangeSide::Taken);
    let cuts = cuts_off(outage).replacen('c', "C", 1);
    let print = print(apps, change, ChangeSide::Taken);
    let sort = RemarkSort::CutsOff(outage.who());
    let remark = Remark::new(sort, format!("{cuts}: {what}."), place(plan, change), print);
    Remark { app: Some(owner(change)), size: outage.people() + outage.groups(), ..remark }
}

fn lifted(lifted: &Lifted) -> Remark {
    let Lifted { rail, max, until, reason, place } = lifted;
    let (number, reason) = (grouped(*max), in_full(reason));
    let text = format!("The rail {rail} is lifted up to {number} until {until}: {reason}.");
    let print = Print::of([rail, until]);
    Remark::new(RemarkSort::Lifted(rail.into()), text, WrittenAt::line(place), print)
}

pub(super) fn owner(change: &Change) -> Safe {
    Safe::new(&change.address.owner)
}

/// Everybody is more than anybody.
fn reach(change: &Change) -> usize {
    match change.subject.audience {
        Audience::Everyone => usize::MAX,
        Audience::Tenant => usize::MAX - 1,
        Audience::Group(_) => 1,
        Audience::One(_) => 0,
    }
}

/// The line that asks for the change, or what comes nearest to it.
pub(super) fn place(plan: &Plan, change: &Change) -> WrittenAt {
    change.why.iter().find_map(|why| why.at.clone()).unwrap_or_else(|| nowhere(plan))
}

/// The beginning of the manifest.
pub(super) fn nowhere(plan: &Plan) -> WrittenAt {
    beginning(plan.manifest.files.first().map_or("consent.toml", |file| &file.path))
}

/// `grant okta: delegated, Microsoft Graph, all users: Mail.Read, User.Read`.
fn sentence(change: &Change, side: ChangeSide) -> String {
    let names: Vec<String> = change.fields.iter().flat_map(|field| moved(field, side)).collect();
    let names = listed(&names);
    let head = subject(change);
    if names.is_empty() { head } else { format!("{head}: {names}") }
}

/// `grant okta: delegated, Microsoft Graph, all users`.
pub(super) fn subject(change: &Change) -> String {
    let (verb, label) = (change.verb.word(), &change.address.owner);
    let subject = &change.subject;
    let name = |name: &Untrusted| in_full(name.raw());
    let whom = match (change.subject.audience, &subject.person) {
        (Audience::Everyone, _) => Some("all users".to_owned()),
        (_, Some(person)) => Some(name(person)),
        (Audience::One(id), None) if id.is_hidden() => Some("1 person".to_owned()),
        (Audience::One(id) | Audience::Group(id), None) => Some(id.to_string()),
        (Audience::Tenant, None) => None,
    };
    let parts = [Some(subject.what.clone()), subject.target.as_ref().map(name), whom];
    format!("{verb} {label}: {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn moved(field: &FieldChange, side: ChangeSide) -> Vec<String> {
    let names = match side {
        ChangeSide::Given => &field.gained,
        ChangeSide::Taken => &field.lost,
    };
    names.iter().map(|name| in_full(name.raw())).collect()
}

/// Names with commas; where they are too many, the rest is counted.
fn listed(names: &[String]) -> String {
    let mut text = String::new();
    for (at, name) in names.iter().enumerate() {
        if at > 0 && width(&text) + width(name) > LISTED {
            return format!("{text} and {} more", grouped(names.len() - at));
        }
        text.push_str(if at == 0 { "" } else { ", " });
        text.push_str(name);
    }
    text
}

/// App, resource, permissions, audience: what stays the same when lines move and labels change.
fn print(apps: &BTreeMap<&str, String>, change: &Change, side: ChangeSide) -> Print {
    let owner = change.address.owner.as_str();
    let app = apps.get(owner).map_or(owner, String::as_str);
    let audience = match change.subject.audience {
        Audience::Everyone => "everybody".to_owned(),
        // Who is not to be named must not be found out either.
        Audience::One(id) if id.is_hidden() => "somebody".to_owned(),
        Audience::One(id) => format!("user {id}"),
        Audience::Group(id) => format!("group {id}"),
        Audience::Tenant => "tenant".to_owned(),
    };
    let on_side = |one: &&Permission| if side == ChangeSide::Given { one.gained } else { one.lost };
    let mut permissions: Vec<String> =
        change.permissions.iter().filter(on_side).map(permission).collect();
    if permissions.is_empty() {
        // A setting: what stands behind its label tells it from others.
        permissions.extend(change.object().parts.iter().map(|part| format!("part {part}")));
        permissions.extend(change.fields.iter().flat_map(|field| moved(field, side)));
    }
    permissions.sort_unstable();
    let head = [change.address.kind.clone(), app.to_owned(), audience];
    Print::of(head.into_iter().chain(permissions))
}

fn permission(one: &Permission) -> String {
    let resource = one.resource.map_or_else(|| one.by.to_string(), |id| id.to_string());
    let sort = match one.sort {
        PermissionSort::Delegated => "delegated",
        PermissionSort::Application => "application",
        PermissionSort::SignIn => "sign_in",
    };
    format!("{sort} {resource} {}", one.name)
}
