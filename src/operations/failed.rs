//! Why something could not be done, as data: floor 7 finds the words and the exit code.

use std::path::PathBuf;

use time::OffsetDateTime;

use crate::graph::endpoint::EndpointError;
use crate::graph::error::GraphError;
use crate::kinds::{OddAnswer, Unreadable};
use crate::model::address::Address;
use crate::model::clock::stamp;
use crate::model::cloud::Cloud;
use crate::model::finding::Findings;
use crate::model::id::{AppId, ObjectId, TenantId};
use crate::model::untrusted::{Untrusted, shown};
use crate::plan::file::PlanFileError;
use crate::plan::fresh::Stale;
use crate::sandbox::server::SandboxError;
use crate::store::StoreError;

/// Why something could not be done. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// A read or the sign-in.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// An answer is not of the documented shape.
    #[error("read the tenant: {0}")]
    Odd(#[from] OddAnswer),
    /// A state is not of its kind's form.
    #[error("read the state of {0}")]
    Unreadable(#[from] Unreadable),
    /// The manifest names a domain that the tenant does not have.
    #[error("find the domain {domain} in the tenant {tenant}")]
    NoSuchDomain { tenant: TenantId, domain: String },
    /// `--app` names a label that the manifest does not have.
    #[error("find an app that is declared as {label:?}")]
    UnknownApp { label: String, help: String },
    /// The manifest has mistakes. They were told as [`super::Event::Findings`].
    #[error("use a manifest that has mistakes")]
    Mistakes(Findings),
    /// What was a manifest for this tenant is none any more.
    #[error("use the manifest: it no longer fits the tenant")]
    NoLongerFits,
    /// A file or a folder of our own.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file of a saved plan.
    #[error("use the plan {}: {problem}", shown(&path.display().to_string()))]
    PlanFile { path: PathBuf, problem: PlanProblem },
    /// A document of ours that nothing draws.
    #[error("show {}: it is a {format}", shown(&path.display().to_string()))]
    NotShown { path: PathBuf, format: String },
    /// The record of a run that has none yet, or never will.
    #[error("show {}: the run was killed, or is under way", shown(&path.display().to_string()))]
    NoResult { path: PathBuf },
    /// The file of a snapshot that a plan shall be made of.
    #[error("use the snapshot {}: {problem}", shown(&path.display().to_string()))]
    Snapshot { path: PathBuf, problem: SnapshotProblem },
    /// What was read is more than a snapshot holds.
    #[error("keep what was read: it is more than {} MiB, the most that a snapshot holds", .bytes >> 20)]
    TooMuch { bytes: usize },
    /// Another run is under way; who, in its own words, safe to show.
    #[error("begin: another run is under way: {by}")]
    Held { by: String },
    /// A rail is not lifted any more.
    #[error("use a plan that needs an [accept] of {until}")]
    NoLongerLifted { until: String },
    /// A saved plan says what the tenant does not.
    #[error("use a plan that does not fit: {0}")]
    Misfit(Misfit),
    /// The file of a seed cannot be read.
    #[error("use the seed: {0}")]
    NoSeed(StoreError),
    /// The seed has a mistake.
    #[error("use the seed: {told}")]
    Seed { told: String, is_manifest: bool },
    /// The simulated tenant does not start.
    #[error("start the simulated tenant: {0}")]
    Sandbox(#[from] SandboxError),
    /// It has no address to talk to.
    #[error(transparent)]
    Address(#[from] EndpointError),
}

/// What is wrong with the file of a saved plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanProblem {
    #[error(transparent)]
    Unread(StoreError),
    #[error("it is not UTF-8 text: line {line} holds a wrong byte")]
    NotText { line: usize },
    #[error(transparent)]
    Content(#[from] PlanFileError),
    #[error("it is of later than now")]
    StillToCome { made_at: OffsetDateTime },
    #[error("it has expired")]
    Expired { at: OffsetDateTime },
}

/// Why no plan can be made of a snapshot.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotProblem {
    #[error("it is the record of a run, which holds what the run was about and nothing else")]
    OfARun,
    #[error("it is of the tenant {found}, and the manifest of {wanted}")]
    OtherTenant { found: TenantId, wanted: TenantId },
    #[error("it is of the cloud \"{}\", and the manifest of \"{}\"", .found.name(), .wanted.name())]
    OtherCloud { found: Cloud, wanted: Cloud },
    #[error("it is of later than now, of {}", stamp(*.taken_at))]
    StillToCome { taken_at: OffsetDateTime },
}

/// What a saved plan says, and the tenant does not.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Misfit {
    #[error("the tenant has another name or default domain than the plan says")]
    Tenant,
    #[error("the app {app} is called \"{}\" in the tenant, and \"{}\" in the plan", .live.shown(), .said.shown())]
    App { app: AppId, live: Untrusted, said: Untrusted },
    #[error("{id} is called \"{}\" in the tenant, and \"{}\" in the plan", .live.shown(), .said.shown())]
    Name { id: ObjectId, live: Untrusted, said: Untrusted },
    #[error("{id} is called \"{}\" in the plan, and the tenant has no name for it", .said.shown())]
    Nameless { id: ObjectId, said: Untrusted },
    #[error("{address} does not fit the tenant: {problem}")]
    Object { address: Address, problem: String },
    #[error("by what the tenant shows now, the plan has another effect: {first}")]
    Effect { first: String },
    /// Something beside the plan changed, and by that what the plan does.
    #[error(
        "what else {} has changed since the plan was made, and by that who gets and loses what: {first}",
        shown(app)
    )]
    Access { app: String, first: String },
}

/// Why a run did not begin. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotBegun {
    /// Somebody wanted it to stop.
    #[error("go on: it was interrupted")]
    Interrupted,
    /// The token itself says that it lacks these permissions.
    #[error("write without {}", .0.join(" and "))]
    Lacking(Vec<&'static str>),
    /// Another run is under way; who, in its own words, safe to show.
    #[error("begin: another run is under way: {by}")]
    Held { by: String },
    /// Objects of the plan, or what they rest on, changed since it was made.
    #[error("use the plan: {} of its objects changed", .0.len())]
    Changed(Vec<Stale>),
    #[error(transparent)]
    Failed(#[from] Failed),
}

impl From<StoreError> for NotBegun {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<GraphError> for NotBegun {
    fn from(error: GraphError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Unreadable> for NotBegun {
    fn from(error: Unreadable) -> Self {
        Self::Failed(error.into())
    }
}
