//! Nothing of its own: the service has one collection for the roles of apps and for the access of
//! people. The simulated tenant plays it where the roles of apps are.

use crate::kinds::simulated::Collection;

/// What this kind adds to the simulated tenant.
pub static COLLECTIONS: &[&dyn Collection] = &[];
