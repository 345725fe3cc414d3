//! The part of the tenant that names mean something in: who and what was looked up for a plan.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::id::{AppId, ObjectId, PermissionId, TenantId};
use crate::model::schema::JsonSchema;
use crate::model::untrusted::Untrusted;

/// What a manifest names and a plan needs to know: asked for once, all together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Clients and resources.
    pub(crate) apps: BTreeSet<AppId>,
    /// User principal names or object ids, as written.
    pub(crate) users: BTreeSet<String>,
    /// Display names or object ids, as written, of groups that stand for their members.
    pub(crate) groups: BTreeSet<String>,
    /// The same of groups that stand for themselves: a plan does not depend on who is in them.
    pub(crate) whole_groups: BTreeSet<String>,
}

impl Mentions {
    pub fn extend(&mut self, other: Self) {
        let Self { apps, users, groups, whole_groups } = other;
        self.apps.extend(apps);
        self.users.extend(users);
        self.groups.extend(groups);
        self.whole_groups.extend(whole_groups);
    }
}

/// Everything looked up, complete for what the manifest mentions.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// Clients and resources alike, by app id. An app id that was asked for and is absent here has
    /// no service principal in the tenant.
    pub service_principals: BTreeMap<AppId, ServicePrincipal>,
    pub users: BTreeMap<ObjectId, User>,
    pub groups: BTreeMap<ObjectId, Group>,
    /// What each text that stands for a user led to, by the text as written.
    pub user_names: BTreeMap<String, Lookup>,
    /// What each text that stands for a group led to, by the text as written.
    pub group_names: BTreeMap<String, Lookup>,
    /// Consent policies by which everything may be consented to, where they were read. Lower case.
    pub(crate) open_policies: BTreeSet<String>,
    /// What sort of object each of these ids is, where only names were looked up.
    pub(crate) sorts: BTreeMap<ObjectId, Sort>,
    /// What an app id that has no service principal is the id of, if anything. Only for help.
    pub(crate) astray: BTreeMap<AppId, Astray>,
    /// Users and groups whose names begin alike, for a text that led to none. Only for help.
    pub(crate) alike: BTreeMap<String, Vec<(ObjectId, Untrusted)>>,
    /// What was looked for in a record that does not hold it.
    pub(crate) unrecorded: Unrecorded,
}

/// What a record of the tenant does not say: neither that it is there nor that it is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unrecorded {
    /// When the record was made, for people; empty where the tenant itself was asked.
    pub(crate) taken: String,
    /// Apps that were never asked for, or not for what they have.
    pub(crate) apps: BTreeSet<AppId>,
    /// Groups of which nobody asked who is in them.
    pub(crate) members: BTreeSet<ObjectId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organization {
    pub id: TenantId,
    pub name: Untrusted,
    /// All verified domains, the default one first.
    pub domains: Vec<Untrusted>,
}

/// Objects that people read names of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    User,
    Group,
    ServicePrincipal,
}

impl Sort {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::ServicePrincipal => "service principal",
        }
    }
}

/// An object whose id stands where an app id belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Astray {
    /// For people: `service principal`, `user`.
    pub(crate) sort: &'static str,
    pub(crate) name: Untrusted,
    /// The app id that was meant, where the object has one.
    pub(crate) app_id: Option<AppId>,
}

/// What became of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    One(ObjectId),
    None,
    /// Several objects answer to the name: their ids, and what tells them apart.
    Several(Vec<(ObjectId, Untrusted)>),
    /// The tenant refused to say.
    Forbidden,
    /// The record that stands for the tenant does not say.
    NotRecorded,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePrincipal {
    pub(crate) id: ObjectId,
    pub app_id: AppId,
    pub name: Untrusted,
    /// Tenant that owns the application; `None` when the service does not say.
    pub(crate) publisher_tenant: Option<TenantId>,
    pub(crate) account_enabled: bool,
    pub(crate) assignment_required: bool,
    /// Display name of the verified publisher, if any.
    pub(crate) verified_publisher: Option<Untrusted>,
    /// Delegated permissions this resource publishes.
    pub(crate) scopes: Vec<PublishedScope>,
    /// App roles this resource defines.
    pub(crate) roles: Vec<PublishedRole>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublishedScope {
    pub(crate) id: PermissionId,
    pub(crate) value: String,
    /// `type` is `Admin`: users cannot consent to it by themselves.
    pub(crate) admin_only: bool,
    pub(crate) enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublishedRole {
    pub(crate) id: PermissionId,
    pub(crate) value: String,
    pub(crate) for_applications: bool,
    pub(crate) for_users: bool,
    pub(crate) enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: ObjectId,
    pub user_principal_name: Untrusted,
    pub(crate) guest: bool,
    pub(crate) enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub id: ObjectId,
    pub name: Untrusted,
    /// Transitive user members. Members that are no users are not listed. `None` where nobody asked,
    /// or the tenant does not show them.
    pub members: Option<Vec<ObjectId>>,
    /// Direct user members, the same way.
    pub direct: Option<Vec<ObjectId>>,
}

/// Tenants that own Microsoft's own applications: the first-party tenant, Microsoft's corporate
/// tenant, and the one of its consumer services. Decided by id, never by name.
pub(crate) const MICROSOFT_TENANTS: [TenantId; 3] = [
    TenantId::from_u128(0xf8cd_ef31_a31e_4b4a_93e4_5f57_1e91_255a),
    TenantId::from_u128(0x72f9_88bf_86f1_41af_91ab_2d7c_d011_db47),
    TenantId::from_u128(0xcdc5_aeea_15c5_4db6_b079_fcad_d250_5dc2),
];

impl ServicePrincipal {
    /// Whether Microsoft owns the application. Such service principals are never created, changed
    /// or deleted.
    pub(crate) fn is_microsofts(&self) -> bool {
        self.publisher_tenant.is_some_and(|tenant| MICROSOFT_TENANTS.contains(&tenant))
    }
}

impl Directory {
    /// Those of these apps that have no service principal in the tenant.
    pub(crate) fn lost(&self, apps: &BTreeSet<AppId>) -> Vec<AppId> {
        let lost = apps.iter().filter(|app| !self.service_principals.contains_key(app));
        lost.copied().collect()
    }

    pub(crate) fn client_id(&self, app: AppId) -> Option<ObjectId> {
        self.service_principals.get(&app).map(|sp| sp.id)
    }

    /// The service principal with this object id, if it was looked up.
    pub(crate) fn by_object_id(&self, id: ObjectId) -> Option<&ServicePrincipal> {
        self.service_principals.values().find(|sp| sp.id == id)
    }
}
