//! appRoleAssignment in Microsoft Graph: one object for what an app may do by itself and for who may
//! sign in to it. It is there or not: nothing about it ever changes.
//! <https://learn.microsoft.com/graph/api/resources/approleassignment>

use serde_json::json;

use crate::model::change::Step;
use crate::model::id::{PathId, PermissionId};
use crate::model::query::{Consistency, Missing, Query};
use crate::model::request::{Expect, Expected, Members, Method, Proof, Request};

/// One role of one resource in somebody's hands. Ids may be placeholders, which must stay as they are
/// until the id is known.
pub(super) struct Held {
    /// Where the holder stands: `servicePrincipals`, `users` or `groups`.
    pub(super) holders: &'static str,
    /// Object id.
    pub(super) holder: String,
    /// Object id of the service principal that defines the role.
    pub(super) resource: String,
    pub(super) role: PermissionId,
}

impl Held {
    /// POST on the resource's side, as Microsoft recommends.
    /// <https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto>
    pub(super) fn give(&self) -> Step {
        let ids = [
            ("principalId", json!(self.holder)),
            ("resourceId", json!(self.resource)),
            ("appRoleId", json!(self.role.to_string())),
        ];
        let fields = ids.iter().map(|(name, id)| (format!("/{name}"), Expected::Value(id.clone())));
        Step {
            proof: Proof {
                read: self.beside(),
                expect: Expect::Fields(fields.collect()),
                before: None,
                among: Some(self.of_resource()),
            },
            request: Request {
                method: Method::Post,
                path: self.path(),
                body: Some(ids.into_iter().map(|(name, id)| (name.to_owned(), id)).collect()),
            },
            creates: None,
        }
    }

    /// DELETE, likewise. `id`: the service's id of the object, which nobody can compute.
    pub(super) fn take(&self, id: &PathId) -> Step {
        let own = Members::of([("/id", Expected::Value(json!(id)))]);
        Step {
            proof: Proof {
                read: self.beside(),
                before: Some(Expect::Fields(own.clone())),
                expect: Expect::Absent(own),
                among: None,
            },
            request: Request {
                method: Method::Delete,
                path: format!("{}/{id}", self.path()),
                body: None,
            },
            creates: None,
        }
    }

    fn path(&self) -> String {
        format!("/servicePrincipals/{}/appRoleAssignedTo", self.resource)
    }

    /// What everybody has on this resource.
    fn of_resource(&self) -> Query {
        let path = format!("{}?$top=999", self.path());
        Query::list(path, Consistency::Default, Missing::Nothing)
    }

    /// What the holder has on this resource: a short list, where the resource's own may be endless.
    fn beside(&self) -> Query {
        let Self { holders, holder, resource, role: _ } = self;
        let filter = format!("$filter=resourceId%20eq%20{resource}&$top=999");
        let path = format!("/{holders}/{holder}/appRoleAssignments?{filter}");
        Query::list(path, Consistency::Default, Missing::Nothing)
    }
}
