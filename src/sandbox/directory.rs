//! What every tenant has: the organization, people, groups and their members, objects by id.

use serde_json::{Value, json};

use crate::kinds::simulated::tables::{
    DEVICES, GROUPS, OF_MEMBERS, ORGANIZATION, SERVICE_PRINCIPALS, USERS,
};
use crate::kinds::simulated::{
    Answer, Call, Collection, Field, List, Method, Op, Refused, Shape, Tenant, Within,
};
use crate::sandbox::odata::unsupported;

/// The routes of the directory itself.
pub struct Directory;

/// Groups nobody may read, by id. Not served.
pub const FORBIDDEN: &str = "forbiddenGroups";

/// Most ids of one `getByIds`.
const MOST_IDS: usize = 1_000;
const TEXT: &[Op] = &[Op::Eq, Op::Ne, Op::In, Op::StartsWith];

const USER_FIELDS: &[Field] = &[
    Field::new("id", &[Op::Eq, Op::Ne, Op::In]),
    Field::new("userPrincipalName", TEXT),
    Field::new("displayName", TEXT),
    Field::new("mail", TEXT),
    Field::new("mailNickname", TEXT),
    Field::new("accountEnabled", &[Op::Eq, Op::Ne, Op::In]),
    Field::new("userType", &[Op::Eq, Op::Ne, Op::In]),
];
const GROUP_FIELDS: &[Field] = &[
    Field::new("id", &[Op::Eq, Op::In]),
    Field::new("displayName", TEXT),
    Field::new("mailNickname", TEXT),
    Field::new("mail", TEXT),
    Field::new("securityEnabled", &[Op::Eq, Op::Ne]),
];
/// Members of a user without `$select`, as far as rows here have them.
const USER_DEFAULT: &[&str] =
    &["id", "displayName", "givenName", "jobTitle", "mail", "surname", "userPrincipalName"];
const DIRECTORY_READ: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All"];
const MEMBER_READ: &[&str] = &[
    "GroupMember.ReadBasic.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.ReadBasic.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const GROUP_READ: &[&str] = &[
    "Group.ReadBasic.All",
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const USER_READ: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const ORGANIZATION_READ: &[&str] = &[
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "User.Read",
    "User.Read.All",
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
    Organizations,
    Organization(String),
    Me,
    Users,
    User(String),
    Groups,
    Group(String),
    Count(&'static str),
    Members(Members),
    ByIds,
    Object(String),
}

/// A list of members.
struct Members {
    group: String,
    transitive: bool,
    /// Table of the type the path casts to.
    cast: Option<&'static str>,
    count: bool,
}

impl Route {
    fn of(call: &Call) -> Option<Self> {
        let route = call.route();
        let route: Vec<&str> = route.iter().map(String::as_str).collect();
        let key = || call.segment(1).to_owned();
        Some(match route[..] {
            ["organization"] => Self::Organizations,
            ["organization", _] => Self::Organization(key()),
            ["me"] => Self::Me,
            ["users"] => Self::Users,
            ["users", "$count"] => Self::Count(USERS),
            ["users", _] => Self::User(key()),
            ["groups"] => Self::Groups,
            ["groups", "$count"] => Self::Count(GROUPS),
            ["groups", _] => Self::Group(key()),
            ["groups", _, which @ ("members" | "transitivemembers"), ref rest @ ..] => {
                let (cast, count) = match *rest {
                    [] => (None, false),
                    ["$count"] => (None, true),
                    [cast] => (Some(table_of(cast)?), false),
                    [cast, "$count"] => (Some(table_of(cast)?), true),
                    _ => return None,
                };
                let transitive = which == "transitivemembers";
                Self::Members(Members { group: key(), transitive, cast, count })
            }
            ["directoryobjects", "getbyids" | "microsoft.graph.getbyids"] => Self::ByIds,
            ["directoryobjects", _] => Self::Object(key()),
            _ => return None,
        })
    }
}

fn table_of(cast: &str) -> Option<&'static str> {
    let name = cast.strip_prefix("microsoft.").unwrap_or(cast).strip_prefix("graph.")?;
    Some(match name {
        "user" => USERS,
        "group" => GROUPS,
        "device" => DEVICES,
        "serviceprincipal" => SERVICE_PRINCIPALS,
        _ => return None,
    })
}

impl Collection for Directory {
    fn tables(&self) -> &'static [Shape] {
        &[
            Shape { name: USERS, indexed: &["userPrincipalName", "mail", "displayName"] },
            Shape { name: GROUPS, indexed: &["displayName", "mailNickname"] },
            Shape { name: DEVICES, indexed: &[] },
            Shape { name: ORGANIZATION, indexed: &[] },
            Shape { name: FORBIDDEN, indexed: &[] },
        ]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        Some(match Route::of(call)? {
            Route::Organizations | Route::Organization(_) => ORGANIZATION_READ,
            Route::Me => ME_READ,
            Route::User(key) if key.eq_ignore_ascii_case(&call.caller.object_id) => ME_READ,
            Route::Users | Route::User(_) | Route::Count(USERS) => USER_READ,
            Route::Groups | Route::Group(_) | Route::Count(_) => GROUP_READ,
            Route::Members(_) => MEMBER_READ,
            Route::ByIds | Route::Object(_) => DIRECTORY_READ,
        })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answer {
        let Some(route) = Route::of(call) else {
            return Refused::no_such_segment(call.segment(0)).into();
        };
        let wanted = if matches!(route, Route::ByIds) { Method::Post } else { Method::Get };
        if call.method != wanted {
            return Refused::no_such_method().into();
        }
        match route {
            Route::Organizations => {
                Answer::List(List::of("organization", Within::Table(ORGANIZATION), &[]))
            }
            Route::Organization(key) => one(tenant, ORGANIZATION, &key, "organization/$entity"),
            Route::Me if call.caller.app_only => {
                Refused::bad("/me request is only valid with delegated authentication flow.").into()
            }
            Route::Me => user(tenant, &call.caller.object_id.clone(), call),
            Route::Users => Answer::List(people(Within::Table(USERS))),
            Route::User(key) => user(tenant, &key, call),
            Route::Groups => Answer::List(List::of("groups", Within::Table(GROUPS), GROUP_FIELDS)),
            Route::Count(_) if !call.eventual => {
                Refused::bad("$count is not currently supported.").into()
            }
            Route::Count(USERS) => Answer::Count(people(Within::Table(USERS))),
            Route::Count(table) => {
                Answer::Count(List::of("groups", Within::Table(table), GROUP_FIELDS))
            }
            Route::Group(key) if tenant.row(FORBIDDEN, &key).is_some() => Refused::denied().into(),
            Route::Group(key) => one(tenant, GROUPS, &key, "groups/$entity"),
            Route::Members(members) => members.answer(call, tenant).unwrap_or_else(Answer::from),
            Route::ByIds => by_ids(call, tenant).unwrap_or_else(Answer::from),
            Route::Object(key) => object(tenant, &key),
        }
    }
}

fn people(within: Within) -> List {
    List { default_select: USER_DEFAULT, ..List::of("users", within, USER_FIELDS) }
}

fn one(tenant: &mut Tenant, table: &str, key: &str, set: &'static str) -> Answer {
    match tenant.read(table, key) {
        Some(row) => Answer::Object(200, set, row.clone()),
        None => Refused::not_found(key).into(),
    }
}

fn user(tenant: &mut Tenant, key: &str, call: &Call) -> Answer {
    let id = tenant.resolve(USERS, key, &["userPrincipalName"]);
    match id.and_then(|id| tenant.read(USERS, &id)) {
        Some(row) => {
            let row = crate::sandbox::pages::selected(row, &call.select, USER_DEFAULT);
            Answer::Object(200, "users/$entity", row)
        }
        None => Refused::not_found(key).into(),
    }
}

impl Members {
    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Result<Answer, Refused> {
        let Self { group, transitive, cast, count } = self;
        if tenant.row(FORBIDDEN, group).is_some() {
            return Err(Refused::denied());
        }
        let row = tenant.read(GROUPS, group).ok_or_else(|| Refused::not_found(group))?;
        let id = row["id"].as_str().unwrap_or_default().to_owned();
        let hidden = row["visibility"] == "HiddenMembership"
            && !call.caller.permissions.contains("Member.Read.Hidden");
        if *count && !call.eventual {
            return Err(Refused::bad("$count is not currently supported."));
        }
        if cast.is_some() && !call.eventual {
            return Err(unsupported(
                "Request with OData cast is not supported because the required parameters might \
                 be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual \
                 header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
            ));
        }
        if cast.is_some() && !call.count && !count {
            return Err(unsupported(
                "Request with OData cast is not supported because the required parameters might \
                 be missing. Try adding $count=true query parameter.",
            ));
        }
        let nested = *transitive && tenant.members(&id).iter().any(|(table, _)| table == GROUPS);
        let within = match (hidden, nested) {
            // Membership that the caller may not see reads as empty, not as refused.
            (true, _) => Within::Rows(Vec::new()),
            (false, false) => Within::Members(id, *cast),
            (false, true) => {
                let all = tenant.transitive_members(&id).into_iter();
                let known = all.filter_map(|(table, id)| Some((known(&table)?, id)));
                let of = |(table, _): &(&str, _)| cast.is_none_or(|cast| cast == *table);
                Within::Rows(known.filter(of).collect())
            }
        };
        let list = match cast {
            Some(USERS) => people(within),
            Some(cast) => List::of(cast, within, GROUP_FIELDS),
            None => List { mixed: true, ..List::of("directoryObjects", within, USER_FIELDS) },
        };
        Ok(if *count { Answer::Count(list) } else { Answer::List(list) })
    }
}

/// The constant of a table that can hold members.
fn known(table: &str) -> Option<&'static str> {
    OF_MEMBERS.into_iter().find(|name| *name == table)
}

/// Table and canonical id of a directory object.
fn find(tenant: &Tenant, id: &str) -> Option<(&'static str, String)> {
    OF_MEMBERS.into_iter().find_map(|table| {
        let row = tenant.row(table, id)?;
        Some((table, row.get("id")?.as_str()?.to_owned()))
    })
}

fn object(tenant: &mut Tenant, key: &str) -> Answer {
    let found = find(tenant, key);
    match found.and_then(|(table, id)| Some((table, tenant.read(table, &id)?.clone()))) {
        Some((table, mut row)) => {
            if let Some(kind) = crate::sandbox::pages::odata_type(table) {
                row["@odata.type"] = json!(kind);
            }
            Answer::Object(200, "directoryObjects/$entity", row)
        }
        None => Refused::not_found(key).into(),
    }
}

/// Ids that nobody knows are left out without a word.
fn by_ids(call: &Call, tenant: &mut Tenant) -> Result<Answer, Refused> {
    let body = call.object()?;
    let ids = body.get("ids").and_then(Value::as_array);
    let ids = ids.ok_or_else(|| Refused::missing_property("ids"))?;
    if ids.is_empty() || ids.len() > MOST_IDS {
        return Err(Refused::bad("Number of ids must be between 1 and 1000."));
    }
    let types: Option<Vec<&str>> = body
        .get("types")
        .and_then(Value::as_array)
        .map(|types| types.iter().filter_map(Value::as_str).collect());
    let wanted = |table: &str| {
        let kind = crate::sandbox::pages::odata_type(table).unwrap_or_default();
        types.as_ref().is_none_or(|types| {
            types.iter().any(|t| {
                t.eq_ignore_ascii_case("directoryObject")
                    || kind.to_lowercase().ends_with(&format!(".{}", t.to_lowercase()))
            })
        })
    };
    let rows = ids
        .iter()
        .filter_map(|id| find(tenant, id.as_str()?))
        .filter(|(table, _)| wanted(table))
        .collect();
    Ok(Answer::List(List { mixed: true, ..List::of("directoryObjects", Within::Rows(rows), &[]) }))
}
