//! Objects of the directory whatever their type: one by its id, many by their ids.
//! <https://learn.microsoft.com/graph/api/resources/directoryobject>

use serde_json::{Value, json};

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::{Answered, Collection, Listing, Within};
use crate::sandbox::odata::pages::odata_type;
use crate::sandbox::refused::Refused;
use crate::sandbox::tenant::Tenant;
use crate::sandbox::tenant::names::{DEVICES, OF_MEMBERS};
use crate::sandbox::tenant::table::TableShape;

/// The routes of this collection.
pub(crate) struct DirectoryObjects;

/// Most ids of one `getByIds`.
const MOST_IDS: usize = 1_000;
const READ: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All"];

enum DirectoryRoute {
    ByIds,
    One(String),
}

impl DirectoryRoute {
    fn of(call: &Call) -> Option<Self> {
        let route = call.route();
        let route: Vec<&str> = route.iter().map(String::as_str).collect();
        Some(match route[..] {
            ["directoryobjects", "getbyids" | "microsoft.graph.getbyids"] => Self::ByIds,
            ["directoryobjects", _] => Self::One(call.segment(1).to_owned()),
            _ => return None,
        })
    }
}

impl Collection for DirectoryObjects {
    /// Devices have no routes of their own here.
    fn tables(&self) -> &'static [TableShape] {
        &[TableShape { name: DEVICES, indexed: &[] }]
    }

    fn permissions(&self, call: &Call) -> Option<&'static [&'static str]> {
        DirectoryRoute::of(call).map(|_| READ)
    }

    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Answered {
        match (DirectoryRoute::of(call), call.method) {
            (None, _) => Refused::no_such_segment(call.segment(0)).into(),
            (Some(DirectoryRoute::ByIds), HttpMethod::Post) => {
                by_ids(call, tenant).unwrap_or_else(Answered::from)
            }
            (Some(DirectoryRoute::One(key)), HttpMethod::Get) => one(tenant, &key),
            _ => Refused::no_such_method().into(),
        }
    }
}

/// Table and canonical id of a directory object.
fn find(tenant: &Tenant, id: &str) -> Option<(&'static str, String)> {
    OF_MEMBERS.into_iter().find_map(|table| {
        let row = tenant.row(table, id)?;
        Some((table, row.get("id")?.as_str()?.to_owned()))
    })
}

fn one(tenant: &mut Tenant, key: &str) -> Answered {
    let found = find(tenant, key);
    match found.and_then(|(table, id)| Some((table, tenant.read(table, &id)?.clone()))) {
        Some((table, mut row)) => {
            if let Some(kind) = odata_type(table) {
                row["@odata.type"] = json!(kind);
            }
            Answered::Object(200, "directoryObjects/$entity", row)
        }
        None => Refused::not_found(key).into(),
    }
}

/// Ids that nobody knows are left out without a word.
fn by_ids(call: &Call, tenant: &mut Tenant) -> Result<Answered, Refused> {
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
        let kind = odata_type(table).unwrap_or_default();
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
    Ok(Answered::List(Listing {
        mixed: true,
        ..Listing::of("directoryObjects", Within::Rows(rows), &[])
    }))
}
