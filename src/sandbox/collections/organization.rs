//! The organization, which is the tenant itself.
//! <https://learn.microsoft.com/graph/api/resources/organization>

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection, Listing, Within};
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::ORGANIZATION;
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct OrganizationRoutes;

const READ: &[&str] = &[
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "User.Read",
    "User.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

impl Collection for OrganizationRoutes {
    fn tables(&self) -> &'static [TableShape] {
        &[TableShape { name: ORGANIZATION, indexed: &[] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        let route = call.route();
        (route.first()? == "organization" && route.len() <= 2).then_some(READ)
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        if call.method != HttpMethod::Get {
            return Refused::no_such_method().into();
        }
        match call.segment(1) {
            "" => Answered::List(Listing::of("organization", Within::Table(ORGANIZATION), &[])),
            key => Answered::one(tenant, ORGANIZATION, key, "organization/$entity"),
        }
    }
}
