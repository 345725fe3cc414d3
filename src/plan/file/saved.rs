//! The parts of a saved plan, as they stand in its file.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::address::Address;
use crate::model::change::Why;
use crate::model::object_state::ObjectState;
use crate::model::risk::Risk;
use crate::model::schema::JsonSchema;
use crate::plan::published::states_by_address;

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Summary")]
pub(super) struct SavedSummary {
    pub(super) changes: usize,
    /// All that the changes will send.
    pub(super) requests: usize,
    /// Managed objects that are as they should be.
    pub(super) unchanged: usize,
}

/// One object: what is, what shall be. The requests stand here for readers only.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Saved", transform = states_by_address)]
pub(super) struct SavedObject {
    pub(super) address: Address,
    /// As found; null where nothing was there.
    pub(super) before: ObjectState,
    /// As it shall be; null where nothing shall be.
    pub(super) after: ObjectState,
    pub(super) why: Vec<Why>,
    /// Sentences for reviewers.
    pub(super) notes: Vec<String>,
    /// Of each of its changes that has one, by their addresses: where one request would cut somebody off,
    /// an object has two.
    pub(super) risks: BTreeMap<Address, Risk>,
    /// Method, path and body of each, as they will be sent.
    pub(super) requests: Vec<String>,
}

/// What people approve.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Effect")]
pub(super) struct SavedEffect {
    /// One fact a line: every object, its states and every request.
    pub(super) text: Arc<str>,
    /// `sha256:` and 64 hexadecimal digits: what is given to `--approve`.
    pub(super) sha256: String,
}
