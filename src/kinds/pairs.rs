//! What differs of one kind, and how much does not.

use std::collections::BTreeMap;

use crate::kinds::comparison::LeftAlone;
use crate::model::address::Address;
use crate::model::pair::Pair;

/// One kind's share of a plan.
#[derive(Debug, Clone, Default)]
pub struct Pairs {
    pub(crate) changed: Vec<Pair>,
    /// As they should be.
    pub(crate) unchanged: usize,
    /// How many were found.
    pub(crate) found: usize,
    /// Found, undeclared, and not ours to remove.
    pub(crate) unmanaged: BTreeMap<Address, LeftAlone>,
    /// Sentences about the plan as a whole. Safe text.
    pub(crate) remarks: Vec<String>,
}
