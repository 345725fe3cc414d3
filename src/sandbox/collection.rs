//! How a collection takes part in the simulated tenant: neutral calls in, neutral answers out, rows in a
//! [`Tenant`]. No HTTP here: the server above speaks it, so a collection is tested as a plain function.

use serde_json::Value;

use crate::sandbox::call::Call;
use crate::sandbox::odata::filter::Field;
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::table::TableShape;

/// One family of routes below the version root.
pub trait Collection: Sync {
    /// Tables it keeps its rows in.
    fn tables(&self) -> &'static [TableShape];

    /// Permissions of which any one suffices for the call. `None`: not a route of this collection.
    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]>;

    /// Carries out a call that [`Collection::permissions`] recognised and the caller may make.
    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered;
}

/// What a collection answers. The server adds the context, pages, filters, selects and draws the
/// error envelope.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// One object: status 200 or 201, and the name of its set for `@odata.context`.
    Object(u16, &'static str, Value),
    List(Listing),
    /// How many rows the list has, as plain text.
    Count(Listing),
    /// 204 without a body.
    Done,
    Refused(Refused),
}

impl Answered {
    /// The object with this id as a reader sees it; `set` is its name for `@odata.context`.
    pub(crate) fn one(tenant: &mut Tenant, table: &str, id: &str, set: &'static str) -> Self {
        match tenant.read(table, id) {
            Some(row) => Self::Object(200, set, row.clone()),
            None => Refused::not_found(id).into(),
        }
    }

    /// The status it is sent with when nothing more goes wrong.
    pub(crate) fn status(&self) -> u16 {
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
pub struct Listing {
    /// Name of the set for `@odata.context`.
    pub(crate) set: &'static str,
    pub(crate) within: Within,
    /// What `$filter` may test here.
    pub(crate) fields: &'static [Field],
    /// Members of a row when there is no `$select`; empty means all.
    pub(crate) default_select: &'static [&'static str],
    /// Whether rows of several types are mixed, so that each says `@odata.type`.
    pub(crate) mixed: bool,
}

/// Which rows a list is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Within {
    Table(&'static str),
    /// Rows of a table whose indexed field has this value.
    Matching(&'static str, &'static str, String),
    /// Direct members of the group with this id; of one table only, if one is named. Told apart from
    /// `Rows` so that a page of a large group costs no more than its own rows.
    Members(String, Option<&'static str>),
    /// These rows, by table and id.
    Rows(Vec<(&'static str, String)>),
}

impl Listing {
    pub(crate) fn of(set: &'static str, within: Within, fields: &'static [Field]) -> Self {
        Self { set, within, fields, default_select: &[], mixed: false }
    }
}

impl From<Refused> for Answered {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}
