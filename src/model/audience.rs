//! On whose behalf: everybody in the tenant, one person, one group, or nobody in particular (a setting).

use serde::{Deserialize, Serialize};

use crate::model::id::ObjectId;
use crate::model::schema::JsonSchema;

// Ordered: everybody first.
/// Whom one managed object concerns.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Audience {
    /// All users of the tenant (`AllPrincipals`).
    Everyone,
    /// One user (`Principal`).
    One(ObjectId),
    /// One group, as a group.
    Group(ObjectId),
    /// The tenant or an app as such: a setting, a service principal.
    Tenant,
}
