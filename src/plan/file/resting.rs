//! What a saved plan holds of the objects that it leaves as they are.

use serde::{Deserialize, Serialize};

use crate::kinds::Unreadable;
use crate::model::address::Address;
use crate::model::object_state::ObjectState;
use crate::model::schema::JsonSchema;
use crate::plan::Plan;
use crate::plan::published::state_by_address;
use crate::plan::rests::{self, Found};

/// One object that something rests on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Rest", transform = state_by_address)]
pub(super) struct SavedRest {
    address: Address,
    state: ObjectState,
}

/// In the order of their addresses.
pub(super) fn saved(plan: &Plan) -> Vec<SavedRest> {
    let saved = |(address, state): (&Address, &ObjectState)| SavedRest {
        address: address.clone(),
        state: state.clone(),
    };
    plan.rests.iter().map(saved).collect()
}

/// # Errors
/// When a state is not of its kind's form, or that of another object.
pub(super) fn read(saved: Vec<SavedRest>) -> Result<Found, Unreadable> {
    let found = saved.into_iter().map(|rest| (rest.address, rest.state)).collect();
    rests::check(&found)?;
    Ok(found)
}
