//! `$expand`: what an object is related to, beside its own members.
//! <https://learn.microsoft.com/graph/query-parameters#expand>

use serde_json::Value;

use crate::sandbox::call::{Call, HttpMethod};
use crate::sandbox::collection::Answered;
use crate::sandbox::odata::entity;
use crate::sandbox::odata::pages::{self, Cursor, PageRequest, PageTrouble};
use crate::sandbox::odata::{Expand, QueryOptions};
use crate::sandbox::refused::Refused;
use crate::sandbox::world::World;

/// Most related objects that the directory shows with an object.
const MOST_RELATED: usize = 20;

/// The members to read, so that what is related can be found: with the id, and with what some
/// objects show in any case.
pub(super) fn to_read(options: &QueryOptions) -> Vec<String> {
    let mut select = options.select.clone();
    if !options.expand.is_empty() && !select.is_empty() {
        select.extend(options.expand.iter().map(|expand| expand.relationship.clone()));
        if !has_id(&select) {
            select.push("id".to_owned());
        }
    }
    select
}

fn has_id(select: &[String]) -> bool {
    select.iter().any(|name| name == "*" || name.eq_ignore_ascii_case("id"))
}

/// The objects of an answer: those of its list, or itself.
pub(super) fn objects(body: &mut Value) -> Vec<&mut Value> {
    if body.get("value").is_some_and(Value::is_array) {
        let rows = body.get_mut("value").and_then(Value::as_array_mut);
        return rows.into_iter().flatten().collect();
    }
    vec![body]
}

impl World {
    /// Adds to every object of the answer what is asked for beside it.
    pub(super) fn expand(
        &mut self,
        set: &str,
        body: &mut Value,
        call: &Call,
        options: &QueryOptions,
    ) -> Result<(), Refused> {
        let set = set.strip_suffix("/$entity").unwrap_or(set);
        for object in objects(body) {
            for expand in &options.expand {
                let name = entity::of(set).and_then(|of| of.relationship(&expand.relationship));
                let Some((name, id)) = name.zip(object["id"].as_str()) else { continue };
                // Some are always shown.
                if object.get(name).is_none() {
                    object[name] = self.related(&format!("/{set}/{id}/{name}"), call, expand)?;
                }
            }
            if !options.expand.is_empty()
                && !options.select.is_empty()
                && !has_id(&options.select)
                && let Some(members) = object.as_object_mut()
            {
                members.remove("id");
            }
        }
        Ok(())
    }

    /// As if the caller asked for it.
    fn related(&mut self, path: &str, call: &Call, expand: &Expand) -> Result<Value, Refused> {
        let mut inner = Call::new(HttpMethod::Get, path);
        inner.caller = call.caller.clone();
        inner.select.clone_from(&expand.select);
        inner.top = Some(MOST_RELATED);
        let Some(collection) = self.collection(&inner) else {
            return Err(Refused::no_such_segment(path));
        };
        let enough = collection.permissions(&inner).unwrap_or_default();
        if !enough.iter().any(|permission| inner.caller.permissions.contains(*permission)) {
            return Err(Refused::denied());
        }
        let list = match collection.answer(&inner, &mut self.tenant) {
            Answered::List(list) => list,
            Answered::Refused(refused) => return Err(refused),
            _ => return Err(Refused::no_such_segment(path)),
        };
        if let Some(of) = entity::of(list.set) {
            QueryOptions { select: expand.select.clone(), ..QueryOptions::default() }
                .check_object(of)?;
        }
        let cursor = Cursor { page: 1, from: 0 };
        let request = PageRequest { root: "", path, query: "", cursor };
        let quiet = PageTrouble::default();
        let mut page = pages::page(&list, &inner, &mut self.tenant, &request, quiet)?;
        Ok(page["value"].take())
    }
}
