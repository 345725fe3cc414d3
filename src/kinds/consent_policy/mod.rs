//! `[[consent_policy]]`: conditions under which consent may be given, permissionGrantPolicy in Microsoft
//! Graph. What matches one of the included sets and none of the excluded ones may be consented to,
//! wherever the policy is used.
//! <https://learn.microsoft.com/graph/api/resources/permissiongrantpolicy>

mod condition;
pub(super) mod declare;
mod encode;
mod observe;
mod order;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kinds::said::other_name;
use crate::kinds::user_consent;
use crate::kinds::{
    Desk, Kind, Names, OddAnswer, Ownership, Pair, Proposal, Scene, Staying, Wanted,
};
use crate::manifest::{HowOften, Manifest, TableName};
use crate::model::address::{Address, TENANT};
use crate::model::change::Change;
use crate::model::directory::{Directory, Mentions};
use crate::model::finding::Findings;
use crate::model::id::{AppId, PathId};
use crate::model::query::{Pages, Query};
use crate::model::schema::{self, JsonSchema, Schema};
use crate::model::untrusted::{Untrusted, shown};
pub use condition::Conditions;
pub(super) use written::CODES as WRITTEN;

pub struct ConsentPolicies;

/// What makes a policy.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    pub id: PathId,
    pub name: String,
    /// Absent: none.
    // Until the goal is known, none is the empty text where it is declared, and absent where it is not.
    pub description: Option<String>,
    pub include: BTreeSet<Conditions>,
    pub exclude: BTreeSet<Conditions>,
    /// What people call the permissions and apps of the sets, by id.
    pub names: BTreeMap<String, Untrusted>,
}

/// The same sets in any order. Names are for people; the letter case of ids is the service's.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        let Self { id, name, description, include, exclude, names: _ } = self;
        id.as_str().eq_ignore_ascii_case(other.id.as_str())
            && (name, description, include, exclude)
                == (&other.name, &other.description, &other.include, &other.exclude)
    }
}

/// A policy as the tenant has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Found {
    pub spec: Spec,
    /// The sets by their ids, which removing them takes. Two of them may be the same.
    pub include: BTreeMap<PathId, Conditions>,
    pub exclude: BTreeMap<PathId, Conditions>,
}

impl AsRef<Spec> for Found {
    fn as_ref(&self) -> &Spec {
        &self.spec
    }
}

impl Kind for ConsentPolicies {
    const NAME: &'static str = "consent_policy";
    const NOUN: Option<&'static str> = Some("consent policy");
    const TABLE: Option<TableName> =
        Some(TableName { name: "consent_policy", times: HowOften::Repeated });
    const IS_CONSENT: bool = false;

    type Spec = Spec;
    type Found = Found;

    fn written(&self) -> Option<Schema> {
        Some(schema::written::<written::Written>())
    }

    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        declare::mentions(manifest, out)
    }

    fn declare(&self, desk: &Desk, out: &mut Findings) -> BTreeMap<Address, Wanted<Spec>> {
        declare::declare(desk, out)
    }

    /// The policies where there is a table about one, and where users shall consent by some of them. Where
    /// one goes, whether users consent by it matters, too.
    fn settings(&self, manifest: &Manifest, _directory: &Directory) -> BTreeSet<Address> {
        let entries = manifest.entries(declare::TABLE);
        let asked = !entries.is_empty() || !user_consent::declare::policies(manifest).is_empty();
        let policies = asked.then(|| Address::new(Self::NAME, TENANT, []));
        let goes = entries.iter().any(declare::is_removed);
        policies.into_iter().chain(goes.then(user_consent::address)).collect()
    }

    fn complete(
        &self,
        desk: &Desk,
        pages: &Pages,
        wanted: &mut BTreeMap<Address, Wanted<Spec>>,
        out: &mut Findings,
    ) {
        declare::named_policies(desk, pages, wanted, out);
        declare::still_used(desk, pages, out);
    }

    fn reads(&self, scene: &Scene) -> Vec<Query> {
        scene.is_about(Self::NAME).then(observe::read).into_iter().collect()
    }

    /// APIs and clients of every policy, so that people read names also of what the manifest no
    /// longer has.
    fn apps(&self, pages: &Pages, scene: &Scene) -> BTreeSet<AppId> {
        let mut apps = BTreeSet::new();
        // What is odd is told when it is observed.
        let odd = self.observe(pages, scene, &mut |_, have, _| {
            let sets = have.spec.include.iter().chain(&have.spec.exclude);
            apps.extend(sets.flat_map(Conditions::apps));
        });
        drop(odd);
        apps
    }

    fn open_policies(&self, pages: &Pages) -> BTreeSet<String> {
        observe::open(pages)
    }

    fn observe(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: &mut dyn FnMut(Address, Found, Duration),
    ) -> Result<(), OddAnswer> {
        observe::observe(pages, scene, found)
    }

    /// Declared policies are exact, others are not ours. A description that is not declared stays.
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        _ownership: Ownership,
    ) -> Option<Spec> {
        let have = have.map(|have| &have.spec);
        let Some(want) = want else { return have.cloned() };
        let mut goal = want.spec.clone()?;
        if let Some(have) = have {
            goal.id.clone_from(&have.id);
            goal.description = goal.description.or_else(|| have.description.clone());
        }
        goal.description = goal.description.filter(|text| !text.is_empty());
        Some(goal)
    }

    fn change(
        &self,
        _address: &Address,
        want: Option<&Spec>,
        have: Option<&Found>,
        _names: &Names,
    ) -> Proposal {
        encode::change(want, have)
    }

    fn address(&self, _owner: &str, spec: &Spec) -> Address {
        address(spec.id.as_str())
    }

    fn interlock(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        order::interlock(changes, staying);
    }

    fn mentioned(&self, spec: &Spec) -> Mentions {
        let sets = spec.include.iter().chain(&spec.exclude);
        Mentions { apps: sets.flat_map(Conditions::apps).collect(), ..Mentions::default() }
    }

    fn disagreement(&self, spec: &Spec, _address: &Address, scene: &Scene) -> Option<String> {
        let sets = || spec.include.iter().chain(&spec.exclude);
        let live = condition::names(sets(), &scene.directory);
        let apps: BTreeSet<String> =
            sets().flat_map(Conditions::apps).map(|app| app.to_string()).collect();
        spec.names.keys().chain(live.keys()).find_map(|id| {
            let sort = if apps.contains(id) { "app" } else { "permission" };
            let what = format!("the {sort} {}", shown(id));
            let raw = |names: &BTreeMap<String, Untrusted>| {
                names.get(id).map(|name| name.raw().to_owned())
            };
            other_name(&what, raw(&live).as_deref(), raw(&spec.names).as_deref())
        })
    }

    /// Whether a policy by which users shall consent lets everything through is known of the policies only.
    /// They are read for the setting wherever the plan read them: also where it is about one of them.
    fn rates(&self, pair: &Pair) -> Option<Address> {
        let named =
            pair.address == user_consent::address() && user_consent::names_others(&pair.after);
        (named || pair.address.kind == Self::NAME).then(|| Address::new(Self::NAME, TENANT, []))
    }

    fn describe(&self, have: &Found, _names: &Names) -> String {
        format!("consent policy {} ({})", have.spec.id, Untrusted::new(&*have.spec.name).shown())
    }
}

/// Where the policy of this id stands, whatever its letter case.
fn address(id: &str) -> Address {
    Address::new(ConsentPolicies::NAME, TENANT, [id.to_ascii_lowercase()])
}

/// Microsoft's own policies: nobody changes them.
fn is_built_in(id: &str) -> bool {
    id.to_ascii_lowercase().starts_with("microsoft-")
}

#[cfg(test)]
mod tests;
