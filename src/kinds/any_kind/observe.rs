//! From the tenant's answers to what is there.

use crate::kinds::comparison::Met;
use crate::kinds::{Each, Observe, OddAnswer, Scene};
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
}

impl<K: Observe> AnyObserve for K {
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
}
