//! Floor 4: the sandbox tenant, Microsoft Graph on loopback. It is written from Microsoft's
//! documentation and knows nothing of the client.
//!
//! It imports nothing of the house but [`crate::model::clock`], and nothing imports it but what starts
//! it: `cli/commands`, `operations/session` and tests. Effects: listens on a loopback address, waits where the
//! weather says so. The clock is handed in; nothing is read from or written to files.
//!
//! `collections` is what Microsoft Graph serves, `tenant` the rows behind it, `world` a tenant in
//! motion, `weather` what goes wrong, `seed` what a tenant starts from; `server` puts HTTP in front.

pub mod access;
pub mod answer;
pub mod batch;
mod body;
pub mod call;
pub(crate) mod certificate;
pub(crate) mod collection;
pub mod collections;
mod connections;
pub(crate) mod cost;
pub(crate) mod guid;
mod http;
pub mod incoming;
pub mod log;
pub mod odata;
pub(crate) mod quota;
pub(crate) mod refused;
mod secure;
pub mod seed;
pub mod server;
pub(crate) mod tenant;
#[cfg(test)]
mod tests;
pub mod token;
pub mod weather;
pub mod world;
