//! Floor 2: the managed objects, one folder each, with the same files in each: `mod` (what it is and
//! when two states are the same), `declare` (manifest → wanted), `compose` (the way back), `observe`
//! (answers → found), `reconcile` (wanted and found → the state to reach), `encode` (differences →
//! requests), `order` (what waits for what), `prove` (a saved state against the tenant).
//!
//! A kind is pure: it says what to read and what to send, and does neither. It may import floors 0
//! and 1. Everything above uses [`REGISTRY`] and never asks which kind it has in hand.

pub mod any_kind;
pub mod app_role;
pub mod assignment;
pub mod classification;
mod comparison;
pub mod compose;
pub mod consent_policy;
pub mod consent_requests;
pub mod delegated_grant;
mod goals;
mod inputs;
mod interner;
mod kind;
mod mismatch;
mod names;
mod naming;
mod pair;
mod people;
mod permission;
mod proposal;
mod registry;
mod role;
mod role_request;
mod scene;
pub mod service_principal;
mod state_json;
mod staying;
mod step;
pub mod user_consent;
mod wanted;
#[cfg(test)]
pub(crate) mod world;

pub use any_kind::AnyKind;
pub use comparison::LeftAlone;
pub use compose::Composed;
pub use goals::AnyGoals;
pub use inputs::Inputs;
pub use kind::{
    Compose, Declare, Each, Kind, Observe, Order, Own, Propose, Prove, Read, Reconcile, Sides,
};
pub use names::Names;
pub use pair::{Pair, Pairs, Position, Unreadable};
pub use proposal::Proposal;
pub use registry::{FINDINGS, REGISTRY, by_name, tables};
pub use scene::Scene;
pub use staying::Staying;
pub use wanted::{Ownership, Wanted};

/// An answer of the service that does not have its documented shape.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}: {problem}")]
pub struct OddAnswer {
    pub what: String,
    pub problem: String,
}

impl OddAnswer {
    fn new(what: &str, problem: &str) -> Self {
        Self { what: what.to_owned(), problem: problem.to_owned() }
    }
}
