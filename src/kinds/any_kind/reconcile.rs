//! From what shall be to what differs from it.

use crate::kinds::goals::{AnyGoals, Goals};
use crate::kinds::{Declare, Inputs, Observe, Own, Reconcile};
use crate::model::address::Address;
use crate::model::finding::Findings;
use crate::model::query::Pages;

/// See [`Reconcile`].
pub trait AnyReconcile: Sync {
    /// What the manifest says shall be, of this kind.
    fn declared<'a>(
        &'a self,
        inputs: Inputs<'a>,
        pages: &Pages,
        out: &mut Findings,
    ) -> Box<dyn AnyGoals + 'a>;
}

impl<K: Declare + Own + Observe + Reconcile> AnyReconcile for K {
    fn declared<'a>(
        &'a self,
        inputs: Inputs<'a>,
        pages: &Pages,
        out: &mut Findings,
    ) -> Box<dyn AnyGoals + 'a> {
        let mut wanted = self.declare(&inputs, out);
        self.complete(&inputs, pages, &mut wanted, out);
        wanted.retain(|address, _| inputs.scene.compares(address));
        let remarks = self.remarks(&inputs, pages, &wanted);
        Box::new(Goals {
            kind: self,
            wanted,
            owns: Box::new(move |address: &Address| {
                self.owns(&inputs, address, inputs.by_mode(&address.owner))
            }),
            tells: Box::new(move |address: &Address| self.tells_unmanaged(&inputs, address)),
            remarks,
        })
    }
}
