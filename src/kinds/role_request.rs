//! appRoleAssignment in Microsoft Graph: one object for what an app may do by itself and for who may
//! sign in to it. It is there or not: nothing about it ever changes.
//! <https://learn.microsoft.com/graph/api/resources/approleassignment>

use serde_json::json;

use crate::kinds::step::{proof, step};
use crate::model::change::Step;
use crate::model::id::{PathId, PermissionId};
use crate::model::query::{Consistency, Missing, Query};
use crate::model::request::{Expect, Expected, Members, Method, Proof};

/// One role of one resource in somebody's hands. Ids may be placeholders, which must stay as they are
/// until the id is known.
pub(super) struct RoleAssignment {
    /// Where the holder stands: `servicePrincipals`, `users` or `groups`.
    pub(super) holders: &'static str,
    /// Object id.
    pub(super) holder: String,
    /// Object id of the service principal that defines the role.
    pub(super) resource: String,
    pub(super) role: PermissionId,
}

impl RoleAssignment {
    /// POST on the resource's side, as Microsoft recommends.
    /// <https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto>
    pub(super) fn give(&self) -> Step {
        let ids = [
            ("principalId", json!(self.holder)),
            ("resourceId", json!(self.resource)),
            ("appRoleId", json!(self.role.to_string())),
        ];
        let fields = ids.iter().map(|(name, id)| (format!("/{name}"), Expected::Value(id.clone())));
        let expect = Expect::Fields(fields.collect());
        let among = Some(self.of_resource());
        let proof = Proof { among, ..proof(self.beside(), expect) };
        let body = ids.into_iter().map(|(name, id)| (name.to_owned(), id)).collect();
        step(Method::Post, self.path(), Some(body), proof)
    }

    /// DELETE, likewise. `id`: the service's id of the object, which nobody can compute.
    pub(super) fn take(&self, id: &PathId) -> Step {
        let own = Members::of([("/id", Expected::Value(json!(id)))]);
        let before = Some(Expect::Fields(own.clone()));
        let proof = Proof { before, ..proof(self.beside(), Expect::Absent(own)) };
        step(Method::Delete, format!("{}/{id}", self.path()), None, proof)
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
