//! Delegated permissions: oauth2PermissionGrant.

pub mod sandbox;
