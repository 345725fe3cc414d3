//! Reading the authorization policy: a single object.

use serde::Deserialize;

use super::{Found, Spec, UserConsent, address};
use crate::kinds::{Kind, OddAnswer, Scene};
use crate::model::address::Address;
use crate::model::query::{Missing, Pages, Query, Rows};
use crate::model::untrusted::shown;

pub(super) fn read() -> Query {
    Query::object("/policies/authorizationPolicy", Missing::Error)
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

pub(super) fn observe(
    pages: &Pages,
    scene: &Scene,
    found: &mut dyn FnMut(Address, Found),
) -> Result<(), OddAnswer> {
    if !scene.is_about(UserConsent::NAME) {
        return Ok(());
    }
    let row = pages.rows(&read()).and_then(Rows::first).ok_or_else(|| odd("was not read"))?;
    let policy = Policy::deserialize(row).map_err(|error| odd(&shown(&error.to_string())))?;
    let assigned = policy.default_user_role_permissions.permission_grant_policies_assigned;
    let spec = Spec { assigned: assigned.unwrap_or_default() };
    found(address(), Found { spec });
    Ok(())
}

fn odd(problem: &str) -> OddAnswer {
    OddAnswer { what: "the tenant's authorization policy".to_owned(), problem: problem.to_owned() }
}
