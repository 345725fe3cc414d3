//! What a run is given.

use std::path::Path;

use crate::model::clock::Clock;
use crate::operations::manifest::Loaded;
use crate::operations::session::Session;
use crate::operations::stop::Stop;
use crate::store::records::Records;
use crate::store::snapshot::ApprovedBy;

/// That somebody approved a plan, and what its run needs.
pub struct Approved<'a> {
    pub session: &'a Session,
    /// What the plan was made of; absent for a saved plan.
    pub manifest: Option<&'a Loaded>,
    /// Where the run is recorded.
    pub records: &'a dyn Records,
    /// The folder from which the record names the manifest's files.
    pub home: &'a Path,
    pub approval: ApprovedBy,
    pub clock: &'a dyn Clock,
    pub stop: &'a Stop,
}
