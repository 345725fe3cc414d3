//! What people are told where a change is none for anybody.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccessChanges, AccessHolder};
use crate::kinds;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, Permission, PermissionSort};
use crate::model::id::ObjectId;
use crate::model::untrusted::{Untrusted, shown};
use crate::plan::{Plan, Unmanaged};

/// At most so many permissions are named in a warning.
const NAMED: usize = 6;

/// Why a change alters nobody's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Idle {
    /// All users have it, and the plan leaves that as it is.
    LeftAlone,
    /// All users have it, also after what the plan does to that.
    Anyway,
    /// What all users get or lose by this plan is the other half of it: the drawing shows both.
    Replacement,
    /// It holds no permission.
    Hollow,
    /// Nobody could sign in to an app that was not there.
    New,
    /// Whoever it is for has a role of the same name.
    Twice,
}

impl Idle {
    fn note(self) -> Option<&'static str> {
        match self {
            Self::LeftAlone => {
                Some("Nobody's access changes: all users have it by the grant that is left alone.")
            }
            Self::Anyway => Some("Nobody's access changes: all users have it anyway."),
            Self::Hollow => Some("Nobody's access changes: it holds no permission."),
            Self::New => Some("Nobody's access changes: the app is new."),
            Self::Twice => Some("Nobody's access changes: a role of the same name stays."),
            Self::Replacement => None,
        }
    }
}

/// Where the plan changes what all users have: app, resource, sort.
type MovedPlaces = BTreeSet<(String, ObjectId, PermissionSort)>;

fn moved(changes: &[Change]) -> MovedPlaces {
    let all = changes.iter().filter(|change| change.subject.audience == Audience::Everyone);
    let places = all.flat_map(|change| {
        let owner = &change.address.owner;
        change.permissions.iter().map(move |one| (owner.clone(), one.by, one.sort))
    });
    places.collect()
}

/// Says beside each change that alters nobody's access that it does not, and why.
pub(crate) fn note(changes: &mut [Change], access: &AccessChanges) {
    let moved = moved(changes);
    for change in changes {
        let note = idle(change, access, &moved).and_then(Idle::note);
        change.notes.extend(note.map(str::to_owned));
    }
}

fn idle(change: &Change, access: &AccessChanges, moved: &MovedPlaces) -> Option<Idle> {
    if !access.of(change).is_empty() {
        return None;
    }
    let holder = |one: &Permission| AccessHolder::of(change.subject.audience, one.sort);
    let Some(one) = change.permissions.iter().find(|one| holder(one).is_some()) else {
        let hollow = change.verb.removes() && change.subject.audience != Audience::Tenant;
        return hollow.then_some(Idle::Hollow);
    };
    match (one.sort, change.subject.audience) {
        (PermissionSort::SignIn, Audience::Tenant) => return Some(Idle::New),
        (PermissionSort::SignIn | PermissionSort::Application, _) => return Some(Idle::Twice),
        (PermissionSort::Delegated, _) => {}
    }
    let owner = &change.address.owner;
    let everybody = access.everybody(owner, one);
    let of_it = |names: &[Untrusted]| {
        let named = |one: &Permission| names.iter().any(|name| name.raw() == one.name);
        change.permissions.iter().any(named)
    };
    Some(if everybody.is_some_and(|entry| of_it(&entry.gets) || of_it(&entry.loses)) {
        Idle::Replacement
    } else if moved.contains(&(owner.clone(), one.by, one.sort)) {
        Idle::Anyway
    } else {
        Idle::LeftAlone
    })
}

/// Grants to single users that give nobody anything.
#[derive(Default)]
struct Pointless<'p> {
    grants: usize,
    names: BTreeSet<&'p str>,
    resource: Option<&'p Untrusted>,
}

/// What a reviewer has to read first: where people are granted one by one what a grant that nobody declares
/// gives to all.
pub(crate) fn pointless(plan: &Plan) -> Vec<String> {
    let moved = moved(&plan.changes);
    let open = open_to_all(&plan.unmanaged);
    let mut pointless: BTreeMap<(&str, ObjectId), Pointless<'_>> = BTreeMap::new();
    for change in plan.changes.iter().filter(|change| change.gives) {
        let Some(by) = change.permissions.first().map(|one| one.by) else { continue };
        let Address { owner, kind, .. } = &change.address;
        let beside = open.contains(&(owner, kind, by));
        if !beside || idle(change, &plan.access, &moved) != Some(Idle::LeftAlone) {
            continue;
        }
        let found = pointless.entry((owner, by)).or_default();
        found.grants += 1;
        found.names.extend(change.permissions.iter().map(|one| one.name.as_str()));
        found.resource = change.subject.target.as_ref();
    }
    pointless.into_iter().map(|((owner, _), found)| warning(owner, &found)).collect()
}

/// What is left alone and is for all users: app, kind, and whom it is about.
fn open_to_all(unmanaged: &[Unmanaged]) -> BTreeSet<(&str, &str, ObjectId)> {
    let mut open = BTreeSet::new();
    for Unmanaged { address, .. } in unmanaged {
        let Some((_, kind)) = kinds::by_name(&address.kind) else { continue };
        if kind.holder(address).is_none() {
            let about = kind.objects(address).into_iter();
            open.extend(about.map(|by| (address.owner.as_str(), address.kind.as_str(), by)));
        }
    }
    open
}

fn warning(owner: &str, found: &Pointless<'_>) -> String {
    let Pointless { grants, names, resource } = found;
    let label = shown(owner);
    let grants = match grants {
        1 => "1 grant to one user gives".to_owned(),
        count => format!("{count} grants to single users give"),
    };
    let mut listed: Vec<String> = names.iter().take(NAMED).map(|name| shown(name)).collect();
    if names.len() > NAMED {
        listed.push(format!("{} more", names.len() - NAMED));
    }
    let resource = resource.map(|name| format!(" of {}", name.shown())).unwrap_or_default();
    format!(
        "{label}: {grants} nobody anything: all users have {}{resource} by a grant that is not \
         declared and stays. To take it from all others, write mode = \"exact\" in [app.{label}]; to \
         keep it, declare it instead, with for = \"all-users\".",
        listed.join(", ")
    )
}
