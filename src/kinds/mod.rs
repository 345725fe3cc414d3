//! Floor 2: one folder per managed object, and what their simulated collections share.
//!
//! Imports floors 0 and 1. No effects.

pub mod delegated_grant;
pub mod service_principal;
pub mod simulated;
pub mod user_consent;
