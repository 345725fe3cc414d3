//! How a kind takes part in the simulated tenant: plain data and one trait, without HTTP.
//!
//! Written from Microsoft's documentation. A kind's `sandbox.rs` imports this file and floor 0, and
//! nothing of its own folder, so that tool and simulation cannot agree on a mistake.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// One request below the version root, decoded.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// `GET`, `POST`, `PATCH`, `PUT`, `DELETE`.
    pub method: String,
    /// Path segments, percent-decoded, in the caller's letter case:
    /// `["servicePrincipals", "9cff…", "appRoleAssignedTo"]`.
    pub segments: Vec<String>,
    /// Query options, decoded: `$filter` → `clientId eq '…'`.
    pub options: BTreeMap<String, String>,
    /// Header names in lower case.
    pub headers: BTreeMap<String, String>,
    /// `Some` when a JSON body came.
    pub body: Option<Value>,
    /// Object id of whoever signed in.
    pub caller: String,
}

impl Call {
    /// Whether the segment at `at` is this word, in any letter case: Graph does not mind it.
    pub fn is(&self, at: usize, word: &str) -> bool {
        self.segments.get(at).is_some_and(|segment| segment.eq_ignore_ascii_case(word))
    }

    pub fn segment(&self, at: usize) -> &str {
        self.segments.get(at).map_or("", String::as_str)
    }
}

/// What a collection answers. The server turns lists into pages and applies `$filter`, `$select`,
/// `$count` and `$top`.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// An object with this status.
    Object(u16, Value),
    /// 204 and the like.
    Empty(u16),
    /// Rows of a collection, by id, in order. Ids instead of rows: a page never copies the rest.
    List {
        collection: &'static str,
        ids: Vec<String>,
    },
    Error {
        status: u16,
        code: String,
        message: String,
    },
}

impl Reply {
    pub fn error(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::Error { status, code: code.to_owned(), message: message.into() }
    }
}

/// Everything in the simulated tenant.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Tenant {
    pub id: String,
    /// Rows by collection (`oauth2PermissionGrants`, `servicePrincipals`, `users`, `groups`, …), then
    /// by id. A singleton (`policies/authorizationPolicy`) has the id of its last word.
    pub collections: BTreeMap<String, BTreeMap<String, Value>>,
    /// Ids by collection and by the value of one indexed property: `("oauth2PermissionGrants",
    /// "clientId")`. Kept by [`Tenant::put`] and [`Tenant::remove`], rebuilt after loading.
    #[serde(skip)]
    indexes: BTreeMap<(String, String), BTreeMap<String, Vec<String>>>,
    /// How many ids were minted, so that the next is always the same.
    pub minted: u64,
}

/// Properties that lists are filtered by, per collection.
const INDEXED: [(&str, &str); 3] = [
    ("oauth2PermissionGrants", "clientId"),
    ("oauth2PermissionGrants", "principalId"),
    ("servicePrincipals", "appId"),
];

impl Tenant {
    pub fn get(&self, collection: &str, id: &str) -> Option<&Value> {
        self.collections.get(collection)?.get(id)
    }

    pub fn rows<'t>(&'t self, collection: &str) -> impl Iterator<Item = (&'t String, &'t Value)> {
        self.collections.get(collection).into_iter().flatten()
    }

    /// Adds or replaces a row.
    pub fn put(&mut self, collection: &str, id: &str, row: Value) {
        self.remove(collection, id);
        self.enter(collection, id, &row);
        self.collections.entry(collection.to_owned()).or_default().insert(id.to_owned(), row);
    }

    pub fn remove(&mut self, collection: &str, id: &str) -> Option<Value> {
        let row = self.collections.get_mut(collection)?.remove(id)?;
        for (_, property) in INDEXED.iter().filter(|(indexed, _)| *indexed == collection) {
            let index = self.indexes.get_mut(&(collection.to_owned(), (*property).to_owned()));
            let value = row.get(*property).and_then(Value::as_str).unwrap_or_default();
            if let Some(ids) = index.and_then(|index| index.get_mut(value)) {
                ids.retain(|one| one != id);
            }
        }
        Some(row)
    }

    /// Ids of the rows whose indexed property has this value, in id order.
    pub fn ids_by(&self, collection: &str, property: &str, value: &str) -> Vec<String> {
        let index = self.indexes.get(&(collection.to_owned(), property.to_owned()));
        let mut ids = index.and_then(|index| index.get(value)).cloned().unwrap_or_default();
        ids.sort();
        ids
    }

    pub fn ids(&self, collection: &str) -> Vec<String> {
        self.rows(collection).map(|(id, _)| id.clone()).collect()
    }

    /// After loading a saved tenant.
    pub fn rebuild(&mut self) {
        self.indexes.clear();
        let collections = std::mem::take(&mut self.collections);
        for (collection, rows) in &collections {
            rows.iter().for_each(|(id, row)| self.enter(collection, id, row));
        }
        self.collections = collections;
    }

    fn enter(&mut self, collection: &str, id: &str, row: &Value) {
        for (_, property) in INDEXED.iter().filter(|(indexed, _)| *indexed == collection) {
            let value = row.get(*property).and_then(Value::as_str).unwrap_or_default();
            let index =
                self.indexes.entry((collection.to_owned(), (*property).to_owned())).or_default();
            index.entry(value.to_owned()).or_default().push(id.to_owned());
        }
    }

    /// A new object id: always the same for the same tenant and number.
    pub fn mint(&mut self) -> String {
        self.minted += 1;
        let text = format!("{}/{}", self.id, self.minted);
        let hash = crate::model::digest::sha256_hex(text.as_bytes());
        format!(
            "{}-{}-4{}-8{}-{}",
            &hash[..8],
            &hash[8..12],
            &hash[13..16],
            &hash[17..20],
            &hash[20..32]
        )
    }
}

/// One family of routes of the simulated Graph.
pub trait Collection: Sync {
    /// The answer, or `None` when the route is not this collection's.
    fn answer(&self, call: &Call, tenant: &mut Tenant) -> Option<Reply>;

    /// Any one of these permissions is enough for the call, as the API's page says; delegated and
    /// application permissions have the same names here. `None`: not this collection's route.
    fn rights(&self, call: &Call) -> Option<&'static [&'static str]>;
}

/// `Resource '…' does not exist or one of its queried reference-property objects are not present.`
pub fn not_found(id: &str) -> Reply {
    Reply::error(
        404,
        "Request_ResourceNotFound",
        format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        ),
    )
}

/// The members of a body, or Graph's answer to a body that is no JSON object.
///
/// # Errors
/// 400, as a reply.
pub fn members(call: &Call) -> Result<&Map<String, Value>, Reply> {
    match &call.body {
        Some(Value::Object(members)) => Ok(members),
        Some(_) => Err(Reply::error(
            400,
            "BadRequest",
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
        )),
        None => Err(Reply::error(400, "BadRequest", "Empty Payload. JSON content expected.")),
    }
}

/// An entity's context member, as Graph sends it.
pub fn with_context(mut row: Value, entity: &str) -> Value {
    if let Value::Object(members) = &mut row {
        let context = format!("https://graph.microsoft.com/v1.0/$metadata#{entity}/$entity");
        members.insert("@odata.context".to_owned(), json!(context));
    }
    row
}
