//! The file a simulated tenant starts from, as people write it.

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::sandbox::plant;
use crate::sandbox::token::Identity;
use crate::sandbox::weather::Weather;

/// A tenant ready to be served.
#[derive(Debug, Default)]
pub struct Seed {
    pub tenant_id: String,
    pub domain: String,
    pub name: String,
    /// Object id and user principal name of whoever [`crate::sandbox::server::Running::token`]
    /// signs in as.
    pub operator: (String, String),
    /// Rows by table.
    pub rows: Vec<(&'static str, Value)>,
    /// Group, table of the member, id of the member.
    pub members: Vec<(String, &'static str, String)>,
    pub identities: Vec<Identity>,
    pub weather: Weather,
}

/// What is wrong with a seed file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}")]
pub struct SeedError {
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    pub message: String,
}

impl SeedError {
    /// At a byte of the text.
    pub fn at(path: &str, text: &str, byte: usize, message: impl Into<String>) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        Self {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or("").chars().count() + 1,
            message: message.into(),
        }
    }
}

/// Reads a seed file. `path` is only shown.
///
/// # Errors
/// With the first thing that is wrong: not TOML, unknown keys, names that lead nowhere.
pub fn parse(path: &str, text: &str) -> Result<Seed, SeedError> {
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        SeedError::at(path, text, at, error.message())
    })?;
    if let Some((at, what)) = too_many(&file) {
        return Err(SeedError::at(path, text, at, format!("more than {MOST} {what}")));
    }
    plant::plant(file).map_err(|fault| SeedError::at(path, text, fault.at, fault.message))
}

/// Most people of all crowds together, and most grants made in bulk: a number with a digit too many
/// must not take all memory.
const MOST: u64 = 1_000_000;

/// What there is too much of, and where it says so.
fn too_many(file: &File) -> Option<(usize, &'static str)> {
    let mut people = 0;
    for crowd in &file.people {
        people += u64::from(*crowd.count.get_ref());
        if people > MOST {
            return Some((crowd.count.span().start, "people"));
        }
    }
    let size = |prefix: &str| {
        let crowds = file.people.iter().filter(|crowd| crowd.prefix == prefix);
        crowds.map(|crowd| *crowd.count.get_ref()).max().unwrap_or(0)
    };
    let mut grants = 0;
    for bulk in &file.bulk_grant {
        grants += u64::from(size(bulk.people.get_ref()).min(bulk.count.unwrap_or(u32::MAX)));
        if grants > MOST {
            return Some((bulk.people.span().start, "grants"));
        }
    }
    None
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub tenant: TenantTable,
    #[serde(default)]
    pub service_principal: Vec<AppTable>,
    #[serde(default)]
    pub application: Vec<AppTable>,
    #[serde(default)]
    pub user: Vec<UserTable>,
    #[serde(default)]
    pub people: Vec<PeopleTable>,
    #[serde(default)]
    pub device: Vec<DeviceTable>,
    #[serde(default)]
    pub group: Vec<GroupTable>,
    #[serde(default)]
    pub grant: Vec<GrantTable>,
    #[serde(default)]
    pub bulk_grant: Vec<BulkGrantTable>,
    #[serde(default)]
    pub app_role_assignment: Vec<AppRoleAssignmentTable>,
    pub user_consent: Option<UserConsentTable>,
    pub admin_consent_requests: Option<AdminConsentRequestsTable>,
    #[serde(default)]
    pub classification: Vec<ClassificationTable>,
    #[serde(default)]
    pub consent_policy: Vec<ConsentPolicyTable>,
    #[serde(default)]
    pub identity: Vec<IdentityTable>,
    #[serde(default)]
    pub weather: Weather,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantTable {
    pub id: Spanned<String>,
    pub domain: String,
    pub name: String,
    /// User principal name of whoever works on the tenant.
    pub operator: Option<Spanned<String>>,
}

/// An app of the tenant, or one that exists elsewhere and could be provisioned.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppTable {
    pub id: Option<Spanned<String>>,
    pub app_id: Spanned<String>,
    pub name: String,
    /// Tenant id, `microsoft`, or absent for this tenant.
    pub publisher_tenant: Option<String>,
    pub verified_publisher: Option<String>,
    #[serde(default)]
    pub assignment_required: bool,
    #[serde(default = "yes")]
    pub enabled: bool,
    /// `microsoft-graph`: everything Microsoft Graph publishes.
    pub publishes: Option<Spanned<String>>,
    #[serde(default)]
    pub scopes: Vec<Published>,
    #[serde(default)]
    pub roles: Vec<Published>,
}

/// A permission: its name, or all of it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Published {
    Name(String),
    Full(PublishedTable),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublishedTable {
    pub value: String,
    pub id: Option<String>,
    /// Of a scope: `User` (default) or `Admin`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Of a role: `Application` (default), `User`.
    pub members: Option<Vec<String>>,
    #[serde(default = "yes")]
    pub enabled: bool,
    pub display: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserTable {
    pub id: Option<Spanned<String>>,
    pub upn: Spanned<String>,
    pub name: Option<String>,
    pub mail: Option<String>,
    #[serde(default)]
    pub guest: bool,
    #[serde(default)]
    pub disabled: bool,
}

/// Many users at once: `prefix00001@domain` and so on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeopleTable {
    pub prefix: String,
    /// With those of the other crowds at most [`MOST`].
    pub count: Spanned<u32>,
    /// The tenant's own domain when absent.
    pub domain: Option<String>,
    /// A group they are all members of.
    pub group: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceTable {
    pub id: Option<Spanned<String>>,
    pub name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupTable {
    pub id: Option<Spanned<String>>,
    pub name: String,
    /// User principal names, names of groups, apps and devices, or ids.
    #[serde(default)]
    pub members: Vec<Spanned<String>>,
    /// Members are only seen with `Member.Read.Hidden`.
    #[serde(default)]
    pub hidden: bool,
    /// Nobody may read it.
    #[serde(default)]
    pub forbidden: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantTable {
    /// Name, app id or object id of an app.
    pub client: Spanned<String>,
    pub resource: Spanned<String>,
    /// User principal name or id; absent: all users.
    pub user: Option<Spanned<String>>,
    /// To the letter.
    pub scope: String,
}

/// The same one-user grant for all people of one `[[people]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkGrantTable {
    pub client: Spanned<String>,
    pub resource: Spanned<String>,
    pub people: Spanned<String>,
    /// Only for the first so many.
    pub count: Option<u32>,
    pub scope: String,
}

/// What somebody has on an app: an app permissions, a person or a group access.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppRoleAssignmentTable {
    /// User principal name, name of a group or an app, or id.
    pub principal: Spanned<String>,
    /// Name, app id or object id of an app.
    pub resource: Spanned<String>,
    /// Name or id of the role; absent: the default one. An id need not be defined any more.
    pub role: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserConsentTable {
    /// `permissionGrantPoliciesAssigned`, to the letter.
    pub policies: Vec<String>,
}

/// The admin consent workflow, as it was set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdminConsentRequestsTable {
    #[serde(default)]
    pub enabled: bool,
    #[serde(default)]
    pub notify: bool,
    #[serde(default)]
    pub reminders: bool,
    #[serde(default)]
    pub days: u32,
    /// Queries, to the letter.
    #[serde(default)]
    pub reviewers: Vec<String>,
}

/// Classes of permissions of one app.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassificationTable {
    /// Name, app id or object id of an app.
    pub resource: Spanned<String>,
    #[serde(default)]
    pub low: Vec<Spanned<String>>,
    #[serde(default)]
    pub medium: Vec<Spanned<String>>,
    #[serde(default)]
    pub high: Vec<Spanned<String>>,
}

/// A consent policy besides those of Microsoft.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentPolicyTable {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    /// Condition sets with the service's own members; what is left out is as inclusive as can be.
    #[serde(default)]
    pub includes: Vec<Value>,
    #[serde(default)]
    pub excludes: Vec<Value>,
}

/// An application that can sign in at the token endpoint.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityTable {
    pub app_id: Spanned<String>,
    pub id: Option<Spanned<String>>,
    pub secret: Option<String>,
    #[serde(default)]
    pub secret_expired: bool,
    /// PEM of a certificate, or of a bare public key.
    pub certificate: Option<Spanned<String>>,
    pub federated: Option<FederatedTable>,
    #[serde(default)]
    pub permissions: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FederatedTable {
    pub issuer: String,
    pub subject: String,
    pub audience: Option<String>,
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::simulated::tables::{GRANTS, USERS};

    const TENANT: &str = "[tenant]\nid = \"8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7\"\ndomain = \"c.example\"\nname = \"C\"\n";

    fn wrong(rest: &str) -> String {
        parse("tenant.toml", &format!("{TENANT}{rest}")).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_have_a_line() {
        assert!(wrong("[[user]]\nupm = \"a\"\n").starts_with("tenant.toml:6:1: unknown field"));
        let group = "[[group]]\nname = \"G\"\nmembers = [\"nobody@c.example\"]\n";
        assert_eq!(
            wrong(group),
            "tenant.toml:7:12: nothing in this seed is called \"nobody@c.example\""
        );
        assert!(
            wrong("[[user]]\nid = \"x\"\nupn = \"a@c.example\"\n").contains(":6:6: not a GUID")
        );
        assert!(wrong("[[user]]\nupn = \"a\"\n[[user]]\nupn = \"A\"\n").contains("twice"));
        let crowd = "[[people]]\nprefix = \"w\"\ncount = 4294967295\n";
        assert_eq!(wrong(crowd), "tenant.toml:7:9: more than 1000000 people");
    }

    #[test]
    fn crowds_get_the_same_ids_every_time() {
        let text = format!(
            "{TENANT}[[service_principal]]\napp_id = \"00000003-0000-0000-c000-000000000000\"\nname \
             = \"Graph\"\n[[group]]\nname = \"G\"\n[[people]]\nprefix = \"w\"\ncount = 3\ngroup = \
             \"G\"\n[[bulk_grant]]\nclient = \"Graph\"\nresource = \"Graph\"\npeople = \"w\"\ncount \
             = 2\nscope = \" x\"\n"
        );
        let (a, b) = (parse("t", &text).unwrap(), parse("t", &text).unwrap());
        assert_eq!(a.rows, b.rows);
        assert_eq!(a.rows.iter().filter(|(table, _)| *table == USERS).count(), 3);
        let grants: Vec<_> = a.rows.iter().filter(|(table, _)| *table == GRANTS).collect();
        assert_eq!((grants.len(), &grants[0].1["scope"]), (2, &serde_json::json!(" x")));
        assert_eq!(a.members.len(), 3);
        assert_eq!(a.operator.1, "w00001@c.example");
    }
}
