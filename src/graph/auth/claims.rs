//! What an access token says about itself. Read, not verified: only the service can do that.

use time::OffsetDateTime;

use crate::model::id::{AppId, ObjectId, TenantId};
use crate::model::untrusted::Untrusted;

/// Used to find a wrong tenant, a wrong audience and an expired token early, and to tell a missing
/// permission from a missing role. Never to allow anything. A member that the token lacks is `None`
/// or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims {
    pub tenant: Option<TenantId>,
    /// The client that signed in (`appid`, or `azp`).
    pub app: Option<AppId>,
    /// The user, or the client's service principal (`oid`).
    pub object: Option<ObjectId>,
    /// User principal name, or the client's display name.
    pub name: Option<Untrusted>,
    /// Delegated permissions (`scp`).
    pub scopes: Vec<String>,
    /// Application permissions (`roles`).
    pub roles: Vec<String>,
    pub expires: Option<OffsetDateTime>,
    pub audience: Option<String>,
}
