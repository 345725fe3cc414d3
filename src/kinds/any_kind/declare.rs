//! From the manifest's tables to what shall be.

use std::collections::BTreeSet;

use crate::kinds::{Declare, Inputs, Own};
use crate::manifest::Manifest;
use crate::model::address::Address;
use crate::model::directory::{Directory, Mentions};
use crate::model::finding::Findings;

/// See [`Declare`] and [`Own`]. What is declared is of interest beside what is there only: see
/// [`crate::kinds::AnyReconcile`].
pub trait AnyDeclare: Sync {
    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions;
    fn settings(&self, manifest: &Manifest, directory: &Directory) -> BTreeSet<Address>;
    fn undeclared(&self, inputs: &Inputs, address: &Address) -> Option<String>;
}

impl<K: Declare + Own> AnyDeclare for K {
    fn mentions(&self, manifest: &Manifest, out: &mut Findings) -> Mentions {
        Declare::mentions(self, manifest, out)
    }

    fn settings(&self, manifest: &Manifest, directory: &Directory) -> BTreeSet<Address> {
        Declare::settings(self, manifest, directory)
    }

    fn undeclared(&self, inputs: &Inputs, address: &Address) -> Option<String> {
        Own::undeclared(self, inputs, address)
    }
}
