//! What Microsoft Graph serves, a file for each of its collections, under Graph's own names. Each is
//! written from its documentation: what its routes are, which permissions they take, what is refused.

pub(crate) mod admin_consent_request_policy;
pub(crate) mod app_role_assignments;
pub(crate) mod authorization_policy;
pub(crate) mod directory_objects;
pub(crate) mod groups;
pub(crate) mod oauth2_permission_grants;
pub(crate) mod organization;
pub(crate) mod permission_classifications;
pub(crate) mod permission_grant_policies;
pub(crate) mod service_principals;
pub(crate) mod users;

use crate::sandbox::collection::Collection;

/// All of them. A call belongs to the first that knows it.
pub fn all() -> Vec<&'static dyn Collection> {
    vec![
        &organization::OrganizationRoutes,
        &users::Users,
        &groups::Groups,
        &directory_objects::DirectoryObjects,
        &service_principals::ServicePrincipalRoutes,
        &app_role_assignments::AppRoleAssignments,
        &oauth2_permission_grants::Oauth2PermissionGrants,
        &permission_classifications::PermissionClassifications,
        &permission_grant_policies::Policies,
        &admin_consent_request_policy::AdminConsentRequestPolicy,
        &authorization_policy::AuthorizationPolicy,
    ]
}
