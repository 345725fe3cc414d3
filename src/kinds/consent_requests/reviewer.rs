//! Reviewers: a query of Microsoft Graph that names a user, a group or something else.
//! <https://learn.microsoft.com/graph/api/resources/accessreviewreviewerscope>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kinds::Names;
use crate::model::id::ObjectId;
use crate::model::schema::JsonSchema;
use crate::model::untrusted::Untrusted;

/// One reviewer as the service has it, kept to the letter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reviewer {
    pub(crate) query: String,
    pub(crate) query_type: Option<String>,
    pub(crate) query_root: Option<String>,
}

/// Whom a query means: two ways of writing the same are the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    User(ObjectId),
    /// All users in it, with those of the groups inside.
    Group(ObjectId),
    /// A role, a manager, whatever else the service knows. In lower case.
    Other(String),
}

impl Who {
    pub(super) fn id(&self) -> Option<ObjectId> {
        match self {
            Self::User(id) | Self::Group(id) => Some(*id),
            Self::Other(_) => None,
        }
    }
}

impl Reviewer {
    pub(super) fn user(id: ObjectId) -> Self {
        Self::of(format!("/users/{id}"))
    }

    pub(super) fn group(id: ObjectId) -> Self {
        Self::of(format!("/groups/{id}/transitiveMembers/microsoft.graph.user"))
    }

    fn of(query: String) -> Self {
        Self { query, query_type: Some("MicrosoftGraph".to_owned()), query_root: None }
    }

    /// As it is sent, and as the service shows it.
    pub(super) fn to_wire(&self) -> Value {
        let Self { query, query_type, query_root } = self;
        json!({ "query": query, "queryType": query_type, "queryRoot": query_root })
    }

    pub(super) fn who(&self) -> Who {
        let query = self.query.to_lowercase();
        let mut parts: Vec<&str> = query.split('/').filter(|part| !part.is_empty()).collect();
        // The portal writes the version in front.
        if parts.first().is_some_and(|first| *first == "beta" || *first == "v1.0") {
            parts.remove(0);
        }
        let id = |text: &str| text.parse::<ObjectId>().ok();
        let known = match parts[..] {
            ["users", user] => id(user).map(Who::User),
            ["groups", group, "transitivemembers"]
            | ["groups", group, "transitivemembers", "microsoft.graph.user" | "graph.user"] => {
                id(group).map(Who::Group)
            }
            _ => None,
        };
        known.unwrap_or_else(|| {
            let rest = [&self.query_type, &self.query_root];
            let rest = rest.map(|part| part.as_deref().unwrap_or_default().to_lowercase());
            Who::Other(format!("/{} {}", parts.join("/"), rest.join(" ")))
        })
    }

    /// How the query ends, whatever version the service writes in front.
    pub(super) fn ending(&self) -> String {
        let lower = self.query.to_lowercase();
        let version = ["/v1.0/", "/beta/", "v1.0/", "beta/"].into_iter();
        let version = version.filter(|version| lower.starts_with(version)).map(str::len).next();
        let rest = version.and_then(|length| self.query.get(length..));
        rest.map_or_else(|| self.query.clone(), |rest| format!("/{rest}"))
    }

    pub(super) fn is_other(&self) -> bool {
        matches!(self.who(), Who::Other(_))
    }

    /// For people.
    pub(super) fn shown(&self, names: &Names) -> Untrusted {
        match self.who() {
            Who::User(id) => names.of(id),
            Who::Group(id) => Untrusted::new(format!("group {}", names.of(id).raw())),
            Who::Other(_) => Untrusted::new(self.query.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0a000000-0000-4000-8000-00000000000b";

    fn who(query: &str) -> Who {
        Reviewer::of(query.to_owned()).who()
    }

    #[test]
    fn the_same_reviewer_is_written_in_many_ways() {
        let user = Who::User(ID.parse().unwrap());
        for query in ["/users/#", "users/#", "/v1.0/users/#", "/beta/Users/#/"] {
            assert_eq!(who(&query.replace('#', ID)), user, "{query}");
            assert_eq!(who(&query.replace('#', &ID.to_uppercase())), user, "{query}");
        }
        let group = Who::Group(ID.parse().unwrap());
        for query in [
            "/groups/#/transitiveMembers/microsoft.graph.user",
            "/v1.0/groups/#/transitiveMembers/microsoft.graph.user",
            "/groups/#/transitiveMembers",
        ] {
            assert_eq!(who(&query.replace('#', ID)), group, "{query}");
        }
    }

    #[test]
    fn what_is_not_known_is_itself_and_nothing_else() {
        for query in [
            "/groups/#/members",
            "/groups/#/owners",
            "/users/#/manager",
            "/v1.0/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '#'",
            "./manager",
            "/users/admin@contoso.com",
            "",
        ] {
            let other = who(&query.replace('#', ID));
            assert!(matches!(&other, Who::Other(_)), "{query}");
            assert_eq!(other.id(), None);
        }
        assert_eq!(who("/beta/roleManagement/x"), who("/RoleManagement/X"));
        let relative = Reviewer {
            query_root: Some("decisions".to_owned()),
            ..Reviewer::of("./manager".to_owned())
        };
        assert_ne!(relative.who(), who("./manager"));
    }

    #[test]
    fn the_version_is_no_part_of_the_ending() {
        let ending = |query: &str| Reviewer::of(query.to_owned()).ending();
        assert_eq!(ending("/V1.0/users/a"), "/users/a");
        assert_eq!(ending("beta/users/a"), "/users/a");
        assert_eq!(ending("/users/a"), "/users/a");
        assert_eq!(ending("./manager"), "./manager");
    }
}
