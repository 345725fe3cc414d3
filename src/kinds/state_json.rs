//! The states of a pair in the types of their kind.

use serde::de::DeserializeOwned;

use crate::kinds::{Kind, Names, Pair, Propose, Unreadable};
use crate::model::address::Address;
use crate::model::change::Rest;
use crate::model::object_state::ObjectState;

/// What shall be, and what is.
type States<K> = (Option<<K as Kind>::Spec>, Option<<K as Kind>::Found>);

/// # Errors
/// When a state is not of the kind's form.
pub(super) fn states<K: Kind>(pair: &Pair) -> Result<States<K>, Unreadable> {
    Ok((from_json(&pair.address, &pair.after)?, from_json(&pair.address, &pair.before)?))
}

/// # Errors
/// When the state is not of this form.
pub(super) fn from_json<T: DeserializeOwned>(
    address: &Address,
    state: &ObjectState,
) -> Result<Option<T>, Unreadable> {
    state.read().map_err(|problem| unreadable(address, &problem))
}

/// What a state says, whether it was found or is wanted.
///
/// # Errors
/// When it is neither.
pub(super) fn spec_of<K: Kind>(state: &ObjectState) -> Result<Option<K::Spec>, serde_json::Error> {
    match state.read::<K::Found>() {
        Ok(found) => Ok(found.map(|found| found.as_ref().clone())),
        Err(_) => state.read(),
    }
}

/// That this much of an object has to be there, proven as what would make it is.
pub(super) fn rest<K: Propose>(
    kind: &K,
    address: &Address,
    must: &K::Spec,
    names: &Names,
) -> Option<Rest> {
    let mut made = kind.change(address, (Some(must), None), names);
    let proof = made.steps.pop()?.proof;
    let (address, state) = (address.clone(), ObjectState::of(must));
    Some(Rest { address, state, subject: made.subject, proof })
}

pub(super) fn unreadable(address: &Address, problem: &serde_json::Error) -> Unreadable {
    Unreadable { address: address.clone(), problem: problem.to_string() }
}
