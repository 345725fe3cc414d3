//! Floor 2: one folder per managed object, and what their simulated collections share.
//!
//! Imports floors 0 and 1. No effects.

pub mod delegated_grant;
pub mod service_principal;
pub mod simulated;
pub mod user_consent;

/// What the simulated tenant serves for all kinds.
pub fn collections() -> Vec<&'static dyn simulated::Collection> {
    [
        delegated_grant::sandbox::COLLECTIONS,
        service_principal::sandbox::COLLECTIONS,
        user_consent::sandbox::COLLECTIONS,
    ]
    .concat()
}
