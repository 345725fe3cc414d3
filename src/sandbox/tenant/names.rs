//! Names of the tables that more than one collection looks into.

pub const GRANTS: &str = "oauth2PermissionGrants";
pub const APP_ROLE_ASSIGNMENTS: &str = "appRoleAssignments";
pub const SERVICE_PRINCIPALS: &str = "servicePrincipals";
pub const USERS: &str = "users";
pub const GROUPS: &str = "groups";
pub const DEVICES: &str = "devices";
/// Of what can be a member of a group.
pub const OF_MEMBERS: [&str; 4] = [USERS, GROUPS, DEVICES, SERVICE_PRINCIPALS];
pub const ORGANIZATION: &str = "organization";
/// Applications of the whole world that this tenant could provision, as ready service
/// principal rows. Not served; keyed by app id.
pub const APPLICATIONS: &str = "applications";
