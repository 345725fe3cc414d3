//! Floor 3: from what is wanted and what was found to a plan. Pure: no clock, no files, no network.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::kinds::{Names, Pair};
use crate::model::change::Change;
use crate::model::clock::Moment;
use crate::model::cloud::Cloud;
use crate::model::directory::Organization;
use crate::model::id::{AppId, ObjectId};
use crate::model::risk::Tier;
use crate::model::schema::JsonSchema;
use crate::model::untrusted::Untrusted;
use crate::plan::access::AccessChanges;

pub mod access;
pub mod build;
pub mod desired;
pub mod effect;
pub mod file;
pub mod fresh;
pub(crate) mod holdings;
pub(crate) mod offline;
pub(crate) mod order;
pub(crate) mod outage;
pub(crate) mod outside;
pub mod ownership;
pub(crate) mod pictures;
pub(crate) mod published;
pub(crate) mod readiness;
pub mod rests;
pub(crate) mod said;
pub(crate) mod without_people;

/// All that apply may do, and all that a reviewer must see.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub tenant: Organization,
    /// Whether it is a simulated one: nothing of it is anybody's real access. Known of the connection, and so
    /// no part of the effect or of a saved plan.
    pub simulated: bool,
    /// The snapshot that it was made of in place of the tenant. Part of the effect: nobody can approve by such
    /// a plan what would be done to the tenant.
    pub offline: Option<offline::Offline>,
    pub cloud: Cloud,
    pub manifest: ManifestSummary,
    pub live: LiveSummary,
    pub made_at: OffsetDateTime,
    /// Apps in the manifest, for the heads of the drawing.
    pub apps: Vec<AppHead>,
    /// What is and what shall be, per object: changes are derived from it.
    pub pairs: Vec<Pair>,
    /// Names of those the pairs are about.
    pub names: Names,
    /// Application ids of what publishes its permissions, by object id: what nobody can tell from states.
    pub resources: BTreeMap<ObjectId, AppId>,
    /// Objects as found that the plan leaves as they are, and without which something must not be taken.
    pub rests: rests::Found,
    /// In the order of apply: what gives before what takes.
    pub changes: Vec<Change>,
    /// Who really gets and loses what by these changes together.
    pub access: AccessChanges,
    /// Managed objects that are as they should be.
    pub unchanged: usize,
    /// Found, not declared, and left alone.
    pub unmanaged: Vec<Unmanaged>,
    /// What it did not look at; absent of a part, which is not told from the rest of its manifest.
    pub outside: Option<outside::Outside>,
    /// Sentences about the whole plan. Safe text.
    pub warnings: Vec<String>,
    /// Rules that stop apply, whoever runs it. Part of the effect.
    pub checks: Vec<Check>,
    /// Rules that stop apply as long as it is the identity that is signed in now that runs it, and where
    /// the last day's runs are on record. No part of the effect or of a saved plan: they are judged anew
    /// wherever a plan is about to be applied.
    pub identity_checks: Vec<Check>,
    /// Rails that would stop apply and are lifted by the manifest. Part of the effect.
    pub lifted: Vec<Lifted>,
    pub extent: Extent,
    /// What the runs of one day may take from. Part of the effect of a plan that takes.
    pub removals_a_day: DayLimit,
    pub source: SaidBy,
    pub effect: Effect,
}

/// What the runs of one day may take from, together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayLimit {
    pub objects: usize,
    /// Of the managed objects of all that these runs are about; absent where a dated line lifts the limit.
    pub percent: Option<usize>,
}

/// Whose words a plan is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaidBy {
    /// Made in this run.
    Tenant,
    /// Read from a file, which anybody may have written: what only the file says is drawn as its words.
    File,
}

/// Whether the plan is about the whole manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    Whole,
    /// Only about these apps, by label, and the tenant's settings where they are named, as `tenant`.
    Partial(Vec<String>),
}

impl Extent {
    /// The labels of a part; none of the whole.
    pub(crate) fn only(&self) -> &[String] {
        match self {
            Self::Whole => &[],
            Self::Partial(labels) => labels,
        }
    }
}

/// A rule that the plan breaks: it can be read and saved, but not applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// Stable name of the rule.
    pub(crate) rule: String,
    pub(crate) text: String,
    pub(crate) help: String,
}

/// A rail that a plan needs lifted, and where the manifest lifts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lifted {
    /// Its word in `[accept]`: `revoke`.
    pub(crate) rail: String,
    /// Objects that one plan may take from while it is lifted.
    pub(crate) max: usize,
    /// The last day on which it is, as `2026-12-31`.
    pub(crate) until: String,
    pub(crate) reason: String,
    /// `consent.toml:60`.
    pub(crate) place: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ManifestSummary {
    /// Names as given on the command line.
    pub files: Vec<ManifestHash>,
    pub apps: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ManifestHash {
    pub(crate) path: String,
    pub(crate) sha256: String,
}

/// What was read to make the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LiveSummary {
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Moment")]
    pub read_at: OffsetDateTime,
    pub apps: usize,
    /// Managed sorts of thing, as found, with how many: `["grant", 12]`.
    pub objects: Vec<(String, usize)>,
    pub milliseconds: u64,
}

/// One app's line above its changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppHead {
    pub label: String,
    pub name: crate::model::untrusted::Untrusted,
    pub app_id: crate::model::id::AppId,
}

impl AppHead {
    const UNNAMED: &str = "(not in the tenant yet)";
    /// Stands in front: long names are shortened behind their beginning.
    const NEW: &str = "(new) ";

    /// The name of an app that the tenant does not have, with what the manifest calls it.
    pub fn not_there(said: Option<&str>) -> Untrusted {
        Untrusted::new(said.map_or(Self::UNNAMED.to_owned(), |name| format!("{}{name}", Self::NEW)))
    }
}

/// Something of a managed app that consent leaves as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unmanaged {
    pub(crate) address: crate::model::address::Address,
    pub(crate) text: crate::model::untrusted::Untrusted,
    /// How risky it would be to give it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) risk: Option<Tier>,
}

impl Unmanaged {
    pub(crate) fn new(address: crate::model::address::Address, text: Untrusted) -> Self {
        Self { address, text, risk: None }
    }
}

/// What people approve: plain text, one fact per line, and its digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Effect {
    pub text: Arc<str>,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

#[cfg(test)]
mod tests;
