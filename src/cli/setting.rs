//! What a run of changes is surrounded by, handed down as one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::{Global, Report};
use crate::cli::env::Env;
use crate::cli::session::Session;
use crate::cli::signals::Stop;
use crate::operations::manifest::Loaded;

/// What a run is surrounded by.
pub struct Setting<'a> {
    pub session: &'a Session,
    /// What the plan was made of; absent for a saved plan.
    pub manifest: Option<&'a Loaded>,
    /// `.consent`.
    pub state: &'a Path,
    /// The command that leads here again.
    pub again: &'a str,
    pub reports: &'a [Report],
    pub global: &'a Global,
    pub env: &'a Arc<Env>,
    pub stop: &'a Stop,
    /// Writes within 150 s that the run keeps to.
    pub write_quota: u32,
    /// Where this run's snapshot is, once it is begun.
    pub snapshot: PathBuf,
}
