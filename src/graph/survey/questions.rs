//! How a name, or an id, is asked for.

use crate::model::id::{AppId, ObjectId};
use crate::model::query::{Consistency, Missing, Query, encode, literal};

pub(super) const SERVICE_PRINCIPAL: &str = "id,appId,displayName,appOwnerOrganizationId,servicePrincipalType,\
    accountEnabled,appRoleAssignmentRequired,oauth2PermissionScopes,appRoles,verifiedPublisher";
pub(super) const USER: &str = "id,userPrincipalName,displayName,accountEnabled,userType";
pub(super) const GROUP: &str = "id,displayName,mail,description";
const MEMBER: &str = "id,userPrincipalName,accountEnabled,userType";

/// Which members of a group.
#[derive(Clone, Copy)]
pub(super) enum MemberDepth {
    All,
    Direct,
}

/// What the rows of an answer are, by what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowSort {
    User,
    Group,
    ServicePrincipal,
}

impl RowSort {
    /// `None` where they are something else, or not all of such an object.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let (_, select) = path.split_once("?")?;
        let select = select.split('&').find_map(|one| one.strip_prefix("$select="))?;
        match select {
            SERVICE_PRINCIPAL => Some(Self::ServicePrincipal),
            USER | MEMBER => Some(Self::User),
            GROUP => Some(Self::Group),
            _ => None,
        }
    }

    /// As the service says it in `@odata.type`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::User => "#microsoft.graph.user",
            Self::Group => "#microsoft.graph.group",
            Self::ServicePrincipal => "#microsoft.graph.servicePrincipal",
        }
    }

    /// The paths by which just this object is asked for. `name`: what the row says of its user principal name
    /// or its app id, which are unique. That a group's display name is, its row does not say.
    pub(crate) fn paths(self, id: ObjectId, name: Option<&str>) -> Vec<String> {
        let path = |query: Query| query.path;
        match self {
            Self::User => {
                let named = name.and_then(user_query);
                [user_query(&id.to_string()), named].into_iter().flatten().map(path).collect()
            }
            Self::Group => group_query(&id.to_string()).map(path).into_iter().collect(),
            Self::ServicePrincipal => {
                let app = name.and_then(|app| app.parse().ok()).map(app_query);
                [Some(resource_query(id)), app].into_iter().flatten().map(path).collect()
            }
        }
    }
}

/// The service principal of an app.
pub(super) fn app_query(app: AppId) -> Query {
    let path = format!("/servicePrincipals(appId='{app}')?$select={SERVICE_PRINCIPAL}");
    Query::object(path, Missing::Nothing)
}

/// The service principal of this object id.
pub(super) fn resource_query(id: ObjectId) -> Query {
    let path = format!("/servicePrincipals/{id}?$select={SERVICE_PRINCIPAL}");
    Query::object(path, Missing::Nothing)
}

/// `None` for a text that cannot be a user: asking for it could ask for something else.
pub(super) fn user_query(name: &str) -> Option<Query> {
    let path = if let Ok(id) = name.parse::<ObjectId>() {
        format!("/users/{id}?$select={USER}")
    } else if !name.contains('@') {
        return None;
    } else if name.starts_with('$') {
        // A path segment that begins with $ would be taken for an operation.
        format!("/users('{}')?$select={USER}", encode(&name.replace('\'', "''")))
    } else {
        format!("/users/{}?$select={USER}", encode(name))
    };
    Some(Query::object(path, Missing::Nothing))
}

pub(super) fn group_query(name: &str) -> Option<Query> {
    if let Ok(id) = name.parse::<ObjectId>() {
        return Some(Query::object(format!("/groups/{id}?$select={GROUP}"), Missing::Nothing));
    }
    if name.trim().is_empty() {
        return None;
    }
    let filter = format!("displayName%20eq%20{}", literal(name));
    let path = format!("/groups?$filter={filter}&$select={GROUP}&$top=999");
    Some(Query::list(path, Consistency::Default, Missing::Error))
}

pub(super) fn members_query(id: &ObjectId, depth: MemberDepth) -> Query {
    // The cast to users needs $count and the header, says the reference.
    let cast = match depth {
        MemberDepth::All => "transitiveMembers/microsoft.graph.user",
        MemberDepth::Direct => "members/microsoft.graph.user",
    };
    let path = format!("/groups/{id}/{cast}?$select={MEMBER}&$top=999&$count=true");
    Query::list(path, Consistency::Eventual, Missing::Error)
}

/// What begins as this name does. `kind` is `users` or `groups`.
pub(super) fn alike_query(name: &str, kind: &str) -> Query {
    let start: String = name.trim().chars().take(3).collect();
    let (member, select) =
        if kind == "users" { ("userPrincipalName", USER) } else { ("displayName", GROUP) };
    let filter = format!("startswith({member},{})", literal(&start));
    let path = format!("/{kind}?$filter={filter}&$select={select}&$top=20");
    Query::list(path, Consistency::Default, Missing::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_cannot_become_other_paths() {
        let path = |name: &str| user_query(name).map(|query| query.path);
        let upn = path("a#EXT#/../b?@contoso.com").unwrap();
        assert!(upn.starts_with("/users/a%23EXT%23%2F..%2Fb%3F%40contoso.com?$select="), "{upn}");
        let dollar = path("$o'b@contoso.com").unwrap();
        assert!(dollar.starts_with("/users('%24o%27%27b%40contoso.com')?"), "{dollar}");
        for no_user in ["", "..", ".", "delta", "$count"] {
            assert_eq!(path(no_user), None, "{no_user}");
        }
    }

    #[test]
    fn group_names_stay_inside_their_literal() {
        let query = group_query("O'Brien & co").unwrap();
        assert!(query.path.contains("eq%20%27O%27%27Brien%20%26%20co%27&"), "{}", query.path);
        assert!(group_query(" ").is_none());
        let by_id = group_query("11111111-1111-1111-1111-111111111111").unwrap();
        assert!(by_id.path.starts_with("/groups/11111111-"), "{}", by_id.path);
    }

    #[test]
    fn rows_are_known_by_what_was_asked() {
        let id: ObjectId = "11111111-1111-1111-1111-111111111111".parse().unwrap();
        let app: AppId = "99da6bf4-4525-4bfa-b39f-b6a35789c240".parse().unwrap();
        let sort = |query: Query| RowSort::of(&query.path);
        assert_eq!(sort(app_query(app)), Some(RowSort::ServicePrincipal));
        assert_eq!(sort(resource_query(id)), Some(RowSort::ServicePrincipal));
        assert_eq!(sort(user_query("a@b").unwrap()), Some(RowSort::User));
        assert_eq!(sort(members_query(&id, MemberDepth::All)), Some(RowSort::User));
        assert_eq!(sort(group_query("G").unwrap()), Some(RowSort::Group));
        assert_eq!(sort(alike_query("Gx", "groups")), Some(RowSort::Group));
        assert_eq!(RowSort::of("/users/1?$select=id"), None);
        assert_eq!(RowSort::of("/organization"), None);
    }
}
