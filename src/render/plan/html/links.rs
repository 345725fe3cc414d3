//! Who may do what through one app, before and after: a line for each holder and permission that the plan is
//! about. Made of what somebody really gets and loses; what stays is what a change leaves in its object, and what
//! somebody keeps while all others get or lose it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::audience::Audience;
use crate::model::change::{Change, PermissionSort};
use crate::model::id::ObjectId;
use crate::model::untrusted::Untrusted;
use crate::plan::Plan;
use crate::plan::access::{self, AccessEntry, AccessHolder};

/// What becomes of one permission of one holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Becomes {
    New,
    Stays,
    Goes,
}

impl Becomes {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::New => "+",
            Self::Stays => "=",
            Self::Goes => "\u{2212}",
        }
    }

    /// Its class in the style.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Stays => "stays",
            Self::Goes => "goes",
        }
    }
}

/// What publishes a permission, and how it is held.
pub(crate) type PermissionSource = (String, PermissionSort);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Held {
    pub(crate) source: PermissionSource,
    pub(crate) name: Untrusted,
}

pub(crate) type Links = BTreeMap<Held, Becomes>;

/// One app.
#[derive(Debug, Default)]
pub(crate) struct AppLinks {
    pub(crate) holders: BTreeMap<AccessHolder, Links>,
    /// Which of them are groups.
    pub(crate) groups: BTreeSet<ObjectId>,
    /// Holders of whom an entry tells all there is of a source.
    told: BTreeSet<(AccessHolder, PermissionSource)>,
}

/// All apps of the plan whose changes are about access, by label.
pub(crate) fn of(plan: &Plan) -> BTreeMap<&str, AppLinks> {
    let mut apps: BTreeMap<&str, AppLinks> = BTreeMap::new();
    for entry in plan.access.entries() {
        apps.entry(&entry.app).or_default().note(entry);
    }
    for change in &plan.changes {
        if access::is_about_access(change) {
            apps.entry(&change.address.owner).or_default().keep(change);
        }
    }
    apps.values_mut().for_each(AppLinks::complete);
    apps.retain(|_, app| !app.holders.is_empty());
    apps
}

impl AppLinks {
    fn note(&mut self, entry: &AccessEntry) {
        let AccessEntry { app: _, resource, sort, who, gets, loses } = entry;
        let source = (resource.to_string(), *sort);
        let links = self.holders.entry(*who).or_default();
        let mut put = |names: &[Untrusted], becomes| {
            for name in names {
                links.insert(Held { source: source.clone(), name: name.clone() }, becomes);
            }
        };
        put(gets, Becomes::New);
        put(loses, Becomes::Goes);
        self.told.insert((*who, source));
    }

    /// What a change is about and alters for nobody, its holder has before and after.
    fn keep(&mut self, change: &Change) {
        let audience = change.subject.audience;
        if let Audience::Group(id) = audience {
            self.groups.insert(id);
        }
        // Of what was not there before, nobody can have had anything.
        let was = |lost: bool| !(lost && change.before.is_absent());
        let all = change.permissions.iter().filter(|one| was(one.lost));
        let consented = all.filter_map(|one| {
            let who = AccessHolder::of(audience, one.sort)?;
            Some((who, (access::resource(one), one.sort), Untrusted::new(one.name.as_str())))
        });
        let about: Vec<_> = consented.collect();
        let Some((who, source)) = about.first().map(|(who, source, _)| (*who, source.clone()))
        else {
            return;
        };
        let scopes = change.fields.iter().filter(|field| field.name == "scopes");
        let kept = scopes.flat_map(|field| field.kept.iter().cloned());
        let kept = kept.map(|name| (who, source.clone(), name));
        for (who, source, name) in about.iter().cloned().chain(kept) {
            let held = Held { source, name };
            if self.of_all(who, &held).is_none() {
                self.holders.entry(who).or_default().entry(held).or_insert(Becomes::Stays);
            }
        }
    }

    /// What becomes of a permission for somebody of whom no entry tells, as one of all users.
    fn of_all(&self, who: AccessHolder, held: &Held) -> Option<Becomes> {
        let single = matches!(who, AccessHolder::One(_));
        if !single || self.told.contains(&(who, held.source.clone())) {
            return None;
        }
        self.holders.get(&AccessHolder::Everybody)?.get(held).copied()
    }

    /// Whoever is named is one of all users, too: what all get and lose, he does, unless his own entry says
    /// otherwise; then he has it before and after.
    fn complete(&mut self) {
        let everybody = self.holders.get(&AccessHolder::Everybody).cloned().unwrap_or_default();
        for (who, links) in &mut self.holders {
            let AccessHolder::One(id) = who else { continue };
            if self.groups.contains(id) {
                continue;
            }
            for (held, becomes) in &everybody {
                let told = self.told.contains(&(*who, held.source.clone()));
                let becomes = if told { Becomes::Stays } else { *becomes };
                links.entry(held.clone()).or_insert(becomes);
            }
        }
        self.holders.retain(|_, links| !links.is_empty());
    }
}

#[cfg(test)]
#[path = "links_tests.rs"]
mod tests;
