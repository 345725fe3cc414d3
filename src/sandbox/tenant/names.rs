//! Names of the tables that more than one collection looks into.

pub(crate) const GRANTS: &str = "oauth2PermissionGrants";
pub(crate) const APP_ROLE_ASSIGNMENTS: &str = "appRoleAssignments";
pub(crate) const SERVICE_PRINCIPALS: &str = "servicePrincipals";
pub(crate) const USERS: &str = "users";
pub(crate) const GROUPS: &str = "groups";
pub(crate) const DEVICES: &str = "devices";
/// Of what can be a member of a group.
pub(crate) const OF_MEMBERS: [&str; 4] = [USERS, GROUPS, DEVICES, SERVICE_PRINCIPALS];
pub(crate) const ORGANIZATION: &str = "organization";
/// Applications of the whole world that this tenant could provision, as ready service
/// principal rows. Not served; keyed by app id.
pub(crate) const APPLICATIONS: &str = "applications";
