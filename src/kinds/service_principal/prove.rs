//! The head of a plan and its states speak of one app.

use super::{ServicePrincipals, Spec};
use crate::kinds::{Prove, Scene};
use crate::model::address::Address;
use crate::model::untrusted::shown;

impl Prove for ServicePrincipals {
    fn disagreement(&self, spec: &Spec, address: &Address, scene: &Scene) -> Option<String> {
        let app = scene.roster.get(&address.owner);
        (app != Some(&spec.app_id)).then(|| {
            format!("{} is not {} at the head of the plan", shown(&address.owner), spec.app_id)
        })
    }
}
