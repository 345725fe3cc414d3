//! The tables of a seed file, as people write them.

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::sandbox::weather::Weather;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedFile {
    pub tenant: SeedTenant,
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
pub(super) struct SeedTenant {
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
    pub scopes: Vec<PublishedPermission>,
    #[serde(default)]
    pub roles: Vec<PublishedPermission>,
}

/// A permission: its name, or all of it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum PublishedPermission {
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
    /// With those of the other crowds at most a million.
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
