//! One request in fine weather: from its path to the collection that answers, and to what is sent.

use serde_json::Value;

use crate::sandbox::answer::{AnswerBody, Sent, usual};
use crate::sandbox::call::unreadable;
use crate::sandbox::call::{Call, Caller, HttpMethod};
use crate::sandbox::collection::{Answered, Listing};
use crate::sandbox::cost;
use crate::sandbox::incoming::{Incoming, Payload};
use crate::sandbox::odata::arrange::arranged;
use crate::sandbox::odata::entity::{self, Entity};
use crate::sandbox::odata::pages::{self, PageTrouble};
use crate::sandbox::odata::{self, QueryOptions};
use crate::sandbox::refused::Refused;
use crate::sandbox::weather::chance::Draw;
use crate::sandbox::world::World;
use crate::sandbox::world::expand;

impl World {
    /// Carries out a request that nothing hinders.
    pub(super) fn carry_out(
        &mut self,
        incoming: &Incoming,
        caller: &Caller,
        draw: Draw,
    ) -> Result<Sent, Refused> {
        let mut call = call(&incoming.method, &incoming.path, "")?;
        call.caller = caller.clone();
        call.eventual = incoming.eventual;
        let Some(collection) = self.collection(&call) else {
            return Err(Refused::no_such_segment(call.segments.last().map_or("", String::as_str)));
        };
        let enough = collection.permissions(&call).unwrap_or_default();
        if !enough.iter().any(|permission| caller.permissions.contains(*permission)) {
            return Err(Refused::denied());
        }
        let options = odata::options(&incoming.query)?;
        call.filter.clone_from(&options.filter);
        call.select = expand::to_read(&options);
        call.top = options.top;
        call.count = options.count;
        call.body = body(&incoming.body, call.method)?;
        let mut sent = match collection.answer(&call, &mut self.tenant) {
            Answered::Done => Sent::new(204, AnswerBody::Nothing),
            Answered::Refused(refused) => return Err(refused),
            Answered::Count(list) => {
                options.check_list(of(list.set)?, &call)?;
                let list = arranged(list, &self.tenant, &options);
                let count = pages::count(&list, &call, &self.tenant)?;
                Sent::new(200, AnswerBody::Text(count.to_string()))
            }
            Answered::Object(status, set, row) => {
                Sent::json(status, self.object(set, row, &call, incoming, &options)?)
            }
            Answered::List(list) => self.page(list, &call, incoming, &options, draw)?,
        };
        let units = cost::units(&call, !options.expand.is_empty());
        sent.headers.push(("x-ms-resource-unit", units.to_string()));
        Ok(sent)
    }

    fn object(
        &mut self,
        set: &str,
        row: Value,
        call: &Call,
        incoming: &Incoming,
        options: &QueryOptions,
    ) -> Result<Value, Refused> {
        // What a write has done is done: its options are no reason to refuse it any more.
        if call.method == HttpMethod::Get {
            let entity = of(set)?;
            match row.get("value") {
                Some(Value::Array(_)) => options.check_list(entity, call)?,
                _ => options.check_object(entity)?,
            }
        }
        let mut body = row;
        if !call.select.is_empty() {
            // The row of Microsoft Graph is large; as a whole it is not copied once more.
            for object in expand::objects(&mut body) {
                *object = pages::selected(object, &call.select, &[]);
            }
        }
        self.expand(set, &mut body, call, options)?;
        let context = format!("{}/$metadata#{set}", incoming.root);
        if let Some(members) = body.as_object_mut() {
            members.insert("@odata.context".to_owned(), Value::String(context));
        }
        Ok(body)
    }

    fn page(
        &mut self,
        list: Listing,
        call: &Call,
        incoming: &Incoming,
        options: &QueryOptions,
        draw: Draw,
    ) -> Result<Sent, Refused> {
        options.check_list(of(list.set)?, call)?;
        let weather = self.sky.now();
        let cursor = pages::Cursor::of(options.skiptoken.as_deref())?;
        if weather.broken_page == Some(cursor.page) {
            return Err(usual(500));
        }
        let request = pages::PageRequest {
            root: &incoming.root,
            path: &incoming.path,
            query: &incoming.query,
            cursor,
        };
        let trouble = PageTrouble {
            empty_second: weather.empty_pages.unwrap_or(false),
            lossy: weather.lossy.unwrap_or(false),
            link_host: weather.link_host.as_deref(),
        };
        let list = arranged(list, &self.tenant, options);
        let mut body = pages::page(&list, call, &mut self.tenant, &request, trouble)?;
        let cuts = weather.cut.unwrap_or_default();
        self.counted.lists += 1;
        self.expand(list.set, &mut body, call, options)?;
        if cuts.strikes(self.counted.lists, draw, "cut") {
            return Ok(Sent::new(200, AnswerBody::CutJson(body)));
        }
        Ok(Sent::json(200, body))
    }
}

/// The type of a set. A set without one is a mistake of the simulation.
fn of(set: &str) -> Result<&'static Entity, Refused> {
    entity::of(set).ok_or_else(|| usual(500))
}

/// # Errors
/// When the service has no such method, or the query is none of its.
pub(super) fn call(method: &str, path: &str, query: &str) -> Result<Call, Refused> {
    let method = match method {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PATCH" => HttpMethod::Patch,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => return Err(Refused::no_such_method()),
    };
    odata::options(query)?;
    Ok(Call::new(method, path))
}

fn body(payload: &Payload, method: HttpMethod) -> Result<Option<Value>, Refused> {
    match payload {
        Payload::Nothing => Ok(None),
        Payload::Json(body) => Ok(Some(body.clone())),
        Payload::Unreadable => Err(unreadable()),
        Payload::Undeclared if method == HttpMethod::Get => Ok(None),
        Payload::Undeclared => Err(Refused::new(
            400,
            "BadRequest",
            "Entity only allows writes with a JSON Content-Type header.",
        )),
    }
}
