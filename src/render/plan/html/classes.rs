//! The same in fewer words: holders with the same lines are one, and so are permissions that the same holders
//! have.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::links::{AppLinks, Becomes, Held, Links, PermissionSource};
use super::named::Named;
use crate::model::untrusted::Untrusted;
use crate::plan::access::AccessHolder;

/// ClassNames a place on the left of the picture stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ClassNames {
    /// All users, or all but those that the picture names.
    Everybody {
        but_some: bool,
    },
    App,
    /// By name.
    Groups(Vec<String>),
    /// By name.
    People(Vec<String>),
}

impl ClassNames {
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Everybody { .. } | Self::App => 1,
            Self::Groups(names) | Self::People(names) => names.len(),
        }
    }
}

/// Holders with the same lines.
#[derive(Debug)]
pub(crate) struct HolderClass {
    pub(crate) whom: ClassNames,
    pub(crate) links: Links,
}

/// Permissions of one source that the same holders have alike.
#[derive(Debug)]
pub(crate) struct PermissionClass {
    pub(crate) source: PermissionSource,
    pub(crate) names: Vec<Untrusted>,
    /// By place in the list of holders.
    pub(crate) held: HeldBy,
}

/// By place in the list of holders.
type HeldBy = Vec<(usize, Becomes)>;

/// Everybody and the app first, then groups, then most people first.
pub(crate) fn holders(app: &AppLinks, named: &Named<'_>) -> Vec<HolderClass> {
    let mut alike: BTreeMap<(bool, &Links), Vec<String>> = BTreeMap::new();
    let mut classes = Vec::new();
    for (who, links) in &app.holders {
        match who {
            AccessHolder::One(id) => {
                let of = (app.groups.contains(id), links);
                alike.entry(of).or_default().push(named.holder(*id));
            }
            AccessHolder::App => {
                classes.push(HolderClass { whom: ClassNames::App, links: links.clone() });
            }
            AccessHolder::Everybody => {
                let but_some = app.holders.keys().any(|who| matches!(who, AccessHolder::One(_)));
                let whom = ClassNames::Everybody { but_some };
                classes.push(HolderClass { whom, links: links.clone() });
            }
        }
    }
    classes.extend(alike.into_iter().map(|((group, links), mut names)| {
        names.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
        let whom = if group { ClassNames::Groups(names) } else { ClassNames::People(names) };
        HolderClass { whom, links: links.clone() }
    }));
    classes.sort_by_cached_key(|class| {
        let rank = match class.whom {
            ClassNames::Everybody { .. } => 0,
            ClassNames::App => 1,
            ClassNames::Groups(_) => 2,
            ClassNames::People(_) => 3,
        };
        (rank, Reverse(class.whom.size()), class.whom.clone())
    });
    classes
}

/// By source, each near to those who hold it.
pub(crate) fn permissions(holders: &[HolderClass]) -> Vec<PermissionClass> {
    let mut held: BTreeMap<&Held, HeldBy> = BTreeMap::new();
    for (at, class) in holders.iter().enumerate() {
        for (one, becomes) in &class.links {
            held.entry(one).or_default().push((at, *becomes));
        }
    }
    let mut alike: BTreeMap<(&PermissionSource, HeldBy), BTreeSet<Untrusted>> = BTreeMap::new();
    for (one, by) in held {
        alike.entry((&one.source, by)).or_default().insert(one.name.clone());
    }
    let mut classes: Vec<PermissionClass> = alike
        .into_iter()
        .map(|((source, held), names)| PermissionClass {
            source: source.clone(),
            names: names.into_iter().collect(),
            held,
        })
        .collect();
    let middles = middles(&classes);
    classes.sort_by_cached_key(|class| {
        let of_source = middles.get(&class.source).copied();
        (of_source, class.source.clone(), middle(&class.held), class.names.clone())
    });
    classes
}

/// In thousandths of a place.
fn middle(held: &[(usize, Becomes)]) -> usize {
    held.iter().map(|(at, _)| at * 1_000).sum::<usize>() / held.len().max(1)
}

/// Of each source.
fn middles(classes: &[PermissionClass]) -> BTreeMap<PermissionSource, usize> {
    let mut held: BTreeMap<PermissionSource, HeldBy> = BTreeMap::new();
    for class in classes {
        held.entry(class.source.clone()).or_default().extend(class.held.iter().copied());
    }
    held.into_iter().map(|(source, held)| (source, middle(&held))).collect()
}
