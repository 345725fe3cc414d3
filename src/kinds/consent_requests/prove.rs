//! Reviewers are of the sort that the policy says.

use super::reviewer::Who;
use super::{ConsentRequests, Spec};
use crate::kinds::{Prove, Scene};
use crate::model::address::Address;
use crate::model::directory::Sort;

impl Prove for ConsentRequests {
    /// Reviewers are drawn by their names alone.
    fn disagreement(&self, spec: &Spec, _address: &Address, scene: &Scene) -> Option<String> {
        spec.reviewers.iter().find_map(|reviewer| match reviewer.who() {
            Who::User(id) => scene.other_sort(id, Sort::User),
            Who::Group(id) => scene.other_sort(id, Sort::Group),
            Who::Other(_) => None,
        })
    }

    /// Whoever can no longer consent can ask, whoever reviews it.
    fn holds(&self, must: &Spec, now: &Spec) -> bool {
        now.enabled || !must.enabled
    }
}
