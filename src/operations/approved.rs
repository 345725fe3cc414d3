//! What a run is given.

use std::path::Path;

use crate::model::clock::Clock;
use crate::operations::manifest::Loaded;
use crate::operations::session::Session;
use crate::operations::stop::Stop;
use crate::store::records::Records;
use crate::store::snapshot::ApprovedBy;

/// That somebody approved a plan, and what its run needs.
pub(crate) struct Approved<'a> {
    pub(crate) session: &'a Session,
    /// What the plan was made of; absent for a saved plan.
    pub(crate) manifest: Option<&'a Loaded>,
    /// Where the run is recorded.
    pub(crate) records: &'a dyn Records,
    /// The folder from which the record names the manifest's files.
    pub(crate) home: &'a Path,
    pub(crate) approval: ApprovedBy,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) stop: &'a Stop,
}
