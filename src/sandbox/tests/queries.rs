//! Query options: what works, and what is refused in the service's words.

use serde_json::Value;

use super::{CROWD, all, get, world};
use crate::sandbox::world::World;

/// Code and message of a refusal.
fn refused(world: &mut World, url: &str, eventual: bool) -> (String, String) {
    let (status, body) = get(world, url, eventual);
    assert_eq!(status, 400, "{url}: {body}");
    let text = |name: &str| body["error"][name].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["displayName"].as_str().unwrap()).collect()
}

const UNSUPPORTED: &str = "Request_UnsupportedQuery";

#[test]
fn nothing_is_ignored() {
    let mut world = world("", &[]);
    for (url, eventual, code, message) in [
        ("/users?$skip=2", false, "Request_BadRequest", "'$skip' is not supported by the service."),
        (
            "/users?$tpo=2",
            false,
            "Request_BadRequest",
            "Unrecognized query argument specified: '$tpo'.",
        ),
        (
            "/users?$select=id,nmae",
            false,
            "BadRequest",
            "Parsing OData Select and Expand failed: Could not find a property named 'nmae' on \
             type 'microsoft.graph.user'.",
        ),
        (
            "/users?$expand=directReports",
            false,
            "BadRequest",
            "Parsing OData Select and Expand failed: Could not find a property named \
             'directReports' on type 'microsoft.graph.user'.",
        ),
        (
            "/users?$orderby=createdDateTime",
            false,
            UNSUPPORTED,
            "Unsupported sort property 'createdDateTime' for 'User'.",
        ),
        (
            "/oauth2PermissionGrants?$orderby=scope",
            true,
            UNSUPPORTED,
            "Unsupported sort property 'scope' for 'OAuth2PermissionGrant'.",
        ),
        (
            "/groups?$filter=startswith(displayName,'a')&$count=true&$orderby=displayName",
            false,
            UNSUPPORTED,
            "Sorting not supported for current query.",
        ),
        (
            "/users?$search=\"displayName:a\"",
            false,
            UNSUPPORTED,
            "Request with $search query parameter only works through MSGraph with a special \
             request header: 'ConsistencyLevel: eventual'",
        ),
        (
            "/users?$search=\"department:a\"",
            true,
            UNSUPPORTED,
            "An unsupported property was specified.",
        ),
    ] {
        let said = refused(&mut world, url, eventual);
        assert_eq!(said, (code.to_owned(), message.to_owned()), "{url}");
    }
}

#[test]
fn one_object_is_no_list() {
    let mut world = world("", &[]);
    let id = get(&mut world, "/groups", false).1["value"][0]["id"].as_str().unwrap().to_owned();
    let (code, message) = refused(&mut world, &format!("/groups/{id}?$top=1"), false);
    assert_eq!(code, "BadRequest");
    assert!(message.starts_with("The requested resource is not a collection."), "{message}");
}

#[test]
fn lists_are_sorted_over_all_their_pages() {
    let mut world = world(CROWD, &[]);
    let (all_users, _) = all(&mut world, "/users?$select=displayName", false);
    let (sorted, pages) = all(&mut world, "/users?$orderby=displayName&$top=50", false);
    assert_eq!((sorted.len(), pages), (all_users.len(), 6));
    let mut expected = names(&all_users);
    expected.sort_by_key(|name| name.to_lowercase());
    assert_eq!(names(&sorted), expected);
    let (back, _) = all(&mut world, "/users?$orderby=displayName desc&$top=999", false);
    expected.reverse();
    assert_eq!(names(&back), expected);
    let filtered = "/users?$filter=startswith(userPrincipalName,'w')&$orderby=userPrincipalName \
                    desc&$count=true";
    let (rows, _) = all(&mut world, filtered, true);
    assert_eq!(rows.len(), 250);
    assert!(rows[0]["userPrincipalName"].as_str().unwrap().starts_with("w00250"));
}

#[test]
fn lists_are_searched() {
    let mut world = world("", &[]);
    let (found, _) = all(&mut world, "/groups?$search=\"displayName:desk\"", true);
    assert_eq!(names(&found), ["Order desk"]);
    assert_eq!(get(&mut world, "/groups/$count?$search=\"displayName:desk\"", true).1, "1");
}

#[test]
fn what_is_related_comes_along() {
    let mut world = world("", &[]);
    let (groups, _) =
        all(&mut world, "/groups?$select=displayName&$expand=members($select=id)", false);
    let desk = groups.iter().find(|group| group["displayName"] == "Order desk").unwrap();
    assert_eq!(desk.get("id"), None);
    let members = desk["members"].as_array().unwrap();
    assert_eq!(members.len(), 3);
    let mut kinds: Vec<&String> = members[0].as_object().unwrap().keys().collect();
    kinds.sort();
    assert_eq!(kinds, ["@odata.type", "id"]);
    let both = "/servicePrincipals?$expand=oauth2PermissionGrants,appRoleAssignedTo";
    let (apps, _) = all(&mut world, both, false);
    assert!(apps.iter().all(|row| row["appRoleAssignedTo"].is_array()));
    let count = |row: &Value| row["oauth2PermissionGrants"].as_array().unwrap().len();
    assert!(apps.iter().map(count).sum::<usize>() > 0);
    let one = format!(
        "/servicePrincipals/{}?$expand=oauth2PermissionGrants",
        apps[0]["id"].as_str().unwrap()
    );
    assert!(get(&mut world, &one, false).1["oauth2PermissionGrants"].is_array());
    let wrong = "/servicePrincipals?$expand=appRoleAssignedTo($select=x)";
    assert!(
        refused(&mut world, wrong, false).1.contains("on type 'microsoft.graph.appRoleAssignment'")
    );
    let plain = "/servicePrincipals?$expand=displayName";
    assert!(refused(&mut world, plain, false).1.contains("is not a navigation property"));
    let policies = "/policies/permissionGrantPolicies?$expand=includes&$select=id";
    let (_, list) = get(&mut world, policies, false);
    let members: Vec<&String> = list["value"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "includes"], "{list}");
    for option in ["$top=1", "$filter=id%20eq%20'x'"] {
        let query = format!("/policies/permissionGrantPolicies?{option}");
        assert!(refused(&mut world, &query, false).1.contains("not simulated"), "{option}");
    }
}
