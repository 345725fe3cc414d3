//! What Microsoft Graph serves, a file for each of its collections, under Graph's own names. Each is
//! written from its documentation: what its routes are, which permissions they take, what is refused.

pub mod admin_consent_request_policy;
pub mod app_role_assignments;
pub mod authorization_policy;
pub mod directory_objects;
pub mod groups;
pub mod oauth2_permission_grants;
pub mod organization;
pub mod permission_classifications;
pub mod permission_grant_policies;
pub mod service_principals;
pub mod users;

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
