//! What shall be of one kind, whoever says so: all that a comparison with the tenant needs to know.

use std::collections::BTreeMap;

use crate::kinds::comparison::Comparison;
use crate::kinds::{Kind, Observe, OddAnswer, Ownership, Pairs, Reconcile, Scene, Wanted};
use crate::model::address::Address;
use crate::model::finding::Findings;
use crate::model::query::Pages;

pub(super) struct Goals<'a, K: Kind> {
    pub(super) kind: &'a K,
    pub(super) wanted: BTreeMap<Address, Wanted<K::Spec>>,
    /// Whether what is there and not wanted is to be removed.
    pub(super) owns: Box<dyn Fn(&Address) -> Ownership + 'a>,
    /// Whether what is left alone here is told.
    pub(super) tells: Box<dyn Fn(&Address) -> bool + 'a>,
    /// Sentences about the plan as a whole. Safe text.
    pub(super) remarks: Vec<String>,
}

/// The same without the types of its kind.
pub trait AnyGoals {
    /// What is wanted beside what is there.
    ///
    /// # Errors
    /// When an answer does not have the documented shape, or shows two objects at one address.
    fn compare(
        self: Box<Self>,
        pages: &Pages,
        scene: &Scene,
        out: &mut Findings,
    ) -> Result<Pairs, OddAnswer>;
}

impl<K: Observe + Reconcile> AnyGoals for Goals<'_, K> {
    fn compare(
        self: Box<Self>,
        pages: &Pages,
        scene: &Scene,
        out: &mut Findings,
    ) -> Result<Pairs, OddAnswer> {
        let Self { kind, wanted, owns, tells, remarks } = *self;
        let mut comparison = Comparison::new(kind, &*owns, &*tells, wanted);
        kind.observe(pages, scene, &mut |address, have, _| {
            if scene.compares(&address) {
                comparison.meet(address, &have);
            }
        })?;
        Ok(Pairs { remarks, ..comparison.finish(out)? })
    }
}
