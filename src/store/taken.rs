//! A snapshot that was taken without a run: what was asked of the tenant and what it answered, so that a plan
//! can be made of it elsewhere. It is no link of the chain: no run begins or ends with it.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use super::error::StoreError;
use crate::model::answers::{Answers, KeptAnswer};
use crate::model::clock::Moment;
use crate::model::cloud::Cloud;
use crate::model::id::TenantId;
use crate::model::schema::JsonSchema;
use crate::model::untrusted::shown;

/// Of every sort of snapshot.
pub(crate) const FORMAT: &str = "consent.snapshot";
/// Version 1 is the record of a run.
pub(crate) const VERSION: u32 = 2;

/// A taken snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Taken {
    #[schemars(extend("const" = FORMAT))]
    pub(crate) format: String,
    #[schemars(extend("const" = VERSION))]
    pub(crate) format_version: u32,
    pub(crate) state: TakenState,
    /// When the tenant was read.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Moment")]
    pub(crate) taken_at: OffsetDateTime,
    pub(crate) tenant: TenantId,
    /// Whether it is a simulated one.
    pub(crate) simulated: bool,
    pub(crate) cloud: Cloud,
    /// The files of the manifest that says what was asked for, as they were named.
    pub(crate) manifest: Vec<String>,
    /// What was asked, and answered.
    pub(crate) answers: Answers,
}

impl Taken {
    /// What the tenant refused to show, with why, as far as it says: safe to show.
    pub(crate) fn refused(&self) -> Vec<(String, String)> {
        let refused = self.answers.asked.iter().filter_map(|(path, answered)| match answered {
            KeptAnswer::Refused(refusal) => Some((path, refusal)),
            KeptAnswer::Rows(_) => None,
        });
        let path = |path: &str| shown(path.split('?').next().unwrap_or_default());
        refused
            .map(|(asked, refusal)| {
                (path(asked), format!("{} {}", refusal.status, refusal.code.shown()))
            })
            .collect()
    }
}

/// What tells it from the record of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TakenState {
    /// Nothing was changed: it was only read.
    Taken,
}

#[derive(Deserialize)]
struct TakenHead {
    #[serde(default)]
    format: Value,
    #[serde(default)]
    state: Value,
}

/// Whether it says of itself that it is a taken snapshot, of whatever version.
pub(crate) fn is_taken(bytes: &[u8]) -> bool {
    states(bytes).is_some_and(|state| state == "taken")
}

/// Whether it says of itself that it is the record of a run.
pub(crate) fn is_of_a_run(bytes: &[u8]) -> bool {
    states(bytes).is_some_and(|state| state != "taken")
}

/// The state that a snapshot says it is of.
fn states(bytes: &[u8]) -> Option<Value> {
    let head = serde_json::from_slice::<TakenHead>(bytes).ok()?;
    (head.format == FORMAT).then_some(head.state)
}

/// A taken snapshot as it was kept. `path` is only named.
///
/// # Errors
/// When they are none, or one that is too new.
pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Taken, StoreError> {
    super::expect_format(path, bytes, FORMAT, VERSION)?;
    serde_json::from_slice(bytes)
        .map_err(|error| StoreError::Content { path: path.to_owned(), because: error.to_string() })
}
