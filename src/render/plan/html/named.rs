//! What people call those whom a plan is about.

use std::collections::BTreeMap;

use super::links::PermissionSource;
use crate::model::audience::Audience;
use crate::model::change::PermissionSort;
use crate::model::id::ObjectId;
use crate::plan::access;
use crate::plan::{AppHead, Plan};

/// Raw names, to be made safe where they are drawn.
pub(crate) struct Named<'p> {
    plan: &'p Plan,
    /// Names that stand beside changes.
    people: BTreeMap<ObjectId, &'p str>,
    /// Of what publishes permissions, by the word that documents have for it.
    resources: BTreeMap<String, &'p str>,
}

impl<'p> Named<'p> {
    pub(crate) fn of(plan: &'p Plan) -> Self {
        let (mut people, mut resources) = (BTreeMap::new(), BTreeMap::new());
        for change in &plan.changes {
            let subject = &change.subject;
            if let (Audience::One(id) | Audience::Group(id), Some(person)) =
                (subject.audience, &subject.person)
            {
                people.insert(id, person.raw());
            }
            let Some(target) = &subject.target else { continue };
            for one in change.consented() {
                resources.entry(access::resource(one)).or_insert(target.raw());
            }
        }
        Self { plan, people, resources }
    }

    pub(crate) fn holder(&self, id: ObjectId) -> String {
        let known = self.plan.names.0.get(&id).map(|name| name.raw());
        let known = known.or_else(|| self.people.get(&id).copied());
        known.map_or_else(|| id.to_string(), str::to_owned)
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
