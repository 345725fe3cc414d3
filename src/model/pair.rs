//! Two states of one object beside each other, without their types.

use std::sync::Arc;

use crate::model::address::Address;
use crate::model::change::Why;
use crate::model::object_state::ObjectState;

/// Two states of one object that differ, in the kind's own form. Saved in plan files: the change,
/// with its requests, is always derived from it anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub address: Address,
    pub before: ObjectState,
    pub after: ObjectState,
    pub why: Arc<[Why]>,
    pub notes: Arc<[String]>,
}

impl Pair {
    /// Nobody says why.
    pub(crate) fn of(address: &Address, before: &ObjectState, after: &ObjectState) -> Self {
        let (address, before, after) = (address.clone(), before.clone(), after.clone());
        Self { address, before, after, why: [].into(), notes: [].into() }
    }
}

/// A saved state that its kind cannot read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{address}: {problem}")]
pub struct Unreadable {
    pub(crate) address: Address,
    pub(crate) problem: String,
}

/// Where an object stands on the way from what a plan saw to the plan's goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// As the plan would make it.
    Reached,
    AsSeen,
    /// In a state that the plan's own change passes through.
    Between,
    /// Somebody else changed it.
    Elsewhere,
}
