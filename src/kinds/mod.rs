//! Floor 2: the managed objects, one folder each, with the same files in each: `mod` (what it is and
//! when two states are the same), `declare` (manifest → wanted), `compose` (the way back), `observe`
//! (answers → found), `reconcile` (wanted and found → the state to reach), `encode` (differences →
//! requests), `order` (what waits for what), `prove` (a saved state against the tenant).
//!
//! A kind is pure: it says what to read and what to send, and does neither. It may import floors 0
//! and 1. Everything above uses [`REGISTRY`] and never asks which kind it has in hand.

pub(crate) mod any_kind;
pub(crate) mod app_role;
pub(crate) mod assignment;
pub(crate) mod classification;
mod comparison;
pub mod compose;
pub(crate) mod consent_policy;
pub(crate) mod consent_requests;
pub(crate) mod delegated_grant;
mod goals;
mod inputs;
mod kind;
mod mismatch;
mod naming;
mod pairs;
mod people;
mod permission;
mod proposal;
mod registry;
mod role;
mod role_request;
mod scene;
pub(crate) mod service_principal;
mod state_json;
mod staying;
mod step;
pub(crate) mod user_consent;
mod wanted;
#[cfg(test)]
pub(crate) mod world;

pub(crate) use any_kind::AnyKind;
pub(crate) use comparison::LeftAlone;
pub use compose::Composed;
pub(crate) use goals::AnyGoals;
pub use inputs::Inputs;
pub(crate) use kind::{
    Compose, Declare, Each, Kind, Observe, Order, Own, Propose, Prove, Read, Reconcile, Sides,
};
pub use pairs::Pairs;
pub(crate) use proposal::Proposal;
pub use registry::{FINDINGS, REGISTRY, by_name, tables};
pub use scene::Scene;
pub(crate) use staying::Staying;
pub(crate) use wanted::{Ownership, Wanted};

pub use crate::model::names::Names;
pub use crate::model::pair::{Pair, Position, Unreadable};

/// An answer of the service that does not have its documented shape.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}: {problem}")]
pub struct OddAnswer {
    pub(crate) what: String,
    pub(crate) problem: String,
}

impl OddAnswer {
    fn new(what: &str, problem: &str) -> Self {
        Self { what: what.to_owned(), problem: problem.to_owned() }
    }
}
