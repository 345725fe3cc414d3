//! The tables of a seed file, as people write them.

use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::sandbox::weather::Weather;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedFile {
    pub(crate) tenant: SeedTenant,
    #[serde(default)]
    pub(crate) service_principal: Vec<AppTable>,
    #[serde(default)]
    pub(crate) application: Vec<AppTable>,
    #[serde(default)]
    pub(crate) user: Vec<UserTable>,
    #[serde(default)]
    pub(crate) people: Vec<PeopleTable>,
    #[serde(default)]
    pub(crate) device: Vec<DeviceTable>,
    #[serde(default)]
    pub(crate) group: Vec<GroupTable>,
    #[serde(default)]
    pub(crate) grant: Vec<GrantTable>,
    #[serde(default)]
    pub(crate) bulk_grant: Vec<BulkGrantTable>,
    #[serde(default)]
    pub(crate) app_role_assignment: Vec<AppRoleAssignmentTable>,
    pub(crate) user_consent: Option<UserConsentTable>,
    pub(crate) admin_consent_requests: Option<AdminConsentRequestsTable>,
    #[serde(default)]
    pub(crate) classification: Vec<ClassificationTable>,
    #[serde(default)]
    pub(crate) consent_policy: Vec<ConsentPolicyTable>,
    #[serde(default)]
    pub(crate) identity: Vec<IdentityTable>,
    #[serde(default)]
    pub(crate) weather: Weather,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedTenant {
    pub(crate) id: Spanned<String>,
    pub(crate) domain: String,
    pub(crate) name: String,
    /// User principal name of whoever works on the tenant.
    pub(crate) operator: Option<Spanned<String>>,
}

/// An app of the tenant, or one that exists elsewhere and could be provisioned.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppTable {
    pub(crate) id: Option<Spanned<String>>,
    pub(crate) app_id: Spanned<String>,
    pub(crate) name: String,
    /// Tenant id, `microsoft`, or absent for this tenant.
    pub(crate) publisher_tenant: Option<String>,
    pub(crate) verified_publisher: Option<String>,
    #[serde(default)]
    pub(crate) assignment_required: bool,
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    /// `microsoft-graph`: everything Microsoft Graph publishes.
    pub(crate) publishes: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) scopes: Vec<PublishedPermission>,
    #[serde(default)]
    pub(crate) roles: Vec<PublishedPermission>,
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
    pub(crate) value: String,
    pub(crate) id: Option<String>,
    /// Of a scope: `User` (default) or `Admin`.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// Of a role: `Application` (default), `User`.
    pub(crate) members: Option<Vec<String>>,
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
    pub(crate) display: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserTable {
    pub(crate) id: Option<Spanned<String>>,
    pub(crate) upn: Spanned<String>,
    pub(crate) name: Option<String>,
    pub(crate) mail: Option<String>,
    #[serde(default)]
    pub(crate) guest: bool,
    #[serde(default)]
    pub(crate) disabled: bool,
}

/// Many users at once: `prefix00001@domain` and so on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeopleTable {
    pub(crate) prefix: String,
    /// With those of the other crowds at most a million.
    pub(crate) count: Spanned<u32>,
    /// The tenant's own domain when absent.
    pub(crate) domain: Option<String>,
    /// A group they are all members of.
    pub(crate) group: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceTable {
    pub(crate) id: Option<Spanned<String>>,
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupTable {
    pub(crate) id: Option<Spanned<String>>,
    pub(crate) name: String,
    /// User principal names, names of groups, apps and devices, or ids.
    #[serde(default)]
    pub(crate) members: Vec<Spanned<String>>,
    /// Members are only seen with `Member.Read.Hidden`.
    #[serde(default)]
    pub(crate) hidden: bool,
    /// Nobody may read it.
    #[serde(default)]
    pub(crate) forbidden: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantTable {
    /// Name, app id or object id of an app.
    pub(crate) client: Spanned<String>,
    pub(crate) resource: Spanned<String>,
    /// User principal name or id; absent: all users.
    pub(crate) user: Option<Spanned<String>>,
    /// To the letter.
    pub(crate) scope: String,
}

/// The same one-user grant for all people of one `[[people]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkGrantTable {
    pub(crate) client: Spanned<String>,
    pub(crate) resource: Spanned<String>,
    pub(crate) people: Spanned<String>,
    /// Only for the first so many.
    pub(crate) count: Option<u32>,
    pub(crate) scope: String,
}

/// What somebody has on an app: an app permissions, a person or a group access.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AppRoleAssignmentTable {
    /// User principal name, name of a group or an app, or id.
    pub(crate) principal: Spanned<String>,
    /// Name, app id or object id of an app.
    pub(crate) resource: Spanned<String>,
    /// Name or id of the role; absent: the default one. An id need not be defined any more.
    pub(crate) role: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserConsentTable {
    /// `permissionGrantPoliciesAssigned`, to the letter.
    pub(crate) policies: Vec<String>,
}

/// The admin consent workflow, as it was set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdminConsentRequestsTable {
    #[serde(default)]
    pub(crate) enabled: bool,
    #[serde(default)]
    pub(crate) notify: bool,
    #[serde(default)]
    pub(crate) reminders: bool,
    #[serde(default)]
    pub(crate) days: u32,
    /// Queries, to the letter.
    #[serde(default)]
    pub(crate) reviewers: Vec<String>,
}

/// Classes of permissions of one app.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClassificationTable {
    /// Name, app id or object id of an app.
    pub(crate) resource: Spanned<String>,
    #[serde(default)]
    pub(crate) low: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) medium: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) high: Vec<Spanned<String>>,
}

/// A consent policy besides those of Microsoft.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentPolicyTable {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Condition sets with the service's own members; what is left out is as inclusive as can be.
    #[serde(default)]
    pub(crate) includes: Vec<Value>,
    #[serde(default)]
    pub(crate) excludes: Vec<Value>,
}

/// An application that can sign in at the token endpoint.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityTable {
    pub(crate) app_id: Spanned<String>,
    pub(crate) id: Option<Spanned<String>>,
    pub(crate) secret: Option<String>,
    #[serde(default)]
    pub(crate) secret_expired: bool,
    /// PEM of a certificate, or of a bare public key.
    pub(crate) certificate: Option<Spanned<String>>,
    pub(crate) federated: Option<FederatedTable>,
    #[serde(default)]
    pub(crate) permissions: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FederatedTable {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) audience: Option<String>,
}

fn yes() -> bool {
    true
}
