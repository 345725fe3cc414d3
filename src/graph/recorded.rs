//! Answers from a record in place of the tenant: no socket, no token. Whatever stands in the record may have
//! been written by anybody; it decides what a plan says, and nothing is ever applied of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::graph::auth::Claims;
use crate::graph::error::GraphError;
use crate::graph::reading::what;
use crate::graph::rights::{Access, advice, needed};
use crate::graph::survey::questions::RowSort;
use crate::model::answers::{Answers, KeptAnswer};
use crate::model::clock::{Clock, minute};
use crate::model::id::ObjectId;
use crate::model::outcome::Refusal;
use crate::model::query::{Missing, Query, Rows, Shape};

/// Where a record comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) taken_at: OffsetDateTime,
    /// Of the snapshot's bytes.
    pub(crate) sha256: String,
    /// Whether it is of a simulated tenant.
    pub(crate) simulated: bool,
}

/// A record, and what is known by it.
pub(crate) struct Recorded {
    pub(crate) origin: Origin,
    pub(crate) clock: Arc<dyn Clock>,
    answers: Answers,
    /// Every object that stands in any answer.
    objects: BTreeMap<ObjectId, KnownObject>,
    /// Which object each path is about that asks for one of these. In lower case: for an object the service
    /// makes no difference.
    ways: BTreeMap<String, ObjectId>,
}

/// An object that stood in an answer.
struct KnownObject {
    /// As the service says it in `@odata.type`.
    sort: String,
    text: Box<str>,
}

impl Recorded {
    pub(crate) fn new(answers: Answers, origin: Origin, clock: Arc<dyn Clock>) -> Self {
        let (objects, ways) = (BTreeMap::new(), BTreeMap::new());
        let mut recorded = Self { origin, clock, answers: Answers::default(), objects, ways };
        for (path, answered) in &answers.asked {
            if let (Some(sort), KeptAnswer::Rows(rows)) = (RowSort::of(path), answered) {
                rows.texts().for_each(|text| recorded.see(sort, text));
            }
        }
        for text in answers.named.texts() {
            recorded.see_named(text);
        }
        Self { answers, ..recorded }
    }

    /// When it was made, for people.
    pub(crate) fn taken(&self) -> String {
        minute(self.origin.taken_at)
    }

    fn see(&mut self, sort: RowSort, text: &str) {
        let row = serde_json::from_str::<Value>(text).unwrap_or_default();
        let member = |name: &str| row.get(name).and_then(Value::as_str);
        let Some(id) = member("id").and_then(|id| id.parse::<ObjectId>().ok()) else { return };
        let name = match sort {
            RowSort::User => member("userPrincipalName"),
            RowSort::ServicePrincipal => member("appId"),
            RowSort::Group => None,
        };
        for path in sort.paths(id, name) {
            self.ways.entry(path.to_ascii_lowercase()).or_insert(id);
        }
        let seen = || KnownObject { sort: sort.word().to_owned(), text: text.into() };
        self.objects.entry(id).or_insert_with(seen);
    }

    fn see_named(&mut self, text: &str) {
        let row = serde_json::from_str::<Value>(text).unwrap_or_default();
        let member = |name: &str| row.get(name).and_then(Value::as_str);
        let Some(id) = member("id").and_then(|id| id.parse::<ObjectId>().ok()) else { return };
        let sort = member("@odata.type").unwrap_or_default().to_owned();
        self.objects.entry(id).or_insert_with(|| KnownObject { sort, text: text.into() });
    }

    /// Whether there is an answer to this: that the tenant refused is none.
    pub(crate) fn holds(&self, query: &Query) -> bool {
        match self.answers.asked.get(&query.path) {
            Some(KeptAnswer::Rows(_)) => true,
            Some(KeptAnswer::Refused(_)) => false,
            None => self.seen(query).is_some(),
        }
    }

    /// An object that is asked for by itself, and stood in the answer to something else.
    fn seen(&self, query: &Query) -> Option<&KnownObject> {
        let asked = (query.shape == Shape::Object).then(|| query.path.to_ascii_lowercase())?;
        self.ways.get(&asked).and_then(|id| self.objects.get(id))
    }

    /// # Errors
    /// When the record does not say, or says that the tenant refused.
    pub(crate) fn rows(&self, query: &Query) -> Result<Rows, GraphError> {
        match self.answers.asked.get(&query.path) {
            Some(KeptAnswer::Rows(rows)) => fitting(query, rows),
            Some(KeptAnswer::Refused(refusal)) => Err(refused(query, refusal)),
            None => {
                let Some(KnownObject { text, .. }) = self.seen(query) else {
                    return Err(GraphError::NotRecorded {
                        what: what(&query.path),
                        taken: self.taken(),
                    });
                };
                let mut rows = Rows::default();
                rows.push(text);
                Ok(rows)
            }
        }
    }

    /// Those of these objects that it knows, of these types.
    pub(crate) fn by_ids(&self, ids: &[ObjectId], types: &[&str]) -> Vec<Value> {
        let wanted: BTreeSet<String> =
            types.iter().map(|one| format!("#microsoft.graph.{one}")).collect();
        let known = ids.iter().filter_map(|id| self.objects.get(id));
        known
            .filter(|seen| wanted.contains(&seen.sort))
            .map(|KnownObject { sort, text }| {
                let mut row = serde_json::from_str::<Value>(text).unwrap_or_default();
                if let Some(members) = row.as_object_mut() {
                    members.insert("@odata.type".to_owned(), json!(sort));
                }
                row
            })
            .collect()
    }
}

/// Rows as this question wants them: of an object there is one, or none where it may be missing.
fn fitting(query: &Query, rows: &Rows) -> Result<Rows, GraphError> {
    let because = match (query.shape, rows.len(), query.missing) {
        (Shape::List, _, _) | (Shape::Object, 0, Missing::Nothing) => return Ok(rows.clone()),
        (Shape::Object, 1, _) => {
            if rows.texts().all(|text| text.starts_with('{')) {
                return Ok(rows.clone());
            }
            "what the snapshot holds is no object"
        }
        (Shape::Object, 0, Missing::Error) => "the snapshot holds nothing where an object belongs",
        (Shape::Object, _, _) => "the snapshot holds several objects where one belongs",
    };
    Err(GraphError::Incomplete { what: what(&query.path), because: because.to_owned() })
}

/// What the tenant said to whoever took the snapshot.
fn refused(query: &Query, refusal: &Refusal) -> GraphError {
    let (what, refusal) = (what(&query.path), Box::new(refusal.clone()));
    if refusal.status != 403 {
        return GraphError::Refused { what, refusal };
    }
    let (missing, help) = advice(needed(Access::Read, &query.path), &Claims::default());
    let help = format!("of whoever takes the snapshot: {help}");
    GraphError::Forbidden { what, missing, help, refusal }
}

impl std::fmt::Debug for Recorded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorded").field("origin", &self.origin).finish_non_exhaustive()
    }
}
