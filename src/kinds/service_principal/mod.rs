//! Service principals: what an app is in this tenant.

pub mod sandbox;
