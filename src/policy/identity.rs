//! Who runs consent, as the rules see it: the app that a token is for, what that app lets it do before
//! and after the plan, and what of it consent cannot do without.

use std::collections::BTreeSet;

use crate::model::audience::Audience;
use crate::model::change::{Change, PermissionSort};
use crate::model::id::{AppId, ObjectId};
use crate::plan::Plan;
use crate::plan::holdings::Holdings;

/// The identity that a token speaks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Identity {
    /// Labels under which the plan knows the app that the token is for. None, and nothing in the plan
    /// is about it; more than one only in a plan file that was made to mislead.
    pub(crate) labels: BTreeSet<String>,
    /// The user who signed in, or the app's own service principal.
    pub(crate) object: Option<ObjectId>,
    /// What its token lives on: permissions on behalf of a user, or of the app itself.
    pub(crate) sort: Option<PermissionSort>,
    /// All objects of the app, whether the plan changes them or not.
    pub(crate) holdings: Holdings,
    /// What consent has to be able to do.
    pub(crate) needs: Vec<Need>,
}

/// One thing that consent has to be able to do, by the permissions of which any one suffices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need(pub BTreeSet<String>);

/// Microsoft Graph: the resource that consent itself calls.
pub(crate) const GRAPH: AppId = AppId::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000);

impl Identity {
    /// Whether a change is about the app that the token is for.
    pub(crate) fn is_own(&self, change: &Change) -> bool {
        self.labels.contains(&change.address.owner)
    }

    /// The app's label and its name, for sentences.
    pub(crate) fn shown(&self, plan: &Plan) -> String {
        let own = plan.apps.iter().filter(|head| self.labels.contains(&head.label));
        own.map(|head| format!("{} ({})", head.label, head.name.shown()))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Whether what an audience has, this identity has: a signed-in user has what everybody has and
    /// what is his own.
    pub(crate) fn is_in(&self, audience: Audience) -> bool {
        match audience {
            // Who is in a group is not asked: it may be this user.
            Audience::Everyone | Audience::Tenant | Audience::Group(_) => true,
            Audience::One(id) => self.object == Some(id),
        }
    }

    /// Names of the permissions of Microsoft Graph that these objects give it together.
    pub(crate) fn held<'a>(&self, objects: &'a [Change]) -> BTreeSet<&'a str> {
        let mine = objects.iter().filter(|object| self.is_in(object.subject.audience));
        let permissions = mine.flat_map(|object| &object.permissions);
        permissions
            .filter(|one| one.resource == Some(GRAPH) && self.sort == Some(one.sort))
            .map(|one| one.name.as_str())
            .collect()
    }
}

impl Need {
    pub(crate) fn is_met_by(&self, held: &BTreeSet<&str>) -> bool {
        self.0.iter().any(|name| held.contains(name.as_str()))
    }
}
