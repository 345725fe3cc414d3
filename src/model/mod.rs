//! Floor 0: the words of the house. Ids, scopes, addresses, queries, requests, changes, findings.
//!
//! Plain data and pure functions. Imports nothing of the house and has no effects.

pub mod address;
pub(crate) mod answers;
pub(crate) mod audience;
pub mod change;
pub mod clock;
pub mod cloud;
pub mod digest;
pub mod directory;
pub mod finding;
pub mod id;
pub(crate) mod interner;
pub mod json;
pub(crate) mod names;
pub mod object_state;
pub(crate) mod outcome;
pub(crate) mod pair;
pub mod query;
pub mod request;
pub mod risk;
pub(crate) mod safe;
pub mod schema;
pub mod scope;
pub mod secret;
pub(crate) mod shell;
pub(crate) mod unfinished;
pub mod untrusted;
pub mod written_at;
