//! What people call those whom a plan is about.

use std::collections::BTreeMap;

use super::links::PermissionSource;
use crate::model::change::PermissionSort;
use crate::model::id::ObjectId;
use crate::plan::access;
use crate::plan::{AppHead, Plan};
use crate::render::plan::holder_names::HolderNames;

/// Raw names, to be made safe where they are drawn.
pub(crate) struct Named<'p> {
    plan: &'p Plan,
    people: HolderNames<'p>,
    /// Of what publishes permissions, by the word that documents have for it.
    resources: BTreeMap<String, &'p str>,
}

impl<'p> Named<'p> {
    pub(crate) fn of(plan: &'p Plan) -> Self {
        let mut resources = BTreeMap::new();
        for change in &plan.changes {
            let Some(target) = &change.subject.target else { continue };
            for one in change.consented() {
                resources.entry(access::resource(one)).or_insert(target.raw());
            }
        }
        Self { plan, people: HolderNames::of(plan), resources }
    }

    pub(crate) fn holder(&self, id: ObjectId) -> String {
        self.people.known(id).map_or_else(|| id.to_string(), |name| name.raw().to_owned())
    }

    /// `Microsoft Graph`, or its id.
    pub(crate) fn resource(&self, source: &PermissionSource) -> String {
        self.resources.get(&source.0).map_or_else(|| source.0.clone(), |name| (*name).to_owned())
    }

    pub(crate) fn app(&self, label: &str) -> Option<&'p AppHead> {
        self.plan.apps.iter().find(|app| app.label == label)
    }
}

/// How a permission is held.
pub(crate) fn manner(sort: PermissionSort) -> &'static str {
    match sort {
        PermissionSort::Delegated => "as the signed-in user",
        PermissionSort::Application => "with nobody signed in",
        PermissionSort::SignIn => "to sign in",
    }
}
