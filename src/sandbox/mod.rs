//! Floor 4: the sandbox tenant, Microsoft Graph on loopback. It is written from Microsoft's
//! documentation and knows nothing of the client.
//!
//! Imports floors 0 and 2. Effects: listens on a loopback address, waits where the weather says so.
//! The clock is handed in; nothing is read from or written to files.

pub mod access;
pub mod answer;
mod arrange;
pub mod batch;
pub mod certificate;
mod connections;
pub mod cost;
pub mod directory;
pub mod entity;
mod expand;
mod http;
pub mod incoming;
pub mod log;
pub mod odata;
pub mod pages;
pub mod plant;
pub mod published;
pub mod quota;
mod rival;
mod routes;
mod secure;
pub mod seed;
pub mod server;
mod storm;
pub mod token;
#[cfg(test)]
mod trials;
pub mod weather;
pub mod world;

use crate::kinds;
use crate::kinds::simulated::Collection;

/// Those of every kind, and the directory's own.
pub fn collections() -> Vec<&'static dyn Collection> {
    let mut all = kinds::collections();
    all.push(&directory::Directory);
    all
}
