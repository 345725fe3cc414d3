//! One condition set: what it says on the wire, and in words.
//! <https://learn.microsoft.com/graph/api/resources/permissiongrantconditionset>

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::model::directory::Directory;
use crate::model::id::{AppId, PermissionId};
use crate::model::schema::JsonSchema;
use crate::model::untrusted::Untrusted;

/// All of its conditions must hold; what is absent is no condition. Ids and words are in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conditions {
    /// `delegated` or `application`.
    pub(crate) permission_type: String,
    pub(crate) permission_classification: Option<String>,
    /// App id.
    pub(crate) resource: Option<String>,
    /// Ids, as the resource publishes them.
    pub(crate) permissions: Option<BTreeSet<String>>,
    /// App ids.
    pub(crate) client_applications: Option<BTreeSet<String>>,
    /// Tenants where the client is registered.
    pub(crate) client_tenants: Option<BTreeSet<String>>,
    /// Partner ids of verified publishers.
    pub(crate) client_publishers: Option<BTreeSet<String>>,
    pub(crate) verified_publisher_only: bool,
}

/// As Graph answers: what is left out is no condition.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    permission_type: String,
    permission_classification: Option<String>,
    resource_application: Option<String>,
    permissions: Option<Vec<String>>,
    client_application_ids: Option<Vec<String>>,
    client_application_tenant_ids: Option<Vec<String>>,
    client_application_publisher_ids: Option<Vec<String>>,
    client_applications_from_verified_publisher_only: Option<bool>,
}

/// The words for no condition, here and on the wire.
pub(super) const ALL: &str = "all";
pub(super) const ANY: &str = "any";

impl Conditions {
    /// # Errors
    /// When the row does not have the documented shape.
    pub(super) fn from_wire(row: &Value) -> Result<Self, serde_json::Error> {
        let row = Row::deserialize(row)?;
        let list = |texts: Option<Vec<String>>| texts.map(|texts| texts.into_iter().collect());
        let set = Self {
            permission_type: row.permission_type,
            permission_classification: row.permission_classification,
            resource: row.resource_application,
            permissions: list(row.permissions),
            client_applications: list(row.client_application_ids),
            client_tenants: list(row.client_application_tenant_ids),
            client_publishers: list(row.client_application_publisher_ids),
            verified_publisher_only: row
                .client_applications_from_verified_publisher_only
                .unwrap_or_default(),
        };
        Ok(set.normal())
    }

    /// The one form in which both sides are compared: lower case, and what matches anything is no
    /// condition.
    #[must_use]
    pub(super) fn normal(self) -> Self {
        let one = |text: Option<String>, widest: &str| {
            text.map(|text| text.to_lowercase()).filter(|text| text != widest)
        };
        let list = |texts: Option<BTreeSet<String>>| {
            let set: BTreeSet<String> = texts?.iter().map(|text| text.to_lowercase()).collect();
            (!set.is_empty() && !set.contains(ALL)).then_some(set)
        };
        Self {
            permission_type: self.permission_type.to_lowercase(),
            permission_classification: one(self.permission_classification, ALL),
            resource: one(self.resource, ANY),
            permissions: list(self.permissions),
            client_applications: list(self.client_applications),
            client_tenants: list(self.client_tenants),
            client_publishers: list(self.client_publishers),
            verified_publisher_only: self.verified_publisher_only,
        }
    }

    /// Every member, so that nothing is left to a default.
    pub(super) fn to_wire(&self) -> BTreeMap<&'static str, Value> {
        let list = |set: &Option<BTreeSet<String>>| match set {
            Some(set) => json!(set),
            None => json!([ALL]),
        };
        let one = |text: &Option<String>, widest: &str| json!(text.as_deref().unwrap_or(widest));
        BTreeMap::from([
            ("permissionType", json!(self.permission_type)),
            ("permissionClassification", one(&self.permission_classification, ALL)),
            ("resourceApplication", one(&self.resource, ANY)),
            ("permissions", list(&self.permissions)),
            ("clientApplicationIds", list(&self.client_applications)),
            ("clientApplicationTenantIds", list(&self.client_tenants)),
            ("clientApplicationPublisherIds", list(&self.client_publishers)),
            ("clientApplicationsFromVerifiedPublisherOnly", json!(self.verified_publisher_only)),
        ])
    }

    /// Whether every permission of its sort matches, of every API and for every app; also where a
    /// saved state says so in another form.
    pub(super) fn is_everything(&self) -> bool {
        let normal = self.clone().normal();
        normal == Self::widest(&normal.permission_type)
    }

    /// Permissions of this type without any condition.
    pub(super) fn widest(permission_type: &str) -> Self {
        Self {
            permission_type: permission_type.to_owned(),
            permission_classification: None,
            resource: None,
            permissions: None,
            client_applications: None,
            client_tenants: None,
            client_publishers: None,
            verified_publisher_only: false,
        }
    }

    /// The resource and the clients that it names.
    pub(super) fn apps(&self) -> impl Iterator<Item = AppId> {
        let clients = self.client_applications.iter().flatten();
        clients.chain(&self.resource).filter_map(|id| id.parse().ok())
    }

    /// For people. Conditions stand behind commas, and what somebody else chose as a name stands in
    /// quotes, so that no name can read as a condition.
    pub(super) fn shown(&self, names: &BTreeMap<String, Untrusted>) -> Untrusted {
        let sort = word(&self.permission_type);
        if self.is_everything() {
            let text = format!("everything: any {sort} permission of any API for any app");
            return Untrusted::new(text);
        }
        let list = |set: &BTreeSet<String>, shown: &dyn Fn(&String) -> String| {
            set.iter().map(shown).collect::<Vec<_>>().join(" and ")
        };
        let plain = |id: &String| word(names.get(id).map_or(id, Untrusted::raw));
        let app = |id: &String| app(id, names);
        let what = match &self.permissions {
            Some(some) => format!("{sort} {}", list(some, &plain)),
            None => format!("any {sort} permission"),
        };
        let of = match &self.resource {
            Some(resource) => format!("{what} of {}", app(resource)),
            None => format!("{what} of any API"),
        };
        let class = self.permission_classification.as_ref();
        let parts = [
            Some(of),
            class.map(|class| format!("classified {}", word(class))),
            self.verified_publisher_only.then(|| "verified publishers only".to_owned()),
            self.client_applications.as_ref().map(|set| format!("for {}", list(set, &app))),
            self.client_tenants.as_ref().map(|set| format!("from tenant {}", list(set, &plain))),
            self.client_publishers
                .as_ref()
                .map(|set| format!("from publisher {}", list(set, &plain))),
        ];
        Untrusted::new(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// An id, or a name without blanks and marks, as it is; everything else in quotes.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-/:".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { quoted(text) }
}

/// In quotes that the text cannot close.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The name of an app, and its id where another one has the same name.
fn app(id: &String, names: &BTreeMap<String, Untrusted>) -> String {
    let Some(name) = names.get(id) else { return word(id) };
    let namesakes = names.values().filter(|other| *other == name).count();
    let id = if namesakes > 1 { format!(" ({id})") } else { String::new() };
    format!("{}{id}", quoted(name.raw()))
}

/// What the tenant calls the permissions and apps of these sets.
pub(super) fn names<'a>(
    sets: impl Iterator<Item = &'a Conditions>,
    directory: &Directory,
) -> BTreeMap<String, Untrusted> {
    let mut names = BTreeMap::new();
    for set in sets {
        for app in set.apps() {
            if let Some(found) = directory.service_principals.get(&app) {
                names.insert(app.to_string(), found.name.clone());
            }
        }
        let resource = set.resource.as_ref().and_then(|id| id.parse::<AppId>().ok());
        let Some(found) = resource.and_then(|id| directory.service_principals.get(&id)) else {
            continue;
        };
        for text in set.permissions.iter().flatten() {
            let Ok(id) = text.parse::<PermissionId>() else { continue };
            let scope = found.scopes.iter().find(|scope| scope.id == id).map(|scope| &scope.value);
            let role = found.roles.iter().find(|role| role.id == id).map(|role| &role.value);
            if let Some(value) = scope.or(role) {
                names.insert(text.clone(), Untrusted::new(value.clone()));
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_no_condition() {
        let short = json!({"permissionType": "delegated"});
        let long = json!({
            "id": "1", "permissionType": "Delegated", "permissionClassification": "all",
            "resourceApplication": "ANY", "permissions": ["all"], "clientApplicationIds": ["All"],
            "clientApplicationTenantIds": [], "clientApplicationPublisherIds": null,
            "clientApplicationsFromVerifiedPublisherOnly": false,
        });
        let read = |row: &Value| Conditions::from_wire(row).unwrap();
        assert_eq!(read(&short), read(&long));
        assert!(read(&short).is_everything());
        assert!(Conditions::from_wire(&json!({"permissions": ["all"]})).is_err());
    }

    #[test]
    fn everything_is_known_in_any_form() {
        let lists = |word: &str| Some(BTreeSet::from([word.to_owned(), "1234567".to_owned()]));
        for word in ["all", "ALL"] {
            let odd = Conditions {
                permission_classification: Some(word.to_owned()),
                resource: Some("Any".to_owned()),
                permissions: Some(BTreeSet::new()),
                client_publishers: lists(word),
                ..Conditions::widest("Delegated")
            };
            assert!(odd.is_everything(), "{odd:?}");
            assert!(odd.shown(&BTreeMap::new()).raw().starts_with("everything: "));
            assert_eq!(odd.normal(), Conditions::widest("delegated"));
        }
    }

    #[test]
    fn the_wire_form_reads_as_itself() {
        let ids = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect());
        let set = Conditions {
            permission_classification: Some("low".to_owned()),
            resource: Some("00000003-0000-0000-c000-000000000000".to_owned()),
            permissions: ids(&["b", "a"]),
            client_applications: ids(&["c"]),
            client_tenants: ids(&["t"]),
            client_publishers: ids(&["123"]),
            verified_publisher_only: true,
            ..Conditions::widest("application")
        };
        for set in [set, Conditions::widest("delegated")] {
            assert_eq!(Conditions::from_wire(&json!(set.to_wire())).unwrap(), set);
            assert_eq!(set.to_wire().len(), 8, "nothing is left to a default");
        }
    }

    #[test]
    fn conditions_stand_behind_commas() {
        let mut set = Conditions::widest("delegated");
        assert_eq!(
            set.shown(&BTreeMap::new()).raw(),
            "everything: any delegated permission of any API for any app"
        );
        set.permission_classification = Some("low".to_owned());
        set.verified_publisher_only = true;
        set.permissions = Some(BTreeSet::from(["1".to_owned(), "2".to_owned()]));
        let names = BTreeMap::from([("1".to_owned(), Untrusted::new("Mail.Read"))]);
        assert_eq!(
            set.shown(&names).raw(),
            "delegated Mail.Read and 2 of any API, classified low, verified publishers only"
        );
    }

    /// Whoever registers an app chooses its name.
    #[test]
    fn no_name_reads_as_a_condition() {
        let names = BTreeMap::from([
            ("a".to_owned(), Untrusted::new("Acme\" and \"b, verified publishers only \\")),
            ("b".to_owned(), Untrusted::new("Field Notes")),
            ("c".to_owned(), Untrusted::new("Field Notes")),
            ("1".to_owned(), Untrusted::new("Read, classified low")),
        ]);
        let ids = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect());
        let mut set = Conditions::widest("delegated");
        set.client_applications = ids(&["a"]);
        set.permissions = ids(&["1"]);
        assert_eq!(
            set.shown(&names).raw(),
            r#"delegated "Read, classified low" of any API, for "Acme\" and \"b, verified publishers only \\""#
        );
        set.permissions = None;
        set.client_applications = ids(&["b", "c"]);
        assert_eq!(
            set.shown(&names).raw(),
            r#"any delegated permission of any API, for "Field Notes" (b) and "Field Notes" (c)"#
        );
    }
}
