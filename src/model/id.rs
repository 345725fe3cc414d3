//! Ids of Microsoft Entra objects, one type each, so that one can never stand where another belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::schema::form;

/// A pattern: the form of a GUID that people see in the portal, in either letter case.
pub const GUID: &str =
    "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";

/// A text that should have been a GUID and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a GUID of the form 00000000-0000-0000-0000-000000000000")]
pub struct NotAGuid;

macro_rules! guid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Sixteen bytes in the Windows order that Entra uses inside derived ids: the first
            /// three fields little-endian.
            pub fn to_bytes_le(self) -> [u8; 16] {
                self.0.to_bytes_le()
            }

            pub fn from_bytes_le(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes_le(bytes))
            }

            pub const fn from_u128(value: u128) -> Self {
                Self(Uuid::from_u128(value))
            }
        }

        impl FromStr for $name {
            type Err = NotAGuid;

            /// Only the hyphenated form, in either letter case: the one people see in the portal.
            fn from_str(text: &str) -> Result<Self, NotAGuid> {
                if text.len() != 36 {
                    return Err(NotAGuid);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| NotAGuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        form!($name, { "type": "string", "pattern": GUID });
    };
}

guid!(
    /// A tenant (`organization.id`, the token's `tid`).
    TenantId
);
guid!(
    /// An application's client id: the same in every tenant. Manifests name apps by it.
    AppId
);
guid!(
    /// A directory object of one tenant: user, group or service principal.
    ObjectId
);
guid!(
    /// A published scope or app role of a resource.
    PermissionId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_in_lower_case() {
        let id: AppId = "99DA6BF4-4525-4BFA-B39F-B6A35789C240".parse().unwrap();
        assert_eq!(id.to_string(), "99da6bf4-4525-4bfa-b39f-b6a35789c240");
        assert_eq!(id.to_string().parse::<AppId>().unwrap(), id);
    }

    #[test]
    fn refuses_other_spellings() {
        for text in
            ["", "99da6bf445254bfab39fb6a35789c240", "{99da6bf4-4525-4bfa-b39f-b6a35789c240}"]
        {
            assert_eq!(text.parse::<AppId>(), Err(NotAGuid), "{text}");
        }
    }
}
