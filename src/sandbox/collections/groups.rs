//! Groups and their members.
//! <https://learn.microsoft.com/graph/api/resources/group>

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection, Listing, Within};
use crate::sandbox::collections::users;
use crate::sandbox::odata::filter::{Field, Op};
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::{DEVICES, GROUPS, OF_MEMBERS, SERVICE_PRINCIPALS, USERS};
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct Groups;

/// Groups nobody may read, by id. Not served.
pub(crate) const FORBIDDEN: &str = "forbiddenGroups";

const TEXT: &[Op] = &[Op::Eq, Op::Ne, Op::In, Op::StartsWith];
const FIELDS: &[Field] = &[
    Field::new("id", &[Op::Eq, Op::In]),
    Field::new("displayName", TEXT),
    Field::new("mailNickname", TEXT),
    Field::new("mail", TEXT),
    Field::new("securityEnabled", &[Op::Eq, Op::Ne]),
];
const READ: &[&str] = &[
    "Group.ReadBasic.All",
    "GroupMember.Read.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
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

enum GroupRoute {
    All,
    Count,
    One(String),
    Members(MemberList),
}

/// A list of members.
struct MemberList {
    group: String,
    transitive: bool,
    /// Table of the type the path casts to.
    cast: Option<&'static str>,
    count: bool,
}

impl GroupRoute {
    fn of(call: &Call) -> Option<Self> {
        let route = call.route();
        let route: Vec<&str> = route.iter().map(String::as_str).collect();
        let key = || call.segment(1).to_owned();
        Some(match route[..] {
            ["groups"] => Self::All,
            ["groups", "$count"] => Self::Count,
            ["groups", _] => Self::One(key()),
            ["groups", _, which @ ("members" | "transitivemembers"), ref rest @ ..] => {
                let (cast, count) = match *rest {
                    [] => (None, false),
                    ["$count"] => (None, true),
                    [cast] => (Some(table_of(cast)?), false),
                    [cast, "$count"] => (Some(table_of(cast)?), true),
                    _ => return None,
                };
                let transitive = which == "transitivemembers";
                Self::Members(MemberList { group: key(), transitive, cast, count })
            }
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

impl Collection for Groups {
    fn tables(&self) -> &'static [TableShape] {
        &[
            TableShape { name: GROUPS, indexed: &["displayName", "mailNickname"] },
            TableShape { name: FORBIDDEN, indexed: &[] },
        ]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        Some(match GroupRoute::of(call)? {
            GroupRoute::All | GroupRoute::One(_) | GroupRoute::Count => READ,
            GroupRoute::Members(_) => MEMBER_READ,
        })
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        let Some(route) = GroupRoute::of(call) else {
            return Refused::no_such_segment(call.segment(0)).into();
        };
        if call.method != HttpMethod::Get {
            return Refused::no_such_method().into();
        }
        let all = || Listing::of("groups", Within::Table(GROUPS), FIELDS);
        match route {
            GroupRoute::All => Answered::List(all()),
            GroupRoute::Count if !call.eventual => {
                Refused::bad("$count is not currently supported.").into()
            }
            GroupRoute::Count => Answered::Count(all()),
            GroupRoute::One(key) if tenant.row(FORBIDDEN, &key).is_some() => {
                Refused::denied().into()
            }
            GroupRoute::One(key) => Answered::one(tenant, GROUPS, &key, "groups/$entity"),
            GroupRoute::Members(members) => {
                members.answer(call, tenant).unwrap_or_else(Answered::from)
            }
        }
    }
}

impl MemberList {
    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
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
            return Err(Refused::unsupported(
                "Request with OData cast is not supported because the required parameters might \
                 be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual \
                 header. Refer to https://aka.ms/graph-docs/advanced-queries for more information",
            ));
        }
        if cast.is_some() && !call.count && !count {
            return Err(Refused::unsupported(
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
            Some(USERS) => users::list(within),
            Some(cast) => Listing::of(cast, within, FIELDS),
            None => {
                Listing { mixed: true, ..Listing::of("directoryObjects", within, users::FIELDS) }
            }
        };
        Ok(if *count { Answered::Count(list) } else { Answered::List(list) })
    }
}

/// The constant of a table that can hold members.
fn known(table: &str) -> Option<&'static str> {
    OF_MEMBERS.into_iter().find(|name| *name == table)
}
