//! Scopes that are declared, beside those that are there.

use super::{DelegatedGrants, Found, Spec, declare};
use crate::kinds::{Own, Ownership, Reconcile, Wanted};
use crate::model::finding::Finding;

impl Own for DelegatedGrants {}

impl Reconcile for DelegatedGrants {
    /// The declared scopes; where undeclared ones are not ours, also those that are there, except
    /// what expired. A grant without scopes is no grant: the service has no use for an empty one.
    fn goal(
        &self,
        want: Option<&Wanted<Spec>>,
        have: Option<&Found>,
        ownership: Ownership,
    ) -> Option<Spec> {
        let declared = want.and_then(|want| want.spec.as_ref());
        let expired = want.and_then(|want| want.expired.as_ref());
        let mut goal = declared.or(expired).or(have.map(AsRef::as_ref))?.clone();
        let active = declared.map(|spec| spec.scopes.clone()).unwrap_or_default();
        goal.scopes = match (ownership, have) {
            (Ownership::Additive, Some(have)) => {
                let gone = expired.map(|spec| spec.scopes.clone()).unwrap_or_default();
                have.spec.scopes.without(&gone).union(&active)
            }
            _ => active,
        };
        // An empty grant that was found is left alone where it is not ours, or was as empty before.
        let is_empty = have.is_some_and(|have| have.spec.scopes.is_empty());
        let is_left = is_empty
            && (declared.is_some() || (ownership == Ownership::Additive && want.is_none()));
        (is_left || !goal.scopes.is_empty()).then_some(goal)
    }

    /// Scopes of others in a grant that is declared.
    fn surplus(&self, want: &Wanted<Spec>, goal: &Spec, have: &Found) -> Option<Found> {
        let declared = want.spec.as_ref().map(|spec| spec.scopes.clone()).unwrap_or_default();
        let scopes = goal.scopes.without(&declared);
        (!scopes.is_empty())
            .then(|| Found { id: have.id.clone(), spec: Spec { scopes, ..have.spec.clone() } })
    }

    fn refused(&self, goal: &Spec) -> Option<Finding> {
        declare::too_long(&goal.scopes)
    }
}
