//! From the tenant's answers to what is there.

use crate::kinds::comparison::Met;
use crate::kinds::{Each, Names, Observe, OddAnswer, Proposal, Propose, Scene};
use crate::model::address::Address;
use crate::model::object_state::ObjectState;
use crate::model::query::Pages;

/// See [`Observe`].
pub trait AnyObserve: Sync {
    /// Hands over what is there now, for comparing with a plan and for snapshots: each object with when
    /// the service answered for it, as time since the start of the clock.
    ///
    /// # Errors
    /// When an answer does not have the documented shape, or shows two objects at one address.
    fn found(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: Each<ObjectState>,
    ) -> Result<(), OddAnswer>;

    /// The same of objects at wanted addresses, each as what would make it out of nothing.
    ///
    /// # Errors
    /// When an answer does not have the documented shape.
    fn found_as_made(
        &self,
        pages: &Pages,
        scene: &Scene,
        wanted: &dyn Fn(&Address) -> bool,
        found: &mut dyn FnMut(&Address, &Proposal),
    ) -> Result<(), OddAnswer>;
}

impl<K: Observe + Propose> AnyObserve for K {
    fn found(
        &self,
        pages: &Pages,
        scene: &Scene,
        found: Each<ObjectState>,
    ) -> Result<(), OddAnswer> {
        let mut met = Met::default();
        self.observe(pages, scene, &mut |address, have, answered| {
            met.add(address.clone());
            found(address, ObjectState::of(&have), answered);
        })?;
        met.once_each(K::NAME)
    }

    fn found_as_made(
        &self,
        pages: &Pages,
        scene: &Scene,
        wanted: &dyn Fn(&Address) -> bool,
        found: &mut dyn FnMut(&Address, &Proposal),
    ) -> Result<(), OddAnswer> {
        let names = Names::default();
        self.observe(pages, scene, &mut |address, have, _| {
            if wanted(&address) {
                let sides = (Some(have.as_ref()), None);
                found(&address, &Propose::change(self, &address, sides, &names));
            }
        })
    }
}
