//! A run that did not come to its end, as far as its records tell. Told to people, and nothing more:
//! what became of its requests shows in the tenant.

use crate::model::address::Address;
use crate::model::id::TenantId;

/// The last run of a `.consent` folder, where its journal has no last line or its snapshot no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfinished {
    /// As its records have it: UTC, whole seconds; the name of its journal where none has it.
    pub(crate) started: String,
    /// `None` where no record was whole enough to say.
    pub(crate) tenant: Option<TenantId>,
    /// Path of its journal, or of its snapshot where it has none. Safe text.
    pub(crate) record: String,
    /// Requests that were written down as about to go out, those sent again included.
    pub(crate) sent: usize,
    /// What the requests were about whose answers were never written down, once for each of them.
    pub(crate) open: Vec<Address>,
    /// The last line was cut off while it was written.
    pub(crate) torn: bool,
    /// Why the journal cannot be understood, if it cannot. Safe text.
    pub(crate) damage: Option<String>,
    /// Its process still has the journal open.
    pub(crate) under_way: bool,
}
