//! What a run found and what it left: the form of a snapshot. How they follow each other is the business of
//! `chain`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::taken::{self, Taken};
use crate::model::address::Address;
use crate::model::clock::Moment;
use crate::model::directory::Organization;
use crate::model::object_state::ObjectState;
use crate::model::outcome::RunReport;
use crate::model::schema::{JsonSchema, Schema};
use crate::model::untrusted::Untrusted;
use crate::plan::published::{FoundByAddress, document};
use crate::plan::{AppHead, Effect};

pub(crate) use super::taken::FORMAT;
pub(super) const VERSION: u32 = 1;

/// Longest snapshot that is read, in bytes: the same as for plans, which hold the same objects.
pub(crate) const LONGEST: u64 = 256 * 1024 * 1024;

/// Objects in their kind's own form, by address.
pub(crate) type Objects = BTreeMap<Address, ObjectState>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    #[schemars(extend("const" = FORMAT))]
    pub(crate) format: String,
    #[schemars(extend("const" = VERSION))]
    pub(crate) format_version: u32,
    /// Id of the run.
    pub(crate) run: String,
    /// UTC, whole seconds.
    #[schemars(with = "Moment")]
    pub(crate) started: String,
    /// Null as long as the run is under way, and for ever if it was killed.
    #[schemars(with = "Option<Moment>")]
    pub(crate) finished: Option<String>,
    pub(crate) state: State,
    pub(crate) tenant: Organization,
    /// That the tenant is a simulated one. Absent of a real one, and in records of before this was kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) simulated: bool,
    /// The files of the manifest, as they lie from the folder that `.consent` is in: several manifests
    /// may share one. Absent in records of before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<Vec<String>>,
    /// The apps that the plan was about: one that is gone from the manifest later is not forgotten.
    pub apps: Vec<AppHead>,
    /// Labels, where the plan was a part of the manifest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) part: Vec<String>,
    /// How many objects the plan managed, for the same.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) managed: usize,
    /// What the plan was to take from, for the removal limit of a day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) removals: Vec<Address>,
    pub(crate) effect: Effect,
    pub(crate) approval: Approval,
    pub(crate) actor: Actor,
    /// What was found before the first request.
    #[schemars(with = "FoundByAddress")]
    pub(crate) before: Objects,
    /// What was found after the last one; null when it was not read again.
    #[schemars(with = "Option<FoundByAddress>")]
    pub after: Option<Objects>,
    /// Null as long as the run is under way.
    pub(crate) report: Option<RunReport>,
    /// The snapshot before this one; null for the first.
    pub(crate) previous: Option<Previous>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Either sort of snapshot, as it is kept.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "what is kept is one of these; only its schema is made of both")]
enum AnySnapshot<'a> {
    Run(&'a Snapshot),
    Taken(&'a Taken),
}

/// The schema of a snapshot.
pub(crate) fn schema() -> Schema {
    document::<AnySnapshot<'static>>("snapshot", taken::VERSION)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Written before the first request. Found later, it means that the run was killed.
    Started,
    /// Every change was attempted.
    Complete,
    /// The run ended early, in good order.
    Stopped,
}

/// How the effect was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Approval {
    pub(crate) how: ApprovedBy,
    /// Who, as far as known: the name the token gives.
    pub(crate) who: Option<Untrusted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ApprovedBy {
    /// A person answered the question.
    Terminal,
    /// The digest was named in advance.
    Digest,
    /// There was nothing to change: the run only put on record how things are.
    NotNeeded,
}

/// The identity whose token the writes carry, as the token says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Actor {
    pub(crate) app_id: Option<Untrusted>,
    pub(crate) object_id: Option<Untrusted>,
}

/// The snapshot before: its file name and the SHA-256 of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Previous {
    pub(crate) file: String,
    pub(crate) sha256: String,
}

/// What is known before the first request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Beginning {
    pub(crate) run: String,
    pub(crate) tenant: Organization,
    pub(crate) simulated: bool,
    /// Its files, by [`super::manifest_file::names_from`].
    pub(crate) manifest: Vec<String>,
    /// The apps that the manifest was about: one that is gone from it later is not forgotten.
    pub(crate) apps: Vec<AppHead>,
    pub(crate) part: Vec<String>,
    pub(crate) managed: usize,
    pub(crate) removals: Vec<Address>,
    pub(crate) effect: Effect,
    pub(crate) approval: Approval,
    pub(crate) actor: Actor,
    pub(crate) before: Objects,
}

/// A snapshot as it was kept. `path` is only named.
///
/// # Errors
/// When they are no snapshot, or one that is too new.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Snapshot, StoreError> {
    let content = |error: serde_json::Error| StoreError::Content {
        path: path.to_owned(),
        because: error.to_string(),
    };
    super::expect_format(path, bytes, FORMAT, VERSION)?;
    serde_json::from_slice(bytes).map_err(content)
}
