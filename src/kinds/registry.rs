//! All kinds there are, and what they find. A new kind is a row in each.

use crate::kinds::{
    AnyKind, app_role, assignment, classification, consent_policy, consent_requests,
    delegated_grant, naming, people, permission, role, service_principal, user_consent,
};
use crate::manifest::TableName;

/// All kinds, in the order in which what they give is sent. What they take goes in the reverse order.
pub static REGISTRY: [&dyn AnyKind; 8] = [
    &service_principal::ServicePrincipals,
    &consent_policy::ConsentPolicies,
    &classification::Classifications,
    &delegated_grant::DelegatedGrants,
    &app_role::AppRoles,
    &assignment::Assignments,
    &consent_requests::ConsentRequests,
    &user_consent::UserConsent,
];

/// Every code that the kinds find, with what it says, for the reference.
pub const FINDINGS: &[&[(&str, &str)]] = &[
    naming::CODES,
    people::CODES,
    permission::CODES,
    role::CODES,
    delegated_grant::declare::CODES,
    app_role::declare::CODES,
    assignment::declare::CODES,
    service_principal::declare::CODES,
    consent_policy::declare::CODES,
    consent_policy::WRITTEN,
    classification::declare::CODES,
    consent_requests::declare::CODES,
    user_consent::declare::CODES,
];

/// The kind with this name, and its place in the order.
pub fn by_name(name: &str) -> Option<(usize, &'static dyn AnyKind)> {
    REGISTRY.iter().copied().enumerate().find(|(_, kind)| kind.name() == name)
}

/// The manifest's tables that belong to kinds.
pub fn tables() -> Vec<TableName> {
    REGISTRY.iter().filter_map(|kind| kind.table()).collect()
}
