//! Which right a refused request would have needed.
//! <https://learn.microsoft.com/graph/permissions-reference>

use crate::graph::auth::Claims;

/// What one call needs: a permission in the token and, where a person signed in, a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// The least permission of Microsoft Graph, delegated or application.
    pub permission: &'static str,
    /// Others that would do as well.
    pub wider: &'static [&'static str],
    /// The least directory role of a person.
    pub role: &'static str,
}

/// Whether a call reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Part of a path in lower case, then what reading and what writing it needs. The first that fits
/// counts, so that longer parts stand above shorter ones.
type Row = (&'static str, Right, Right);

const READER: &str = "Directory Readers";
const CLOUD_APP_ADMIN: &str = "Cloud Application Administrator";
/// For admin consent requests Microsoft's pages name other roles, too, and not the same ones.
const GLOBAL: &str = "Global Administrator";
const PRIVILEGED: &str = "Privileged Role Administrator";
const DIRECTORY: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All"];

const fn right(
    permission: &'static str,
    wider: &'static [&'static str],
    role: &'static str,
) -> Right {
    Right { permission, wider, role }
}

const TABLE: &[Row] = &[
    (
        "oauth2permissiongrants",
        right(
            "Directory.Read.All",
            &["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"],
            READER,
        ),
        right(
            "DelegatedPermissionGrant.ReadWrite.All",
            &["Directory.ReadWrite.All"],
            CLOUD_APP_ADMIN,
        ),
    ),
    (
        "approleassign",
        right("Application.Read.All", DIRECTORY, READER),
        right("AppRoleAssignment.ReadWrite.All", &[], PRIVILEGED),
    ),
    (
        "delegatedpermissionclassifications",
        right(
            "Application.Read.All",
            &["Application.ReadWrite.OwnedBy", "Directory.Read.All"],
            READER,
        ),
        right("Policy.ReadWrite.PermissionGrant", &[], CLOUD_APP_ADMIN),
    ),
    (
        "serviceprincipals",
        right("Application.Read.All", DIRECTORY, READER),
        right(
            "Application.ReadWrite.All",
            // Enough for apps that the tenant owns; the tenant itself refuses the others.
            &["Directory.ReadWrite.All", "Application.ReadWrite.OwnedBy"],
            CLOUD_APP_ADMIN,
        ),
    ),
    (
        "authorizationpolicy",
        right("Policy.Read.All", &[], READER),
        right("Policy.ReadWrite.Authorization", &[], PRIVILEGED),
    ),
    (
        "permissiongrantpolicies",
        right("Policy.Read.PermissionGrant", &["Policy.ReadWrite.PermissionGrant"], READER),
        right("Policy.ReadWrite.PermissionGrant", &[], PRIVILEGED),
    ),
    (
        "adminconsentrequestpolicy",
        right(
            "Policy.Read.All",
            &["Policy.ReadWrite.ConsentRequest", "Directory.Read.All", "Directory.ReadWrite.All"],
            "Global Reader",
        ),
        right("Policy.ReadWrite.ConsentRequest", &["Directory.ReadWrite.All"], GLOBAL),
    ),
    (
        "transitivemembers",
        right("GroupMember.Read.All", DIRECTORY, READER),
        right("GroupMember.ReadWrite.All", &[], "Groups Administrator"),
    ),
    (
        "groups",
        right("Group.Read.All", DIRECTORY, READER),
        right("Group.ReadWrite.All", &[], "Groups Administrator"),
    ),
    (
        "users",
        right("User.ReadBasic.All", &["User.Read.All", "Directory.Read.All"], READER),
        right("User.ReadWrite.All", &[], "User Administrator"),
    ),
    (
        "organization",
        right("Organization.Read.All", &["User.Read", "Directory.Read.All"], READER),
        right("Organization.ReadWrite.All", &[], GLOBAL),
    ),
];

/// What a call to this path needs. Anything not in the table is a directory object.
pub fn needed(access: Access, path: &str) -> Right {
    let path = path.split('?').next().unwrap_or_default().to_ascii_lowercase();
    let row = TABLE.iter().find(|(part, ..)| path.contains(part));
    match (row, access) {
        (Some((_, read, _)), Access::Read) => *read,
        (Some((_, _, write)), Access::Write) => *write,
        (None, Access::Read) => right("Directory.Read.All", DIRECTORY, READER),
        (None, Access::Write) => right("Directory.ReadWrite.All", &[], PRIVILEGED),
    }
}

/// The permission that the token lacks for one of these writes, if it says what it holds. So a run
/// that cannot succeed ends before its first write.
pub fn lacking<'p>(
    paths: impl IntoIterator<Item = &'p str>,
    claims: &Claims,
) -> Option<&'static str> {
    let tells = !claims.scopes.is_empty() || !claims.roles.is_empty();
    let held = |right: &Right| {
        claims.has(right.permission) || right.wider.iter().any(|wider| claims.has(wider))
    };
    let mut rights = paths.into_iter().map(|path| needed(Access::Write, path));
    rights.find(|right| tells && !held(right)).map(|right| right.permission)
}

/// What is missing, and what to do: a token without the permission is another matter than a person
/// without the role.
pub fn advice(right: Right, claims: &Claims) -> (String, String) {
    let Right { permission, wider, role } = right;
    let holds = claims.has(permission) || wider.iter().any(|wider| claims.has(wider));
    let tells = !claims.scopes.is_empty() || !claims.roles.is_empty();
    if holds && claims.is_delegated() {
        return (
            format!("the signed-in user lacks a role such as {role}"),
            format!("assign {role} to the user, activate it if it is eligible, and sign in again"),
        );
    }
    if tells && !holds {
        return (
            format!("the token lacks the permission {permission}"),
            format!(
                "consent {permission} of Microsoft Graph to the app that signs in, and sign in again"
            ),
        );
    }
    (
        format!("needed are the permission {permission} and, for a user, a role such as {role}"),
        format!("grant {permission} to the app that signs in, or assign {role} to the user"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_telling_part_of_a_path_counts() {
        let permission = |access, path| needed(access, path).permission;
        let grants = "/servicePrincipals/1/oauth2PermissionGrants?$filter=users";
        assert_eq!(permission(Access::Read, grants), "Directory.Read.All");
        let grants = "/oauth2PermissionGrants/x";
        assert_eq!(permission(Access::Write, grants), "DelegatedPermissionGrant.ReadWrite.All");
        let roles = "/servicePrincipals/1/appRoleAssignedTo";
        assert_eq!(permission(Access::Write, roles), "AppRoleAssignment.ReadWrite.All");
        assert_eq!(permission(Access::Write, "/servicePrincipals"), "Application.ReadWrite.All");
        let members = "/groups/1/transitiveMembers/microsoft.graph.user";
        assert_eq!(permission(Access::Read, members), "GroupMember.Read.All");
        assert_eq!(permission(Access::Read, "/elsewhere"), "Directory.Read.All");
        let classes = "/servicePrincipals/1/delegatedPermissionClassifications";
        assert_eq!(permission(Access::Read, classes), "Application.Read.All");
        assert_eq!(permission(Access::Write, classes), "Policy.ReadWrite.PermissionGrant");
        let sets = "/policies/permissionGrantPolicies/users/includes";
        assert_eq!(permission(Access::Read, sets), "Policy.Read.PermissionGrant");
        assert_eq!(permission(Access::Write, sets), "Policy.ReadWrite.PermissionGrant");
        let requests = "/policies/adminConsentRequestPolicy";
        assert_eq!(permission(Access::Read, requests), "Policy.Read.All");
        assert_eq!(permission(Access::Write, requests), "Policy.ReadWrite.ConsentRequest");
    }

    #[test]
    fn a_missing_permission_is_not_a_missing_role() {
        let right = needed(Access::Write, "/oauth2PermissionGrants");
        let with = |scopes: &[&str]| Claims {
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..Claims::default()
        };
        assert!(advice(right, &with(&["User.Read"])).0.contains("token lacks"));
        let held = with(&["Directory.ReadWrite.All"]);
        assert!(advice(right, &held).0.contains("user lacks a role"));
        assert!(advice(right, &Claims::default()).0.starts_with("needed are"));
    }
}
