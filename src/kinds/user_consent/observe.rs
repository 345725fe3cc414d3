//! Reading the authorization policy: a single object.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Found, Spec, UserConsent, address, grants, is_for_self};
use crate::kinds::{Each, Kind, Observe, OddAnswer, Read, Scene};
use crate::model::address::Address;
use crate::model::query::{Consistency, Missing, Pages, Query, Rows, Shape};
use crate::model::untrusted::shown;

impl Read for UserConsent {
    fn reads(&self, scene: &Scene) -> Vec<Query> {
        let policy = scene.is_about(UserConsent::NAME).then(read);
        let count = scene.settings.contains(&grants()).then(count);
        policy.into_iter().chain(count).collect()
    }

    /// How many one-user grants there are.
    fn possible(&self, _scene: &Scene) -> BTreeSet<Address> {
        [grants()].into()
    }
}

impl Observe for UserConsent {
    fn observe(&self, pages: &Pages, scene: &Scene, found: Each<Found>) -> Result<(), OddAnswer> {
        if !scene.is_about(UserConsent::NAME) {
            return Ok(());
        }
        let rows = pages.rows(&read()).ok_or_else(|| odd("was not read"))?;
        let row = rows.first().ok_or_else(|| odd("was not read"))?;
        let policy = Policy::deserialize(row).map_err(|error| odd(&shown(&error.to_string())))?;
        let assigned = policy.default_user_role_permissions.permission_grant_policies_assigned;
        let spec = Spec { assigned: assigned.unwrap_or_default() };
        found(address(), Found { spec }, rows.answered());
        Ok(())
    }
}

pub(super) fn read() -> Query {
    Query::object("/policies/authorizationPolicy", Missing::Error)
}

/// The first row of all one-user grants, for the number that the service gives with it.
fn count() -> Query {
    let filter = "consentType%20eq%20%27Principal%27";
    let path = format!("/oauth2PermissionGrants?$filter={filter}&$select=id&$top=1&$count=true");
    Query { shape: Shape::Object, ..Query::list(path, Consistency::Eventual, Missing::Nothing) }
}

/// What becomes of consent that was given, in words for reviewers.
pub(super) fn note(pages: &Pages, want: Option<&Spec>) -> String {
    let ends = want.is_some_and(|spec| !spec.assigned.iter().any(|entry| is_for_self(entry)));
    let first = pages.rows(&count()).and_then(Rows::first).filter(|_| ends);
    match first.as_ref().and_then(|page| page.get("@odata.count")?.as_u64()) {
        Some(1) => "Existing grants stay; 1 user grant exists.".to_owned(),
        Some(count) => format!("Existing grants stay; {count} user grants exist."),
        None => "Consent that was given stays; only future consent changes.".to_owned(),
    }
}

/// The list as it was read, if it was.
pub(super) fn assigned(pages: &Pages) -> Vec<String> {
    let row = pages.rows(&read()).and_then(Rows::first);
    let policy = row.and_then(|row| Policy::deserialize(row).ok());
    let role = policy.map(|policy| policy.default_user_role_permissions);
    role.and_then(|role| role.permission_grant_policies_assigned).unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    default_user_role_permissions: Permissions,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permissions {
    /// Null has been seen where users may consent to nothing.
    permission_grant_policies_assigned: Option<Vec<String>>,
}

fn odd(problem: &str) -> OddAnswer {
    OddAnswer::new("the tenant's authorization policy", problem)
}
