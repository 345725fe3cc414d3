//! Proves saved states against the tenant.

use std::collections::BTreeSet;

use crate::kinds::state_json::{spec_of, states, unreadable};
use crate::kinds::{Names, Pair, Prove, Scene, Unreadable};
use crate::model::address::Address;
use crate::model::directory::Mentions;
use crate::model::id::ObjectId;
use crate::model::object_state::ObjectState;

/// See [`Prove`]; of both states of a pair.
pub trait AnyProve: Sync {
    /// What must be looked up before [`AnyProve::disagreement`] can judge the pair.
    fn mentioned(&self, pair: &Pair) -> Result<Mentions, Unreadable>;

    /// The service principals that must be looked up before the same, by their object ids.
    fn resources_of(&self, pair: &Pair) -> Result<BTreeSet<ObjectId>, Unreadable>;

    /// What the states say that is not so in the tenant, in words.
    fn disagreement(
        &self,
        pair: &Pair,
        scene: &Scene,
        names: &Names,
    ) -> Result<Option<String>, Unreadable>;

    /// Whether an object as it is now holds what something rests on.
    fn holds(
        &self,
        address: &Address,
        must: &ObjectState,
        now: &ObjectState,
    ) -> Result<bool, Unreadable>;
}

impl<K: Prove> AnyProve for K {
    fn mentioned(&self, pair: &Pair) -> Result<Mentions, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        let mut mentions = Mentions::default();
        for spec in want.iter().chain(have.as_ref().map(AsRef::as_ref)) {
            mentions.extend(Prove::mentioned(self, spec));
        }
        Ok(mentions)
    }

    fn resources_of(&self, pair: &Pair) -> Result<BTreeSet<ObjectId>, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        let specs = want.iter().chain(have.as_ref().map(AsRef::as_ref));
        Ok(specs.filter_map(|spec| self.resource(spec)).collect())
    }

    fn disagreement(
        &self,
        pair: &Pair,
        scene: &Scene,
        names: &Names,
    ) -> Result<Option<String>, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        let mut specs = want.iter().chain(have.as_ref().map(AsRef::as_ref));
        let found = specs.find_map(|spec| Prove::disagreement(self, spec, &pair.address, scene));
        let resource = want.as_ref().and_then(|want| self.resource(want));
        let gone = resource.filter(|id| scene.directory.by_object_id(*id).is_none());
        let gone = gone.map(|id| {
            format!("\"{}\" is {id} in the plan, and the tenant has none", names.of(id).shown())
        });
        Ok(found.or(gone))
    }

    fn holds(
        &self,
        address: &Address,
        must: &ObjectState,
        now: &ObjectState,
    ) -> Result<bool, Unreadable> {
        let spec = |state| spec_of::<K>(state).map_err(|problem| unreadable(address, &problem));
        Ok(match (spec(must)?, spec(now)?) {
            (Some(must), Some(now)) => Prove::holds(self, &must, &now),
            (must, _) => must.is_none(),
        })
    }
}
