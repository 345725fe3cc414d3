//! Which right a refused request would have needed.
//! <https://learn.microsoft.com/graph/permissions-reference>

use crate::graph::auth::Claims;

/// What one call needs: a permission in the token and, where a person signed in, a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Right {
    /// The least permission of Microsoft Graph, delegated or application.
    pub permission: &'static str,
    /// Others that would do as well.
    pub(crate) wider: &'static [&'static str],
    /// The least directory role of a person.
    pub role: &'static str,
}

/// Whether a call reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Part of a path in lower case, with `*` for anything between two parts, then what reading and what
/// writing it needs. The first that fits counts, so that longer parts stand above shorter ones.
type Row = (&'static str, Right, Right);

const READER: &str = "Directory Readers";
const CLOUD_APP_ADMIN: &str = "Cloud Application Administrator";
/// For admin consent requests Microsoft's pages name other roles, too, and not the same ones.
const GLOBAL: &str = "Global Administrator";
const PRIVILEGED: &str = "Privileged Role Administrator";
/// Acts on the directory as the signed-in user, who then needs the role: what tokens of the Azure
/// command line hold in place of anything narrower. Microsoft's tables name it for hardly any call, so
/// it is never asked for; but with it nothing can be said to be missing before the service says so.
const AS_USER: &str = "Directory.AccessAsUser.All";
const DIRECTORY: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All", AS_USER];
const APPS: &[&str] =
    &["Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", AS_USER];
const USER_ROLES: &[&str] =
    &["Directory.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", AS_USER];
const GROUPS: &[&str] = &[
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    AS_USER,
];

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
            &["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All", AS_USER],
            READER,
        ),
        right(
            "DelegatedPermissionGrant.ReadWrite.All",
            &["Directory.ReadWrite.All", AS_USER],
            CLOUD_APP_ADMIN,
        ),
    ),
    // What users and groups have says more than who uses an app. For a group both permissions are
    // needed, and whoever writes has the other one.
    (
        "users/*/approleassign",
        right("Directory.Read.All", USER_ROLES, READER),
        right("AppRoleAssignment.ReadWrite.All", &[AS_USER], PRIVILEGED),
    ),
    (
        "groups/*/approleassign",
        right("Directory.Read.All", &["Directory.ReadWrite.All", AS_USER], READER),
        right("AppRoleAssignment.ReadWrite.All", &[AS_USER], PRIVILEGED),
    ),
    (
        "approleassign",
        right("Application.Read.All", APPS, READER),
        right("AppRoleAssignment.ReadWrite.All", &[AS_USER], PRIVILEGED),
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
        right("Application.Read.All", APPS, READER),
        right(
            "Application.ReadWrite.All",
            // Enough for apps that the tenant owns; the tenant itself refuses the others.
            &["Directory.ReadWrite.All", "Application.ReadWrite.OwnedBy", AS_USER],
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
        right("GroupMember.Read.All", GROUPS, READER),
        right("GroupMember.ReadWrite.All", &[], "Groups Administrator"),
    ),
    (
        "groups",
        right("Group.Read.All", GROUPS, READER),
        right("Group.ReadWrite.All", &[], "Groups Administrator"),
    ),
    (
        "users",
        right(
            "User.ReadBasic.All",
            &[
                "User.Read.All",
                "User.ReadWrite.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
                AS_USER,
            ],
            READER,
        ),
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
    let row = TABLE.iter().find(|(part, ..)| holds_part(&path, part));
    match (row, access) {
        (Some((_, read, _)), Access::Read) => *read,
        (Some((_, _, write)), Access::Write) => *write,
        (None, Access::Read) => right("Directory.Read.All", DIRECTORY, READER),
        (None, Access::Write) => right("Directory.ReadWrite.All", &[], PRIVILEGED),
    }
}

fn holds_part(path: &str, part: &str) -> bool {
    let mut rest = path;
    part.split('*').all(|piece| match rest.split_once(piece) {
        Some((_, behind)) => {
            rest = behind;
            true
        }
        None => false,
    })
}

/// Every permission that the token lacks for these writes, if it says what it holds: each named once, in
/// the order of the writes. So a run that cannot succeed ends before its first write.
pub(crate) fn lacking<'p>(
    paths: impl IntoIterator<Item = &'p str>,
    claims: &Claims,
) -> Vec<&'static str> {
    let mut lacking = Vec::new();
    if !tells(claims) {
        return lacking;
    }
    for path in paths {
        let right = needed(Access::Write, path);
        if !holds(right, claims) && !lacking.contains(&right.permission) {
            lacking.push(right.permission);
        }
    }
    lacking
}

/// Whether the token says what it may do. An opaque one does not.
fn tells(claims: &Claims) -> bool {
    !claims.scopes.is_empty() || !claims.roles.is_empty()
}

fn holds(right: Right, claims: &Claims) -> bool {
    right.sufficient().any(|permission| claims.has(permission))
}

impl Right {
    /// Every permission that suffices by itself.
    pub(crate) fn sufficient(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.permission).chain(self.wider.iter().copied())
    }
}

/// What is missing, and what to do: a token without the permission is another matter than a person
/// without the role.
pub(crate) fn advice(right: Right, claims: &Claims) -> (String, String) {
    let Right { permission, wider: _, role } = right;
    match (holds(right, claims), claims.is_delegated()) {
        (true, true) => (
            format!("the signed-in user lacks a role such as {role}"),
            format!("assign {role} to the user, activate it if it is eligible, and sign in again"),
        ),
        // An application needs no role: what its token holds must do, or is too new or restricted.
        (true, false) => (
            format!("the application's token holds the permission {permission} or a wider one, and that is not enough here"),
            "if it was granted just now, wait some minutes and sign in again; otherwise look for a \
             restriction of the tenant, with the request id"
                .to_owned(),
        ),
        (false, _) if tells(claims) => (
            format!("the token lacks the permission {permission}"),
            format!(
                "consent {permission} of Microsoft Graph to the app that signs in, and sign in again"
            ),
        ),
        (false, _) => (
            format!("needed are the permission {permission} and, for a user, a role such as {role}"),
            format!("grant {permission} to the app that signs in, or assign {role} to the user"),
        ),
    }
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
        assert_eq!(permission(Access::Read, roles), "Application.Read.All");
        // Reading apps does not suffice to read what people and groups have.
        for roles in ["/users/1/appRoleAssignments?$filter=x", "/groups/1/appRoleAssignments"] {
            let right = needed(Access::Read, roles);
            assert_eq!(right.permission, "Directory.Read.All", "{roles}");
            assert!(!right.sufficient().any(|one| one == "Application.Read.All"), "{roles}");
            assert_eq!(permission(Access::Write, roles), "AppRoleAssignment.ReadWrite.All");
        }
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
        for held in ["Directory.ReadWrite.All", "Directory.AccessAsUser.All"] {
            assert!(advice(right, &with(&[held])).0.contains("user lacks a role"), "{held}");
        }
        assert!(advice(right, &Claims::default()).0.starts_with("needed are"));
        let roles = vec!["DelegatedPermissionGrant.ReadWrite.All".to_owned()];
        let application = Claims { roles, ..Claims::default() };
        assert!(!advice(right, &application).0.contains("user"), "applications have no roles");
    }

    #[test]
    fn all_that_a_token_lacks_is_told_at_once() {
        let paths = [
            "/servicePrincipals",
            "/oauth2PermissionGrants",
            "/oauth2PermissionGrants/x",
            "/policies/authorizationPolicy",
        ];
        let all = [
            "Application.ReadWrite.All",
            "DelegatedPermissionGrant.ReadWrite.All",
            "Policy.ReadWrite.Authorization",
        ];
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let user = |held: &[&str]| Claims { scopes: words(held), ..Claims::default() };
        let app = |held: &[&str]| Claims { roles: words(held), ..Claims::default() };
        assert_eq!(lacking(paths, &user(&["User.Read"])), all);
        assert_eq!(lacking(paths, &app(&["Directory.Read.All"])), all);
        assert_eq!(lacking(paths, &app(&["Directory.ReadWrite.All"])), [all[2]]);
        assert!(lacking(paths, &user(&all)).is_empty());
        // A token that says nothing is tried.
        assert!(lacking(paths, &Claims::default()).is_empty());
        // Of the Azure command line: the user's role decides, but not about policies.
        assert_eq!(lacking(paths, &user(&["Directory.AccessAsUser.All"])), [all[2]]);
    }
}
