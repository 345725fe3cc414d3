//! What users may consent to for themselves: authorizationPolicy.

pub mod sandbox;
