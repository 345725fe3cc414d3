//! How a kind contributes its collections to the sandbox tenant: neutral calls in, neutral answers
//! out, rows in a [`Tenant`]. No HTTP here: the server above speaks it, so a collection is tested
//! as a plain function.

pub mod call;
pub mod filter;
pub mod replica;
pub mod saved;
pub mod table;
pub mod tenant;

use serde_json::Value;

pub use call::{Call, Caller, Method};
pub use filter::{Field, Filter, Op};
pub use replica::Lag;
pub use table::Shape;
pub use tenant::Tenant;

/// Names of the tables that more than one room looks into.
pub mod tables {
    pub const GRANTS: &str = "oauth2PermissionGrants";
    pub const APP_ROLE_ASSIGNMENTS: &str = "appRoleAssignments";
    pub const SERVICE_PRINCIPALS: &str = "servicePrincipals";
    pub const USERS: &str = "users";
    pub const GROUPS: &str = "groups";
    pub const DEVICES: &str = "devices";
    /// Of what can be a member of a group.
    pub const OF_MEMBERS: [&str; 4] = [USERS, GROUPS, DEVICES, SERVICE_PRINCIPALS];
    pub const ORGANIZATION: &str = "organization";
    /// Applications of the whole world that this tenant could provision, as ready service
    /// principal rows. Not served; keyed by app id.
    pub const APPLICATIONS: &str = "applications";
}

/// One family of routes below the version root.
pub trait Collection: Sync {
    /// Tables it keeps its rows in.
    fn tables(&self) -> &'static [Shape];

    /// Permissions of which any one suffices for the call. `None`: not a route of this collection.
    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]>;

    /// Carries out a call that [`Collection::permissions`] recognised and the caller may make.
    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answer;
}

/// What a collection answers. The server adds the context, pages, filters, selects and draws the
/// error envelope.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// One object: status 200 or 201, and the name of its set for `@odata.context`.
    Object(u16, &'static str, Value),
    List(List),
    /// How many rows the list has, as plain text.
    Count(List),
    /// 204 without a body.
    Done,
    Refused(Refused),
}

impl Answer {
    /// The status it is sent with when nothing more goes wrong.
    pub fn status(&self) -> u16 {
        match self {
            Self::Object(status, ..) => *status,
            Self::List(_) | Self::Count(_) => 200,
            Self::Done => 204,
            Self::Refused(refused) => refused.status,
        }
    }
}

/// A list before filter and paging.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// Name of the set for `@odata.context`.
    pub set: &'static str,
    pub within: Within,
    /// What `$filter` may test here.
    pub fields: &'static [Field],
    /// Members of a row when there is no `$select`; empty means all.
    pub default_select: &'static [&'static str],
    /// Whether rows of several types are mixed, so that each says `@odata.type`.
    pub mixed: bool,
}

/// Which rows a list is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Within {
    Table(&'static str),
    /// Rows of a table whose indexed field has this value.
    Matching(&'static str, &'static str, String),
    /// Direct members of the group with this id; of one table only, if one is named. Told apart from
    /// `Rows` so that a page of a large group costs no more than its own rows.
    Members(String, Option<&'static str>),
    /// These rows, by table and id.
    Rows(Vec<(&'static str, String)>),
}

impl List {
    pub fn of(set: &'static str, within: Within, fields: &'static [Field]) -> Self {
        Self { set, within, fields, default_select: &[], mixed: false }
    }
}

/// An error of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl Refused {
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// 400 with the code most refusals of the directory have.
    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }

    pub fn missing_property(name: &str) -> Self {
        Self::bad(format!("Missing property: {name}"))
    }

    pub fn fixed_property(name: &str) -> Self {
        Self::bad(format!("Property cannot be updated: {name}"))
    }

    pub fn unknown_property(name: &str) -> Self {
        Self::bad(format!("Invalid property '{name}'."))
    }

    pub fn invalid_value(name: &str, resource: &str) -> Self {
        Self::bad(format!(
            "Invalid value specified for property '{name}' of resource '{resource}'."
        ))
    }

    /// 404: no such object, or not replicated yet.
    pub fn not_found(id: &str) -> Self {
        Self::new(404, "Request_ResourceNotFound", absent(id))
    }

    pub fn denied() -> Self {
        Self::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// A path of which nothing is known.
    pub fn no_such_segment(segment: &str) -> Self {
        Self::new(400, "BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    /// A method that the route does not have.
    pub fn no_such_method() -> Self {
        Self::new(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        )
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// The sentence for an object that is not there, or whose parts are not there yet.
pub fn absent(id: &str) -> String {
    format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not \
         present."
    )
}
