//! What people call those whom a plan is about, and what publishes its permissions.

use std::collections::BTreeMap;

use crate::model::audience::Audience;
use crate::model::change::Change;
use crate::model::id::ObjectId;
use crate::model::untrusted::Untrusted;
use crate::plan::{Plan, access};
use crate::render::page::called;

/// What people call the APIs of the plan's permissions, by application id, or object id where that is not
/// known.
pub(crate) fn resources(plan: &Plan) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for change in &plan.changes {
        let Some(target) = &change.subject.target else { continue };
        for one in &change.permissions {
            let id = access::resource(one);
            found.entry(id).or_insert_with(|| called(target.raw()));
        }
    }
    found
}

/// What the holders of a plan are called: by the directory, or else by the change that is about them.
pub(crate) struct HolderNames<'p> {
    plan: &'p Plan,
    by_change: BTreeMap<ObjectId, &'p Untrusted>,
}

impl<'p> HolderNames<'p> {
    pub(crate) fn of(plan: &'p Plan) -> Self {
        let one = |change: &'p Change| match change.subject.audience {
            Audience::One(id) | Audience::Group(id) => Some((id, change.subject.person.as_ref()?)),
            Audience::Everyone | Audience::Tenant => None,
        };
        Self { plan, by_change: plan.changes.iter().filter_map(one).collect() }
    }

    /// Safe text; the id of one whose name nobody looked up.
    pub(crate) fn name(&self, id: ObjectId) -> String {
        self.known(id).map_or_else(|| id.to_string(), |name| called(name.raw()))
    }

    /// As the tenant has it.
    pub(crate) fn known(&self, id: ObjectId) -> Option<&'p Untrusted> {
        self.plan.names.0.get(&id).or_else(|| self.by_change.get(&id).copied())
    }
}
