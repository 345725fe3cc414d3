//! What shall be, whoever says so: a manifest, or states as they once were. A comparison with the tenant needs
//! nothing else, so that going back is a plan like any other.

use std::collections::BTreeMap;

use crate::kinds::{
    AnyGoals, AnyKind, Inputs, OddAnswer, Ownership, Pairs, REGISTRY, Scene, Unreadable, by_name,
};
use crate::model::address::Address;
use crate::model::change::Why;
use crate::model::finding::Findings;
use crate::model::object_state::ObjectState;
use crate::model::query::Pages;

/// Wanted states by address, whose the rest is, and why.
pub struct Desired<'a> {
    scene: &'a Scene,
    says: Says<'a>,
}

enum Says<'a> {
    /// Read one kind after the other, as each is compared: what is declared for a hundred thousand people
    /// is not kept longer than that.
    Manifest(Inputs<'a>),
    Saved {
        goals: BTreeMap<&'static str, Box<dyn AnyGoals + 'a>>,
        why: Why,
    },
}

impl<'a> Desired<'a> {
    /// What the manifest declares.
    pub fn declared(inputs: &Inputs<'a>) -> Self {
        Self { scene: inputs.scene, says: Says::Manifest(*inputs) }
    }

    /// Objects as they were found, of a snapshot. `owns`: whether what is there now, and is none of them, is
    /// to be removed.
    ///
    /// # Errors
    /// When a state is not of its kind's form, or its kind is not known to this version.
    #[cfg_attr(not(test), expect(dead_code, reason = "no command goes back yet"))]
    pub(crate) fn saved(
        states: &BTreeMap<Address, ObjectState>,
        scene: &'a Scene,
        owns: &'a dyn Fn(&Address) -> Ownership,
        why: Why,
    ) -> Result<Self, Unreadable> {
        if let Some(address) = states.keys().find(|address| by_name(&address.kind).is_none()) {
            let problem = "no kind of this name in this version".to_owned();
            return Err(Unreadable { address: address.clone(), problem });
        }
        let goals = REGISTRY.iter().map(|kind| {
            let goals = kind.saved(states, scene, owns, &why)?;
            Ok((kind.name(), goals))
        });
        let goals = goals.collect::<Result<_, Unreadable>>()?;
        Ok(Self { scene, says: Says::Saved { goals, why } })
    }

    /// One kind's share, beside what is there of it. Each can be asked once.
    pub(super) fn compare(
        &mut self,
        kind: &'a dyn AnyKind,
        pages: &Pages,
        out: &mut Findings,
    ) -> Result<Pairs, OddAnswer> {
        let goals = match &mut self.says {
            Says::Manifest(inputs) => Some(kind.declared(*inputs, pages, out)),
            Says::Saved { goals, .. } => goals.remove(kind.name()),
        };
        goals.map_or_else(|| Ok(Pairs::default()), |goals| goals.compare(pages, self.scene, out))
    }

    /// Why what nothing here asks for is removed: that is the reason people read.
    pub(super) fn undeclared(&self, address: &Address) -> Why {
        let inputs = match &self.says {
            Says::Manifest(inputs) => inputs,
            Says::Saved { why, .. } => return why.clone(),
        };
        let owner = &address.owner;
        match inputs.manifest.apps.get(owner) {
            Some(app) => {
                let place = inputs.sources.line(&app.place);
                Why::because(format!("not declared, and {owner} is exact ({place})"))
                    .at(inputs.sources.stretch(&app.place))
            }
            None => by_name(&address.kind)
                .and_then(|(_, kind)| kind.undeclared(inputs, address))
                .map_or_else(|| Why::because("not declared"), Why::because),
        }
    }
}
