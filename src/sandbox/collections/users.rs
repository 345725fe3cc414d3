//! People: all of them, one, and whoever is signed in.
//! <https://learn.microsoft.com/graph/api/resources/user>

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection, Listing, Within};
use crate::sandbox::odata::filter::{Field, Op};
use crate::sandbox::odata::pages::selected;
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::USERS;
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct Users;

const TEXT: &[Op] = &[Op::Eq, Op::Ne, Op::In, Op::StartsWith];
/// What `$filter` may test of a user.
pub(super) const FIELDS: &[Field] = &[
    Field::new("id", &[Op::Eq, Op::Ne, Op::In]),
    Field::new("userPrincipalName", TEXT),
    Field::new("displayName", TEXT),
    Field::new("mail", TEXT),
    Field::new("mailNickname", TEXT),
    Field::new("accountEnabled", &[Op::Eq, Op::Ne, Op::In]),
    Field::new("userType", &[Op::Eq, Op::Ne, Op::In]),
];
/// Members of a user without `$select`, as far as rows here have them.
const DEFAULT: &[&str] =
    &["id", "displayName", "givenName", "jobTitle", "mail", "surname", "userPrincipalName"];
const READ: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const ME_READ: &[&str] = &[
    "User.Read",
    "User.ReadWrite",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

enum UserRoute {
    Me,
    All,
    Count,
    One(String),
}

impl UserRoute {
    fn of(call: &Call) -> Option<Self> {
        let route = call.route();
        let route: Vec<&str> = route.iter().map(String::as_str).collect();
        Some(match route[..] {
            ["me"] => Self::Me,
            ["users"] => Self::All,
            ["users", "$count"] => Self::Count,
            ["users", _] => Self::One(call.segment(1).to_owned()),
            _ => return None,
        })
    }
}

impl Collection for Users {
    fn tables(&self) -> &'static [TableShape] {
        &[TableShape { name: USERS, indexed: &["userPrincipalName", "mail", "displayName"] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        Some(match UserRoute::of(call)? {
            UserRoute::Me => ME_READ,
            UserRoute::One(key) if key.eq_ignore_ascii_case(&call.caller.object_id) => ME_READ,
            UserRoute::All | UserRoute::Count | UserRoute::One(_) => READ,
        })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        let Some(route) = UserRoute::of(call) else {
            return Refused::no_such_segment(call.segment(0)).into();
        };
        if call.method != HttpMethod::Get {
            return Refused::no_such_method().into();
        }
        match route {
            UserRoute::Me if call.caller.app_only => {
                Refused::bad("/me request is only valid with delegated authentication flow.").into()
            }
            UserRoute::Me => one(tenant, &call.caller.object_id, call),
            UserRoute::All => Answered::List(list(Within::Table(USERS))),
            UserRoute::One(key) => one(tenant, &key, call),
            UserRoute::Count if !call.eventual => {
                Refused::bad("$count is not currently supported.").into()
            }
            UserRoute::Count => Answered::Count(list(Within::Table(USERS))),
        }
    }
}

/// A list of users alone.
pub(super) fn list(within: Within) -> Listing {
    Listing { default_select: DEFAULT, ..Listing::of("users", within, FIELDS) }
}

fn one(tenant: &mut Tenant, key: &str, call: &Call) -> Answered {
    let id = tenant.resolve(USERS, key, &["userPrincipalName"]);
    match id.and_then(|id| tenant.read(USERS, &id)) {
        Some(row) => {
            let row = selected(row, &call.select, DEFAULT);
            Answered::Object(200, "users/$entity", row)
        }
        None => Refused::not_found(key).into(),
    }
}
