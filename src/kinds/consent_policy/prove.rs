//! Names of permissions and apps in condition sets are the tenant's own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Conditions, ConsentPolicies, Spec, condition};
use crate::kinds::mismatch::other_name;
use crate::kinds::{Prove, Scene};
use crate::model::address::Address;
use crate::model::directory::Mentions;
use crate::model::untrusted::{Untrusted, shown};

impl Prove for ConsentPolicies {
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
}
