//! From two states to a change, and a state in words.

use crate::kinds::state_json::{from_json, spec_of, states, unreadable};
use crate::kinds::{Kind, Names, Pair, Position, Proposal, Propose, Unreadable};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::id::ObjectId;
use crate::model::object_state::ObjectState;

/// See [`Propose`].
pub trait AnyPropose: Sync {
    /// The change that leads from one state to the other.
    fn change(&self, pair: &Pair, names: &Names) -> Result<Change, Unreadable>;

    /// Where a state, as found now, stands between what the plan saw and its goal.
    fn standing(
        &self,
        address: &Address,
        seen: &ObjectState,
        goal: &ObjectState,
        now: &ObjectState,
    ) -> Result<Position, Unreadable>;

    /// One line for something that is there and left alone.
    fn summary(&self, address: &Address, have: &ObjectState, names: &Names) -> String;

    /// What would make a state, found or wanted, out of nothing: all that it holds is gained. `None`:
    /// nothing is there.
    fn making(
        &self,
        address: &Address,
        state: &ObjectState,
        names: &Names,
    ) -> Result<Option<Proposal>, Unreadable>;

    /// The same as a change.
    fn made(
        &self,
        address: &Address,
        state: &ObjectState,
        names: &Names,
    ) -> Result<Option<Change>, Unreadable> {
        let pair = Pair::of(address, &ObjectState::default(), state);
        Ok(self.making(address, state, names)?.map(|made| made.change(&pair)))
    }

    /// See [`Kind::holder`].
    fn holder(&self, address: &Address) -> Option<ObjectId>;
}

impl<K: Propose> AnyPropose for K {
    fn change(&self, pair: &Pair, names: &Names) -> Result<Change, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        for spec in want.iter().chain(have.as_ref().map(AsRef::as_ref)) {
            if self.address(&pair.address.owner, spec) != pair.address {
                let problem = "the state of another object stands here".to_owned();
                return Err(Unreadable { address: pair.address.clone(), problem });
            }
        }
        let sides = (want.as_ref(), have.as_ref());
        Ok(Propose::change(self, &pair.address, sides, names).change(pair))
    }

    fn standing(
        &self,
        address: &Address,
        seen: &ObjectState,
        goal: &ObjectState,
        now: &ObjectState,
    ) -> Result<Position, Unreadable> {
        let seen: Option<K::Found> = from_json(address, seen)?;
        let now: Option<K::Found> = from_json(address, now)?;
        let goal: Option<K::Spec> = from_json(address, goal)?;
        if goal.as_ref() == now.as_ref().map(AsRef::as_ref) {
            return Ok(Position::Reached);
        }
        if seen == now {
            return Ok(Position::AsSeen);
        }
        Ok(match (&goal, &now) {
            (Some(goal), Some(now)) if self.between(seen.as_ref(), goal, now) => Position::Between,
            _ => Position::Elsewhere,
        })
    }

    fn summary(&self, address: &Address, have: &ObjectState, names: &Names) -> String {
        match from_json::<K::Found>(address, have) {
            Ok(Some(found)) => Kind::summary(self, &found, names),
            Ok(None) | Err(_) => address.to_string(),
        }
    }

    fn making(
        &self,
        address: &Address,
        state: &ObjectState,
        names: &Names,
    ) -> Result<Option<Proposal>, Unreadable> {
        let spec = spec_of::<K>(state).map_err(|problem| unreadable(address, &problem))?;
        Ok(spec.map(|spec| Propose::change(self, address, (Some(&spec), None), names)))
    }

    fn holder(&self, address: &Address) -> Option<ObjectId> {
        Kind::holder(self, address)
    }
}
