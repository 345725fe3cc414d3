//! The organization, which is the tenant itself.
//! <https://learn.microsoft.com/graph/api/resources/organization>

use crate::sandbox::call::{Call, Method};
use crate::sandbox::collection::{Answer, Collection, List, Within};
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::ORGANIZATION;
use crate::sandbox::tenant::table::Shape;

/// The routes of this collection.
pub struct Organization;

const READ: &[&str] = &[
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "User.Read",
    "User.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

impl Collection for Organization {
    fn tables(&self) -> &'static [Shape] {
        &[Shape { name: ORGANIZATION, indexed: &[] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        let route = call.route();
        (route.first()? == "organization" && route.len() <= 2).then_some(READ)
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answer {
        if call.method != Method::Get {
            return Refused::no_such_method().into();
        }
        match call.segment(1) {
            "" => Answer::List(List::of("organization", Within::Table(ORGANIZATION), &[])),
            key => Answer::one(tenant, ORGANIZATION, key, "organization/$entity"),
        }
    }
}
