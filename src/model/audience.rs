//! On whose behalf: everybody in the tenant, one person, one group, or nobody in particular (a setting).

use serde::{Deserialize, Serialize};

use crate::model::id::ObjectId;

/// Whom one managed object concerns. Ordered: everybody first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// All users of the tenant (`AllPrincipals`).
    Everyone,
    /// One user (`Principal`).
    One(ObjectId),
    /// One group, as a group.
    Group(ObjectId),
    /// The tenant or an app as such: a setting, a service principal.
    Tenant,
}
