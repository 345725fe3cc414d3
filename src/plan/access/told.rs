//! What people are told where a change is none for anybody.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccessChanges, AccessHolder};
use crate::kinds;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, Permission, PermissionSort};
use crate::model::id::ObjectId;
use crate::model::untrusted::{Untrusted, shown};
use crate::plan::{Plan, SaidBy, Unmanaged};

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
    /// Whoever it is for may sign in before and after.
    LetIn,
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
            Self::LetIn => Some("Nobody's access changes: they are let in before and after."),
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

/// Says beside each change that alters nobody's access that it does not, and why; and beside one that alters
/// only a part of what it says, which part it is.
pub(crate) fn note(changes: &mut [Change], access: &AccessChanges) {
    let moved = moved(changes);
    for change in changes {
        let notes = match idle(change, access, &moved).map(Idle::note) {
            Some(note) => note.map(str::to_owned).into_iter().collect(),
            None => partly(change, access),
        };
        change.notes.extend(notes);
    }
}

/// What of a change all users have anyway. What they lose by the same plan, they have not: the drawing shows
/// that whoever is named keeps it.
fn partly(change: &Change, access: &AccessChanges) -> Vec<String> {
    if !matches!(change.subject.audience, Audience::One(_)) {
        return Vec::new();
    }
    let outcome = access.of(change);
    let goes = |one: &Permission| {
        let everybody = access.everybody(&change.address.owner, one);
        everybody.is_some_and(|entry| names(&entry.loses, one))
    };
    let useless = |one: &&Permission| one.gained && !outcome.gives(one) && !goes(one);
    let spared = |one: &&Permission| one.lost && !outcome.takes(one);
    let told = |of: Vec<&Permission>, what: &str| {
        let names: Vec<String> = of.into_iter().map(|one| shown(&one.name)).collect();
        let names = names.join(", ");
        (!names.is_empty()).then(|| format!("{what} {names} by it: all users have it anyway."))
    };
    let gained = told(change.consented().filter(useless).collect(), "Nobody gets");
    let lost = told(change.consented().filter(spared).collect(), "Nobody loses");
    gained.into_iter().chain(lost).collect()
}

/// Whether a permission is among these.
fn names(these: &[Untrusted], permission: &Permission) -> bool {
    these.iter().any(|name| name.raw() == permission.name)
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
        (PermissionSort::SignIn, _) => return Some(Idle::LetIn),
        (PermissionSort::Application, _) => return Some(Idle::Twice),
        (PermissionSort::Delegated, _) => {}
    }
    let owner = &change.address.owner;
    let everybody = access.everybody(owner, one);
    let of_it = |these: &[Untrusted]| change.permissions.iter().any(|one| names(these, one));
    Some(if everybody.is_some_and(|entry| of_it(&entry.gets) || of_it(&entry.loses)) {
        Idle::Replacement
    } else if moved.contains(&(owner.clone(), one.by, one.sort)) {
        Idle::Anyway
    } else {
        Idle::LeftAlone
    })
}

/// Grants to single users of what all users have.
#[derive(Default)]
struct Pointless<'p> {
    grants: usize,
    names: BTreeSet<&'p str>,
    resource: Option<&'p Untrusted>,
}

/// What a reviewer has to read first: where people are granted one by one what a grant that nobody declares
/// gives to all.
pub(crate) fn pointless(plan: &Plan) -> Vec<String> {
    // What is left alone by a saved plan only its file says, and so does its warning.
    if plan.source == SaidBy::File {
        return Vec::new();
    }
    let moved = moved(&plan.changes);
    let open = open_to_all(&plan.unmanaged);
    let mut pointless: BTreeMap<(&str, ObjectId), Pointless<'_>> = BTreeMap::new();
    for change in plan.changes.iter().filter(|change| change.gives) {
        let Some(by) = change.permissions.first().map(|one| one.by) else { continue };
        let Address { owner, kind, .. } = &change.address;
        let outcome = plan.access.of(change);
        let useless = change.consented().filter(|one| one.gained && !outcome.gives(one));
        let useless: BTreeSet<&str> = useless.map(|one| one.name.as_str()).collect();
        let place = change.permissions.first().map(|one| (owner.clone(), by, one.sort));
        let stays = place.is_some_and(|place| !moved.contains(&place));
        let single = matches!(change.subject.audience, Audience::One(_));
        if useless.is_empty() || !single || !stays || !open.contains(&(owner, kind, by)) {
            continue;
        }
        let found = pointless.entry((owner, by)).or_default();
        found.grants += 1;
        found.names.extend(useless);
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
        "{label}: {grants} nobody {}{resource}: all users have that by a grant that is not \
         declared and stays. To take it from all others, write mode = \"exact\" in [app.{label}]; to \
         keep it, declare it instead, with for = \"all-users\".",
        listed.join(", ")
    )
}
