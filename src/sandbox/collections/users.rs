//! People: all of them, one, and whoever is signed in.
//! <https://learn.microsoft.com/graph/api/resources/user>

use crate::sandbox::call::{Call, Method};
use crate::sandbox::collection::{Answer, Collection, List, Within};
use crate::sandbox::odata::filter::{Field, Op};
use crate::sandbox::odata::pages::selected;
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::USERS;
use crate::sandbox::tenant::table::Shape;

/// The routes of this collection.
pub struct Users;

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

enum Route {
    Me,
    All,
    Count,
    One(String),
}

impl Route {
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
    fn tables(&self) -> &'static [Shape] {
        &[Shape { name: USERS, indexed: &["userPrincipalName", "mail", "displayName"] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        Some(match Route::of(call)? {
            Route::Me => ME_READ,
            Route::One(key) if key.eq_ignore_ascii_case(&call.caller.object_id) => ME_READ,
            Route::All | Route::Count | Route::One(_) => READ,
        })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answer {
        let Some(route) = Route::of(call) else {
            return Refused::no_such_segment(call.segment(0)).into();
        };
        if call.method != Method::Get {
            return Refused::no_such_method().into();
        }
        match route {
            Route::Me if call.caller.app_only => {
                Refused::bad("/me request is only valid with delegated authentication flow.").into()
            }
            Route::Me => one(tenant, &call.caller.object_id, call),
            Route::All => Answer::List(list(Within::Table(USERS))),
            Route::One(key) => one(tenant, &key, call),
            Route::Count if !call.eventual => {
                Refused::bad("$count is not currently supported.").into()
            }
            Route::Count => Answer::Count(list(Within::Table(USERS))),
        }
    }
}

/// A list of users alone.
pub(super) fn list(within: Within) -> List {
    List { default_select: DEFAULT, ..List::of("users", within, FIELDS) }
}

fn one(tenant: &mut Tenant, key: &str, call: &Call) -> Answer {
    let id = tenant.resolve(USERS, key, &["userPrincipalName"]);
    match id.and_then(|id| tenant.read(USERS, &id)) {
        Some(row) => {
            let row = selected(row, &call.select, DEFAULT);
            Answer::Object(200, "users/$entity", row)
        }
        None => Refused::not_found(key).into(),
    }
}
