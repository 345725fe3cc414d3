//! From what shall be to what differs from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kinds::goals::{AnyGoals, Goals};
use crate::kinds::state_json::{spec_of, unreadable};
use crate::kinds::{
    Declare, Inputs, Observe, Own, Ownership, Reconcile, Scene, Unreadable, Wanted,
};
use crate::model::address::Address;
use crate::model::change::Why;
use crate::model::finding::Findings;
use crate::model::object_state::ObjectState;
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

    /// What those of these states say shall be that are of this kind. `owns`: whether what is there and is
    /// none of them is to be removed.
    fn saved<'a>(
        &'a self,
        states: &BTreeMap<Address, ObjectState>,
        scene: &Scene,
        owns: &'a dyn Fn(&Address) -> Ownership,
        why: &Why,
    ) -> Result<Box<dyn AnyGoals + 'a>, Unreadable>;
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

    fn saved<'a>(
        &'a self,
        states: &BTreeMap<Address, ObjectState>,
        scene: &Scene,
        owns: &'a dyn Fn(&Address) -> Ownership,
        why: &Why,
    ) -> Result<Box<dyn AnyGoals + 'a>, Unreadable> {
        let why: Arc<[Why]> = [why.clone()].into();
        let mut wanted = BTreeMap::new();
        let own = |address: &Address| address.kind == K::NAME && scene.compares(address);
        for (address, state) in states.iter().filter(|(address, _)| own(address)) {
            let spec = spec_of::<K>(state).map_err(|problem| unreadable(address, &problem))?;
            let spec = spec.map(|spec| self.restated(spec));
            wanted.insert(address.clone(), Wanted { spec, why: why.clone(), ..Wanted::nothing() });
        }
        Ok(Box::new(Goals {
            kind: self,
            wanted,
            owns: Box::new(owns),
            tells: Box::new(|_| K::IS_CONSENT),
            remarks: Vec::new(),
        }))
    }
}
