//! Puts what shall be beside what was found, for all kinds.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::{LeftAlone, Names, OddAnswer, Pair, REGISTRY, Staying, Unreadable};
use crate::model::address::Address;
use crate::model::change::{Change, PermissionSort};
use crate::model::directory::Directory;
use crate::model::finding::Findings;
use crate::model::id::{AppId, ObjectId};
use crate::model::object_state::ObjectState;
use crate::model::query::Pages;
use crate::model::untrusted::Untrusted;
use crate::plan::desired::Desired;
use crate::plan::{Unmanaged, order};

/// A plan before the names of those it concerns are known.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub pairs: Vec<Pair>,
    pub unchanged: usize,
    /// How many of each sort were found, for the plan's head.
    pub objects: Vec<(String, usize)>,
    /// Found, undeclared, and left alone, as the text of their JSON.
    unmanaged: BTreeMap<Address, LeftAlone>,
    /// All ids whose names people read in what changes.
    named: BTreeSet<ObjectId>,
    /// Sentences about the plan as a whole. Safe text.
    pub remarks: Vec<String>,
}

/// Compares what shall be with the tenant.
///
/// # Errors
/// When an answer of the tenant does not have the documented shape.
pub fn draft(
    mut desired: Desired<'_>,
    pages: &Pages,
    out: &mut Findings,
) -> Result<Draft, OddAnswer> {
    let mut draft = Draft::default();
    for kind in REGISTRY {
        let pairs = desired.compare(kind, pages, out)?;
        if let Some(noun) = kind.noun().filter(|_| pairs.found > 0) {
            match draft.objects.iter_mut().find(|(word, _)| word == noun) {
                Some((_, count)) => *count += pairs.found,
                None => draft.objects.push((noun.to_owned(), pairs.found)),
            }
        }
        draft.unchanged += pairs.unchanged;
        draft.unmanaged.extend(pairs.unmanaged);
        draft.remarks.extend(pairs.remarks);
        draft.named.extend(pairs.changed.iter().flat_map(named));
        draft.pairs.extend(pairs.changed.into_iter().map(|mut pair| {
            if pair.why.is_empty() {
                pair.why = [desired.undeclared(&pair.address)].into();
            }
            pair
        }));
    }
    Ok(draft)
}

impl Draft {
    /// Ids in the plan that have no name yet.
    pub(crate) fn strangers(&self, known: &Names) -> BTreeSet<ObjectId> {
        let unmanaged = self.unmanaged.keys().flat_map(ids);
        let all = self.named.iter().copied().chain(unmanaged);
        all.filter(|id| !known.0.contains_key(id)).collect()
    }

    /// What is there and left alone, in words, and as changes that would make each of it. Takes it out of the
    /// draft.
    pub fn unmanaged(&mut self, names: &Names) -> (Vec<Unmanaged>, Vec<Change>) {
        let left_alone = std::mem::take(&mut self.unmanaged).into_iter();
        let mut made = Vec::new();
        let described = left_alone.filter_map(|(address, have)| {
            let (rank, kind) = crate::kinds::by_name(&address.kind)?;
            let what = kind.summary(&address, &have.state, names);
            let beside = if have.beside { ", beside what is declared" } else { "" };
            let text = Untrusted::new(format!("{what}{beside}"));
            // A state that its kind cannot read is drawn all the same, without a rating.
            made.extend(kind.made(&address, &have.state, names).ok().flatten());
            Some((rank, Unmanaged::new(address, text)))
        });
        let mut described: Vec<_> = described.collect();
        // Who may sign in stands below what apps may do: a screen shows the first few.
        described.sort_by_key(|(rank, _)| *rank);
        (described.into_iter().map(|(_, one)| one).collect(), made)
    }

    /// Names of everything the plan is about, and of what it rests on.
    pub fn names(&self, rests: &BTreeMap<Address, ObjectState>, names: &Names) -> Names {
        let rests: BTreeSet<ObjectId> = rests.keys().flat_map(ids).collect();
        let named = self.named.union(&rests);
        Names(named.filter_map(|id| Some((*id, names.0.get(id)?.clone()))).collect())
    }
}

/// Ids that stand in an address and have a name.
fn ids(address: &Address) -> Vec<ObjectId> {
    crate::kinds::by_name(&address.kind).map_or_else(Vec::new, |(_, kind)| kind.objects(address))
}

/// All ids whose names people read in these pairs.
pub(crate) fn people(pairs: &[Pair]) -> BTreeSet<ObjectId> {
    pairs.iter().flat_map(named).collect()
}

/// All ids whose names people read in a pair.
fn named(pair: &Pair) -> BTreeSet<ObjectId> {
    let kind = crate::kinds::by_name(&pair.address.kind);
    // A state that its kind cannot read is found, and told, where the change is made of it.
    let more = kind.and_then(|(_, kind)| kind.named(pair).ok()).unwrap_or_default();
    ids(&pair.address).into_iter().chain(more).collect()
}

/// From pairs to changes, in the order of apply. The same from a manifest and from a saved plan. `found`:
/// objects that stay as they are, see [`crate::plan::rests`].
///
/// # Errors
/// When a state is not of its kind's form, or its kind is not known to this version.
pub fn changes(
    pairs: &[Pair],
    found: &BTreeMap<Address, ObjectState>,
    names: &Names,
) -> Result<Vec<Change>, Unreadable> {
    let staying = Staying { found, names };
    let mut seen = BTreeSet::new();
    if let Some(pair) = pairs.iter().find(|pair| !seen.insert(&pair.address)) {
        let problem = "it stands here twice".to_owned();
        return Err(Unreadable { address: pair.address.clone(), problem });
    }
    let mut changes = Vec::with_capacity(pairs.len());
    for kind in REGISTRY {
        let own = pairs.iter().filter(|pair| pair.address.kind == kind.name());
        let mut some = own.map(|pair| kind.change(pair, names)).collect::<Result<Vec<_>, _>>()?;
        kind.link(&mut some, staying);
        changes.extend(some);
    }
    for kind in REGISTRY {
        kind.interlock(&mut changes, staying);
    }
    if let Some(pair) =
        pairs.iter().find(|pair| crate::kinds::by_name(&pair.address.kind).is_none())
    {
        let problem = "no kind of this name in this version".to_owned();
        return Err(Unreadable { address: pair.address.clone(), problem });
    }
    Ok(order::sorted(changes))
}

/// What the annotated changes know of who publishes their permissions.
pub(crate) fn resources(changes: &[Change]) -> BTreeMap<ObjectId, AppId> {
    let all = changes.iter().flat_map(|change| &change.permissions);
    all.filter_map(|one| Some((one.by, one.resource?))).collect()
}

/// Asks the directory what only it knows of the permissions concerned: the resource's app id and whether
/// users could consent by themselves.
pub fn annotate(changes: &mut [Change], directory: &Directory) {
    let by_id: BTreeMap<ObjectId, AppId> =
        directory.service_principals.iter().map(|(app, sp)| (sp.id, *app)).collect();
    for change in changes {
        for permission in &mut change.permissions {
            let Some(app) = by_id.get(&permission.by) else { continue };
            let Some(sp) = directory.service_principals.get(app) else { continue };
            permission.resource = Some(*app);
            let name = &permission.name;
            permission.admin_only = match permission.sort {
                PermissionSort::Delegated => {
                    let published = sp.scopes.iter().find(|scope| scope.value == *name);
                    published.map(|scope| scope.admin_only)
                }
                // Nobody consents to what an app does by itself but an administrator.
                PermissionSort::Application => {
                    sp.roles.iter().any(|role| role.value == *name).then_some(true)
                }
                PermissionSort::SignIn => None,
            };
        }
    }
}
