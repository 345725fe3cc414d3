//! The tenant in motion: one request after the other, with the weather of the moment. Synchronous
//! and without HTTP, so that it can be tried as a function.

use serde_json::Value;
use time::OffsetDateTime;

use crate::kinds::simulated::call::{decode, unreadable};
use crate::kinds::simulated::tenant::{Saved, Trouble, guid_of};
use crate::kinds::simulated::{Answer, Call, Caller, Collection, Method, Refused, Tenant};
use crate::sandbox::access;
use crate::sandbox::answer::{Body, Sent, Trace, envelope};
use crate::sandbox::log::{Log, WriteLine};
use crate::sandbox::odata;
use crate::sandbox::pages::{self, PageTrouble};
use crate::sandbox::seed::Seed;
use crate::sandbox::token::Identity;
use crate::sandbox::weather::{Refusal, Weather};

/// One request for Graph, outside or inside a batch.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub method: String,
    /// Below the version root, encoded, without the query.
    pub path: String,
    pub query: String,
    /// `ConsistencyLevel: eventual`.
    pub eventual: bool,
    pub body: Payload,
    /// Scheme, host and version as the caller wrote them.
    pub root: String,
    pub trace: Trace,
}

/// What came as a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    Nothing,
    Json(Value),
    /// There is one, but it is no JSON.
    Unreadable,
    /// There is one, but nobody says that it is JSON.
    Undeclared,
}

pub struct World {
    pub tenant: Tenant,
    pub domain: String,
    pub operator: (String, String),
    pub identities: Vec<Identity>,
    pub weather: Weather,
    pub log: Log,
    collections: Vec<&'static dyn Collection>,
    /// Requests processed, those of batches one by one.
    seen: u64,
    /// Writes that took effect.
    effects: u64,
    writes: u64,
    /// How often each refusal of the weather struck.
    struck: Vec<u32>,
    traces: u64,
}

impl World {
    pub fn new(seed: Seed, collections: &[&'static dyn Collection], weather: Weather) -> Self {
        let Seed { tenant_id, domain, name: _, operator, rows, members, identities, weather: own } =
            seed;
        let weather = weather.over(own);
        let mut tenant = Tenant::new(&tenant_id, &[]);
        for collection in collections {
            tenant.define(collection.tables());
        }
        for (table, row) in rows {
            tenant.insert(table, row);
        }
        for (group, table, id) in members {
            tenant.add_member(&group, table, id);
        }
        tenant.trouble = Trouble {
            lag: weather.lag,
            fresh_service_principals: weather.fresh_service_principals,
            duplicate: weather.duplicate.unwrap_or(409),
        };
        Self {
            tenant,
            domain,
            operator,
            identities,
            struck: vec![0; weather.refuse.len()],
            weather,
            log: Log::default(),
            collections: collections.to_vec(),
            seen: 0,
            effects: 0,
            writes: 0,
            traces: 0,
        }
    }

    /// Continues from a saved state.
    pub fn restore(&mut self, saved: Saved) {
        self.tenant.restore(saved);
    }

    /// Ids for the next answer.
    pub fn trace(&mut self, client_request_id: Option<&str>, at: OffsetDateTime) -> Trace {
        self.traces += 1;
        let request_id = guid_of(&format!("{}/request/{}", self.tenant.id, self.traces));
        let client_request_id = client_request_id.map_or_else(|| request_id.clone(), str::to_owned);
        Trace { request_id, client_request_id, at }
    }

    /// Carries out one request.
    pub fn answer(&mut self, incoming: &Incoming, caller: &Caller) -> Sent {
        self.seen += 1;
        self.meanwhile();
        let write = is_write(incoming);
        if write {
            self.writes += 1;
            self.log.counts.writes += 1;
        } else {
            self.log.counts.reads += 1;
        }
        let mut sent = match self.trouble(incoming, write) {
            Some((refused, retry_after)) => {
                Sent { retry_after, ..envelope(&refused, &incoming.trace) }
            }
            None => match self.carry_out(incoming, caller) {
                Ok(sent) => sent,
                Err(refused) => envelope(&refused, &incoming.trace),
            },
        };
        if write && sent.status < 300 {
            sent = self.after_effect(sent, incoming);
        }
        if write {
            let query = if incoming.query.is_empty() { "" } else { "?" };
            self.log.writes.push(WriteLine {
                method: incoming.method.clone(),
                path: format!("{}{query}{}", incoming.path, incoming.query),
                body: match &incoming.body {
                    Payload::Json(body) => body.clone(),
                    _ => Value::Null,
                },
                status: sent.status,
            });
        }
        sent
    }

    /// What somebody else does before this request.
    fn meanwhile(&mut self) {
        let due: Vec<_> = self
            .weather
            .meanwhile
            .iter()
            .filter(|m| m.before_request == self.seen)
            .cloned()
            .collect();
        for change in due {
            let (path, query) = change.path.split_once('?').unwrap_or((&change.path, ""));
            let Ok(mut call) = call(&change.method, path, query) else { continue };
            call.body = change.body;
            if let Some(collection) = self.collection(&call) {
                let trouble = std::mem::take(&mut self.tenant.trouble);
                collection.answer(&call, &mut self.tenant);
                self.tenant.trouble = trouble;
            }
        }
    }

    fn trouble(&mut self, incoming: &Incoming, write: bool) -> Option<(Refused, Option<u32>)> {
        let nth = |count: u64, n: u32| n > 0 && count.is_multiple_of(u64::from(n));
        let weather = &self.weather;
        let wait = Some(weather.retry_after);
        if weather.expire_after > 0 && self.seen >= u64::from(weather.expire_after) {
            return Some((access::expired(), None));
        }
        if nth(self.seen, weather.throttle) || (write && nth(self.writes, weather.throttle_writes))
        {
            return Some((default_refusal(429), wait));
        }
        if nth(self.seen, weather.unavailable) {
            return Some((default_refusal(503), wait));
        }
        let body = match &incoming.body {
            Payload::Json(body) => Some(body),
            _ => None,
        };
        let path = decode(&incoming.path);
        for (refusal, struck) in weather.refuse.iter().zip(&mut self.struck) {
            let again = refusal.times.is_none_or(|times| *struck < times);
            if again && refusal.concerns(&incoming.method, &path, body) {
                *struck += 1;
                let wait = wait.filter(|_| matches!(refusal.status, 429 | 503));
                return Some((as_written(refusal), wait));
            }
        }
        None
    }

    fn carry_out(&mut self, incoming: &Incoming, caller: &Caller) -> Result<Sent, Refused> {
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
        call.body = match &incoming.body {
            Payload::Nothing => None,
            Payload::Json(body) => Some(body.clone()),
            Payload::Unreadable => return Err(unreadable()),
            Payload::Undeclared if call.method == Method::Get => None,
            Payload::Undeclared => {
                return Err(Refused::new(
                    400,
                    "BadRequest",
                    "Entity only allows writes with a JSON Content-Type header.",
                ));
            }
        };
        match collection.answer(&call, &mut self.tenant) {
            Answer::Done => Ok(Sent::new(204, Body::Nothing)),
            Answer::Refused(refused) => Err(refused),
            Answer::Count(list) => {
                let count = pages::count(&list, &call, &self.tenant)?;
                Ok(Sent::new(200, Body::Text(count.to_string())))
            }
            Answer::Object(status, set, row) => {
                let mut body = pages::selected(&row, &call.select, &[]);
                let context = format!("{}/$metadata#{set}", incoming.root);
                if let Some(members) = body.as_object_mut() {
                    members.insert("@odata.context".to_owned(), Value::String(context));
                }
                Ok(Sent::json(status, body))
            }
            Answer::List(list) => self.page(&list, &call, incoming, options.skiptoken.as_deref()),
        }
    }

    fn page(
        &mut self,
        list: &crate::kinds::simulated::List,
        call: &Call,
        incoming: &Incoming,
        skiptoken: Option<&str>,
    ) -> Result<Sent, Refused> {
        let cursor = pages::Cursor::of(skiptoken)?;
        if self.weather.broken_page == cursor.page {
            return Err(default_refusal(500));
        }
        let request = pages::Request {
            root: &incoming.root,
            path: &incoming.path,
            query: &incoming.query,
            cursor,
        };
        let trouble = PageTrouble {
            empty_second: self.weather.empty_pages,
            lossy: self.weather.lossy,
            link_host: self.weather.link_host.as_deref(),
        };
        let body = pages::page(list, call, &mut self.tenant, &request, trouble)?;
        if self.weather.cut {
            let text = body.to_string();
            let half = text.chars().take(text.chars().count() / 2).collect();
            return Ok(Sent::new(200, Body::CutJson(half)));
        }
        Ok(Sent::json(200, body))
    }

    /// Answers that get lost or lie, after a write that took effect.
    fn after_effect(&mut self, sent: Sent, incoming: &Incoming) -> Sent {
        self.effects += 1;
        let nth = |n: u32| n > 0 && self.effects.is_multiple_of(u64::from(n));
        if nth(self.weather.denied) {
            let refused = Refused::new(
                404,
                "Directory_ObjectNotFound",
                "Unable to read the company information from the directory.",
            );
            return envelope(&refused, &incoming.trace);
        }
        Sent { lost: nth(self.weather.lost), ..sent }
    }

    fn collection(&self, call: &Call) -> Option<&'static dyn Collection> {
        self.collections.iter().copied().find(|collection| collection.permissions(call).is_some())
    }
}

/// Whether the request changes the tenant. `getByIds` is a read in spite of its method.
fn is_write(incoming: &Incoming) -> bool {
    incoming.method != "GET"
        && !incoming.path.trim_end_matches('/').to_lowercase().ends_with("getbyids")
}

fn call(method: &str, path: &str, query: &str) -> Result<Call, Refused> {
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

fn as_written(refusal: &Refusal) -> Refused {
    let usual = default_refusal(refusal.status);
    Refused {
        status: refusal.status,
        code: refusal.code.clone().unwrap_or(usual.code),
        message: refusal.message.clone().unwrap_or(usual.message),
    }
}

/// The service's usual words for a status.
fn default_refusal(status: u16) -> Refused {
    let (code, message) = match status {
        401 => ("InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
        403 => {
            ("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        }
        404 => ("Request_ResourceNotFound", "Resource does not exist."),
        429 => ("TooManyRequests", "Too many requests."),
        503 => ("ServiceUnavailable", "Service is unavailable."),
        500..=599 => ("InternalServerError", "An internal server error occurred."),
        _ => ("Request_BadRequest", "The request is refused."),
    };
    Refused::new(status, code, message)
}
