//! A run that did not come to its end, as far as its records tell. Told to people, and nothing more:
//! what became of its requests shows in the tenant.

use crate::model::address::Address;
use crate::model::id::TenantId;

/// The last run of a `.consent` folder, where its journal has no last line or its snapshot no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// As its records have it: UTC, whole seconds; the name of its journal where none has it.
    pub started: String,
    /// `None` where no record was whole enough to say.
    pub tenant: Option<TenantId>,
    /// Path of its journal, or of its snapshot where it has none. Safe text.
    pub record: String,
    /// Requests that were written down as about to go out, those sent again included.
    pub sent: usize,
    /// What the requests were about whose answers were never written down, once for each of them.
    pub open: Vec<Address>,
    /// The last line was cut off while it was written.
    pub torn: bool,
    /// Why the journal cannot be understood, if it cannot. Safe text.
    pub damage: Option<String>,
    /// Its process still has the journal open.
    pub under_way: bool,
}
