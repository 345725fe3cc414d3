//! One request in fine weather: from its path to the collection that answers, and to what is sent.

use serde_json::Value;

use crate::kinds::simulated::call::unreadable;
use crate::kinds::simulated::{Answer, Call, Caller, Collection, List, Method, Refused};
use crate::sandbox::answer::{Body, Sent, usual};
use crate::sandbox::cost;
use crate::sandbox::incoming::{Incoming, Payload};
use crate::sandbox::odata;
use crate::sandbox::pages::{self, PageTrouble};
use crate::sandbox::weather::chance::Draw;
use crate::sandbox::world::World;

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
        call.filter = options.filter;
        call.select = options.select;
        call.top = options.top;
        call.count = options.count;
        call.body = body(&incoming.body, call.method)?;
        let mut sent = match collection.answer(&call, &mut self.tenant) {
            Answer::Done => Sent::new(204, Body::Nothing),
            Answer::Refused(refused) => return Err(refused),
            Answer::Count(list) => {
                let count = pages::count(&list, &call, &self.tenant)?;
                Sent::new(200, Body::Text(count.to_string()))
            }
            Answer::Object(status, set, row) => {
                // The row of Microsoft Graph is large; as a whole it is not copied once more.
                let whole = call.select.is_empty();
                let mut body = if whole { row } else { pages::selected(&row, &call.select, &[]) };
                let context = format!("{}/$metadata#{set}", incoming.root);
                if let Some(members) = body.as_object_mut() {
                    members.insert("@odata.context".to_owned(), Value::String(context));
                }
                Sent::json(status, body)
            }
            Answer::List(list) => {
                self.page(&list, &call, incoming, options.skiptoken.as_deref(), draw)?
            }
        };
        sent.headers.push(("x-ms-resource-unit", cost::units(&call).to_string()));
        Ok(sent)
    }

    fn page(
        &mut self,
        list: &List,
        call: &Call,
        incoming: &Incoming,
        skiptoken: Option<&str>,
        draw: Draw,
    ) -> Result<Sent, Refused> {
        let weather = self.sky.now();
        let cursor = pages::Cursor::of(skiptoken)?;
        if weather.broken_page == Some(cursor.page) {
            return Err(usual(500));
        }
        let request = pages::Request {
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
        let body = pages::page(list, call, &mut self.tenant, &request, trouble)?;
        self.counted.lists += 1;
        if weather.cut.unwrap_or_default().strikes(self.counted.lists, draw, "cut") {
            return Ok(Sent::new(200, Body::CutJson(body)));
        }
        Ok(Sent::json(200, body))
    }

    pub(super) fn collection(&self, call: &Call) -> Option<&'static dyn Collection> {
        self.collections.iter().copied().find(|collection| collection.permissions(call).is_some())
    }
}

/// # Errors
/// When the service has no such method, or the query is none of its.
pub(super) fn call(method: &str, path: &str, query: &str) -> Result<Call, Refused> {
    let method = match method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PATCH" => Method::Patch,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        _ => return Err(Refused::no_such_method()),
    };
    odata::options(query)?;
    Ok(Call::new(method, path))
}

fn body(payload: &Payload, method: Method) -> Result<Option<Value>, Refused> {
    match payload {
        Payload::Nothing => Ok(None),
        Payload::Json(body) => Ok(Some(body.clone())),
        Payload::Unreadable => Err(unreadable()),
        Payload::Undeclared if method == Method::Get => Ok(None),
        Payload::Undeclared => Err(Refused::new(
            400,
            "BadRequest",
            "Entity only allows writes with a JSON Content-Type header.",
        )),
    }
}
