//! Expands users and groups to people. Shared by all kinds that declare something for people.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use crate::kinds::naming::unrecorded;
use crate::kinds::{Inputs, Scene};
use crate::manifest::entry::Entry;
use crate::manifest::whom::{Disabled, Guests, NamedPeople};
use crate::model::directory::{Directory, Lookup, Mentions, User};
use crate::model::finding::{Finding, Findings, Place};
use crate::model::id::ObjectId;
use crate::model::untrusted::{Untrusted, shown};

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[
    ("unknown_user", "a user that the tenant does not have"),
    ("ambiguous_user", "a name that several users have"),
    ("user_forbidden", "a user whom the tenant does not let this identity read"),
    ("unknown_group", "a group that the tenant does not have"),
    ("ambiguous_group", "a name that several groups have"),
    ("group_forbidden", "a group whose members the tenant does not let this identity read"),
    ("group_incomplete", "a group that was not read whole"),
    ("empty_group", "a group that reads as having no users"),
    ("empty_audience", "an audience of whom nobody is left"),
    ("principals_limit", "an audience of more people than [limits] principals allows"),
];

/// The people that an audience comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct People {
    pub(super) ids: BTreeSet<ObjectId>,
    /// Sentences about members who are left out. Safe text.
    pub(super) left_out: Vec<String>,
}

pub(super) fn mention(named: &NamedPeople, mentions: &mut Mentions) {
    let texts = |list: &[Spanned<String>]| {
        list.iter().map(|text| text.get_ref().clone()).collect::<Vec<_>>()
    };
    mentions.users.extend(texts(&named.users));
    mentions.users.extend(texts(&named.except));
    mentions.groups.extend(texts(&named.groups));
}

/// `None` when any name cannot be told or a group cannot be trusted: half an audience would turn
/// into removals.
pub(super) fn expand(
    named: &NamedPeople,
    entry: &Entry,
    inputs: &Inputs,
    out: &mut Findings,
) -> Option<People> {
    let users = each(&named.users, |text, place| user(text, place, inputs, out), entry);
    let excepted = each(&named.except, |text, place| user(text, place, inputs, out), entry);
    let groups = each(&named.groups, |text, place| group(text, place, inputs, out), entry);
    let (users, excepted, groups) = (users?, excepted?, groups?);
    let mut people = People { ids: users.into_iter().collect(), left_out: Vec::new() };
    for (name, members) in &groups {
        admit(members, name, named, &mut people);
    }
    let excepted: BTreeSet<ObjectId> = excepted.into_iter().collect();
    people.ids = people.ids.difference(&excepted).copied().collect();
    limit(&people, entry, inputs, out);
    if people.ids.is_empty() {
        let members = groups.iter().flat_map(|(_, members)| members).copied();
        out.push(nobody(members, &excepted, named).at(&entry.key("for")));
        return None;
    }
    Some(people)
}

/// Nobody is left of these members: what would bring somebody back. Who is left out by `except` as
/// well would stay out.
fn nobody<'a>(
    members: impl Iterator<Item = &'a User>,
    excepted: &BTreeSet<ObjectId>,
    named: &NamedPeople,
) -> Finding {
    let kept_out = members.filter(|member| !excepted.contains(&member.id));
    let mut keys: BTreeSet<&str> = kept_out.map(|one| missing_key(one, named)).collect();
    let finding = Finding::error("empty_audience", "nobody is left of this audience");
    if keys.is_empty() {
        return finding
            .label("`except` takes everybody out")
            .help("take somebody off `except`, or name somebody else")
            .taking("if nobody shall have it, remove the table");
    }
    // Two keys are only needed where one alone brings nobody back.
    if keys.len() > 1 {
        keys.remove(BOTH);
    }
    let keys: Vec<&str> = keys.into_iter().collect();
    let help = format!("add {}, or name somebody", keys.join(" or "));
    finding
        .label("everybody in it is left out")
        .help(help)
        .taking("if nobody shall have it, remove the table")
}

const BOTH: &str = "guests = true and disabled = true";

/// What this member is left out for want of.
fn missing_key(member: &User, named: &NamedPeople) -> &'static str {
    let as_guest = member.guest && named.guests == Guests::LeftOut;
    let as_disabled = !member.enabled && named.disabled == Disabled::LeftOut;
    match (as_guest, as_disabled) {
        (true, true) => BOTH,
        (true, false) => "guests = true",
        (false, _) => "disabled = true",
    }
}

/// All or nothing, but every mistake is reported.
fn each<T>(
    texts: &[Spanned<String>],
    mut one: impl FnMut(&str, Place) -> Option<T>,
    entry: &Entry,
) -> Option<Vec<T>> {
    let read: Vec<Option<T>> =
        texts.iter().map(|text| one(text.get_ref(), entry.place_of(text))).collect();
    read.into_iter().collect()
}

/// At most so many are named in one sentence: every change of the audience carries it.
const NAMED: usize = 3;

fn admit(members: &[&User], group: &str, named: &NamedPeople, people: &mut People) {
    let mut out: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for member in members {
        if people.ids.contains(&member.id) {
            continue;
        }
        let who = || member.user_principal_name.shown();
        if member.guest && named.guests == Guests::LeftOut {
            out.entry("a guest").or_default().push(who());
        } else if !member.enabled && named.disabled == Disabled::LeftOut {
            out.entry("disabled").or_default().push(who());
        } else {
            people.ids.insert(member.id);
        }
    }
    for (reason, mut who) in out {
        who.sort();
        let more = who.len().saturating_sub(NAMED);
        let shown = who.iter().take(NAMED);
        people.left_out.extend(shown.map(|who| format!("{who} of {group} is left out: {reason}.")));
        if more > 0 {
            people.left_out.push(format!("{more} more of {group} left out: {reason}."));
        }
    }
}

/// The user that a text stands for, or a finding.
pub(super) fn user(
    text: &str,
    place: Place,
    inputs: &Inputs,
    out: &mut Findings,
) -> Option<ObjectId> {
    let found = inputs.scene.directory.user_names.get(text);
    looked_up("user", found, text, &place, inputs, out)
}

/// How a table names this user.
pub(super) fn written(id: ObjectId, scene: &Scene) -> String {
    let known = scene.directory.users.get(&id);
    known.map_or_else(|| id.to_string(), |user| user.user_principal_name.raw().to_owned())
}

/// How a table names this group: by its name only where that is known to be the one group's.
pub(super) fn written_group(id: ObjectId, scene: &Scene) -> String {
    let known = scene.directory.groups.get(&id).map(|group| group.name.raw());
    let names = &scene.directory.group_names;
    let known = known.filter(|name| names.get(*name) == Some(&Lookup::One(id)));
    known.map_or_else(|| id.to_string(), str::to_owned)
}

/// The group that a text stands for, as a group, or a finding: one without users is none that anybody
/// means.
pub(super) fn whole_group(
    text: &str,
    place: Place,
    inputs: &Inputs,
    out: &mut Findings,
) -> Option<ObjectId> {
    group(text, place, inputs, out)?;
    match inputs.scene.directory.group_names.get(text) {
        Some(Lookup::One(id)) => Some(*id),
        _ => None,
    }
}

/// The group that a text stands for, as a group, or a finding. Who is in it, or whether this identity
/// may know, makes no difference.
pub(super) fn named_group(
    text: &str,
    place: &Place,
    inputs: &Inputs,
    out: &mut Findings,
) -> Option<ObjectId> {
    let found = inputs.scene.directory.group_names.get(text);
    looked_up("group", found, text, place, inputs, out)
}

fn looked_up(
    what: &str,
    found: Option<&Lookup>,
    text: &str,
    place: &Place,
    inputs: &Inputs,
    out: &mut Findings,
) -> Option<ObjectId> {
    out.push(match found {
        Some(Lookup::One(id)) => return Some(*id),
        Some(Lookup::Several(found)) => ambiguous(what, text, found).at(place),
        Some(Lookup::Forbidden) => forbidden(what, text).at(place),
        Some(Lookup::NotRecorded) => {
            let what = format!("the {what} \"{}\"", shown(text));
            unrecorded(&what, &inputs.scene.directory).at(place)
        }
        Some(Lookup::None) | None => {
            let (code, help) = match what {
                "group" => {
                    ("unknown_group", "write the group's display name exactly, or its object id")
                }
                _ => (
                    "unknown_user",
                    "write the user principal name or the object id as the portal shows it",
                ),
            };
            Finding::error(code, format!("the tenant has no {what} \"{}\"", shown(text)))
                .at(place)
                .help(alike(text, inputs, help))
        }
    });
    None
}

fn group<'a>(
    text: &str,
    place: Place,
    inputs: &Inputs<'a>,
    out: &mut Findings,
) -> Option<(String, Vec<&'a User>)> {
    let id = named_group(text, &place, inputs, out)?;
    let directory = &inputs.scene.directory;
    let Some(group) = directory.groups.get(&id) else {
        out.push(unread(text).at(&place));
        return None;
    };
    let Some(all) = &group.members else {
        out.push(match directory.unrecorded.members.contains(&id) {
            true => {
                let what = format!("who is in the group \"{}\"", shown(text));
                unrecorded(&what, directory).at(&place)
            }
            false => forbidden("group", text).at(&place),
        });
        return None;
    };
    match members(all, directory) {
        Some(members) if !members.is_empty() => return Some((group.name.shown(), members)),
        Some(_) => out.push(empty(&group.name.shown()).at(&place)),
        None => out.push(unread(text).at(&place)),
    }
    None
}

/// All users of the group, or nobody: half a group would turn into removals.
fn members<'a>(all: &[ObjectId], directory: &'a Directory) -> Option<Vec<&'a User>> {
    all.iter().map(|id| directory.users.get(id)).collect()
}

fn unread(text: &str) -> Finding {
    Finding::error("group_incomplete", format!("the group \"{}\" was not read whole", shown(text)))
        .help("nothing is decided on half a group: run again")
}

/// What begins alike in the tenant, with ids, or else how to write it.
fn alike(text: &str, inputs: &Inputs, otherwise: &str) -> String {
    let found = inputs.scene.directory.alike.get(text).filter(|found| !found.is_empty());
    let Some(found) = found else { return otherwise.to_owned() };
    let list: Vec<String> =
        found.iter().map(|(id, name)| format!("\"{}\" ({id})", name.shown())).collect();
    format!("{otherwise}; the tenant has {}", list.join(", "))
}

/// A group that reads as empty is more often a missing right or a lagging index than a fact.
fn empty(name: &str) -> Finding {
    Finding::error("empty_group", format!("the group \"{name}\" reads as having no users"))
        .help(
            "nothing is removed because of an empty group: see in the portal who is in it; members of \
             a group with hidden membership are shown to who has Member.Read.Hidden",
        )
        .taking("if nobody shall have it any more, take the group out of the manifest")
}

fn ambiguous(what: &str, text: &str, found: &[(ObjectId, Untrusted)]) -> Finding {
    let list: Vec<String> =
        found.iter().map(|(id, about)| format!("{id} ({})", about.shown())).collect();
    let code = if what == "group" { "ambiguous_group" } else { "ambiguous_user" };
    Finding::error(code, format!("{} {what}s are called \"{}\"", found.len(), shown(text)))
        .help(format!("write the id of the one you mean: {}", list.join(", ")))
}

fn forbidden(what: &str, text: &str) -> Finding {
    let (code, right) = if what == "group" {
        ("group_forbidden", "GroupMember.Read.All (Member.Read.Hidden for hidden membership)")
    } else {
        ("user_forbidden", "User.ReadBasic.All")
    };
    Finding::error(
        code,
        format!("the tenant does not let this identity read the {what} \"{}\"", shown(text)),
    )
    .help(format!("the sign-in needs the permission {right}"))
    .refused()
}

/// A rail: it stops apply, not plan.
fn limit(people: &People, entry: &Entry, inputs: &Inputs, out: &mut Findings) {
    let limit = inputs.manifest.limits.principals;
    if people.ids.len() > usize::try_from(limit).unwrap_or(usize::MAX) {
        out.push(
            Finding::warning(
                "principals_limit",
                format!("this audience comes to {} people; the limit is {limit}", people.ids.len()),
            )
            .at(&entry.key("for"))
            .help("raise `principals` in [limits], where reviewers see it"),
        );
    }
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
