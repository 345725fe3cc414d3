//! From the manifest's tables to what shall be, and back.

use std::collections::BTreeSet;

use crate::kinds::state_json::{spec_of, unreadable};
use crate::kinds::{Compose, Composed, Declare, Inputs, Own, Scene, Unreadable};
use crate::manifest::Manifest;
use crate::model::address::Address;
use crate::model::directory::{Directory, Mentions};
use crate::model::finding::Findings;
use crate::model::object_state::ObjectState;

/// See [`Declare`], [`Compose`] and [`Own`]. What is declared is of interest beside what is there only: see
/// [`crate::kinds::AnyReconcile`].
pub trait AnyDeclare: Sync {
    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions;
    fn settings(&self, manifest: &Manifest, directory: &Directory) -> BTreeSet<Address>;
    fn undeclared(&self, inputs: &Inputs, address: &Address) -> Option<String>;

    /// The table about this state. `None`: nothing is there.
    fn compose(
        &self,
        address: &Address,
        state: &ObjectState,
        scene: &Scene,
    ) -> Result<Option<Composed>, Unreadable>;
}

impl<K: Declare + Compose + Own> AnyDeclare for K {
    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        Declare::mentions(self, manifest, out)
    }

    fn settings(&self, manifest: &Manifest, directory: &Directory) -> BTreeSet<Address> {
        Declare::settings(self, manifest, directory)
    }

    fn undeclared(&self, inputs: &Inputs, address: &Address) -> Option<String> {
        Own::undeclared(self, inputs, address)
    }

    fn compose(
        &self,
        address: &Address,
        state: &ObjectState,
        scene: &Scene,
    ) -> Result<Option<Composed>, Unreadable> {
        let spec = spec_of::<K>(state).map_err(|problem| unreadable(address, &problem))?;
        Ok(spec.map(|spec| Compose::compose(self, &address.owner, &spec, scene)))
    }
}
