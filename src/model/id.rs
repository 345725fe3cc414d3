//! Ids of Microsoft Entra objects, one type each, so that one can never stand where another belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::schema::form;
use crate::model::untrusted::shown;

/// A pattern: the form of a GUID that people see in the portal, in either letter case.
pub(crate) const GUID: &str =
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
            pub(crate) const fn from_u128(value: u128) -> Self {
                Self(Uuid::from_u128(value))
            }
        }

        /// Sixteen bytes in the Windows order that Entra uses inside derived ids: the first three fields
        /// little-endian.
        impl From<$name> for [u8; 16] {
            fn from(id: $name) -> Self {
                id.0.to_bytes_le()
            }
        }

        /// The same way back.
        impl From<[u8; 16]> for $name {
            fn from(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes_le(bytes))
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

/// An id that Microsoft Graph made and that stands in a path as one segment of it: of a grant, an
/// assignment, a class, a policy, a condition set. They are GUIDs, base64url, or names of letters,
/// digits, hyphens and underscores. Anything else could lead a later request to another object, so it is
/// refused where it is read, and never met where it would be sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct PathId(Box<str>);

form!(PathId, { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,256}$" });

/// No id of Microsoft Graph is nearly as long.
const LONGEST: usize = 256;

/// A text that is no such id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{shown}\" is no id that can stand in a path")]
pub(crate) struct NotAPathId {
    /// Its beginning, harmless.
    shown: String,
}

impl PathId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PathId {
    type Error = NotAPathId;

    fn try_from(text: String) -> Result<Self, NotAPathId> {
        let fit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if (1..=LONGEST).contains(&text.len()) && text.bytes().all(fit) {
            return Ok(Self(text.into()));
        }
        let start: String = text.chars().take(40).collect();
        let more = if start.len() < text.len() { "..." } else { "" };
        Err(NotAPathId { shown: format!("{}{more}", shown(&start)) })
    }
}

impl FromStr for PathId {
    type Err = NotAPathId;

    fn from_str(text: &str) -> Result<Self, NotAPathId> {
        Self::try_from(text.to_owned())
    }
}

impl From<PathId> for String {
    fn from(id: PathId) -> Self {
        id.0.into()
    }
}

impl fmt::Display for PathId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ObjectId {
    /// Ids that are nobody's begin so: `hidden`, in ASCII.
    const HIDDEN: u128 = 0x6869_6464_656e << 80;

    /// The id that stands for somebody whom a report does not name.
    pub(crate) const fn hidden(number: usize) -> Self {
        Self::from_u128(Self::HIDDEN | number as u128)
    }

    /// Whether it stands for somebody who is not named.
    pub(crate) fn is_hidden(self) -> bool {
        self.0.as_u128() >> 64 == Self::HIDDEN >> 64
    }
}

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

    #[test]
    fn an_id_that_could_lead_elsewhere_is_none() {
        let long = "a".repeat(257);
        for bad in
            ["", ".", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "x'y", "a\n", "\u{202e}", &long]
        {
            let told = bad.parse::<PathId>().unwrap_err().to_string();
            assert!(told.ends_with("is no id that can stand in a path"), "{told}");
            assert!(told.len() < 120 && !told.contains(['\n', '\u{202e}']), "{told}");
            assert!(serde_json::from_value::<PathId>(bad.into()).is_err(), "{bad}");
        }
        for good in ["Yax6S1TFSUyUAwAD_dISViRq_5xSrCdKn9zhhI8QpLY", "microsoft-user-default-low"] {
            assert_eq!(good.parse::<PathId>().unwrap().to_string(), good);
        }
    }
}
