//! Declared policies are exact, others are not ours.

use super::{ConsentPolicies, Found, Spec};
use crate::kinds::{Own, Ownership, Reconcile, Wanted};

impl Own for ConsentPolicies {}

impl Reconcile for ConsentPolicies {
    /// Declared policies are exact, others are not ours. A description that is not declared stays.
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        ownership: Ownership,
    ) -> Option<Spec> {
        let have = have.map(|have| &have.spec);
        let Some(want) = want else {
            return have.filter(|_| ownership == Ownership::Additive).cloned();
        };
        let mut goal = want.spec.clone()?;
        if let Some(have) = have {
            goal.id.clone_from(&have.id);
            goal.description = goal.description.or_else(|| have.description.clone());
        }
        goal.description = goal.description.filter(|text| !text.is_empty());
        Some(goal)
    }

    fn restated(&self, spec: Spec) -> Spec {
        Spec { description: Some(spec.description.unwrap_or_default()), ..spec }
    }
}
