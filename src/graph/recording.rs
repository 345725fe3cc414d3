//! Writes down what is asked and what is answered, for a plan that is made elsewhere and without a token.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use crate::graph::error::GraphError;
use crate::model::answers::{Answers, KeptAnswer};
use crate::model::query::{Query, Rows, Shape};

/// Most bytes of answers that one record holds. A hundred thousand grants with their people are half of
/// it, and what is written as JSON of it stays below what is read of a snapshot.
const MOST_BYTES: usize = 96 * 1024 * 1024;

/// What is kept of an object that was asked for by its id: `getByIds` answers with all that there is of it,
/// telephone numbers among it.
const KEPT: [&str; 5] = ["@odata.type", "id", "userPrincipalName", "displayName", "appId"];

/// The record of one reading, while it goes on.
#[derive(Debug, Default)]
pub(crate) struct Recording(Mutex<RecordingState>);

#[derive(Debug, Default)]
struct RecordingState {
    asked: BTreeMap<String, KeptAnswer>,
    named: Rows,
    /// Ids of `named`.
    ids: BTreeSet<String>,
    bytes: usize,
    /// It became too long: nothing is kept of it any more.
    full: bool,
}

impl Recording {
    /// What was answered, or that the tenant refused. Where no answer came there is nothing to keep: the
    /// reading fails by itself, or goes on without.
    pub(crate) fn note(&self, query: &Query, answer: &Result<Rows, GraphError>) {
        let answered = match answer {
            Ok(rows) if query.shape == Shape::Object => {
                KeptAnswer::Rows(rows.iter().map(without_links).collect())
            }
            Ok(rows) => KeptAnswer::Rows(rows.clone()),
            Err(GraphError::Forbidden { refusal, .. } | GraphError::Refused { refusal, .. }) => {
                KeptAnswer::Refused((**refusal).clone())
            }
            Err(_) => return,
        };
        let size = match &answered {
            KeptAnswer::Rows(rows) => rows.texts().map(str::len).sum(),
            KeptAnswer::Refused(refusal) => refusal.message.raw().len(),
        };
        let mut noted = self.noted();
        if noted.has_room(query.path.len() + size) {
            noted.asked.insert(query.path.clone(), answered);
        }
    }

    /// Objects that were asked for by their ids.
    pub(crate) fn note_named(&self, rows: &[Value]) {
        let mut noted = self.noted();
        for row in rows {
            let text = short(row).to_string();
            let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
            if !noted.ids.contains(id) && noted.has_room(text.len()) {
                noted.ids.insert(id.to_owned());
                noted.named.push(&text);
            }
        }
    }

    /// All that was noted, and nothing of it is left here.
    ///
    /// # Errors
    /// When it became more than a record may hold; with how many bytes that is.
    pub(crate) fn take(&self) -> Result<Answers, usize> {
        let RecordingState { asked, named, full, .. } = std::mem::take(&mut *self.noted());
        if full { Err(MOST_BYTES) } else { Ok(Answers { asked, named }) }
    }

    /// A copy of what was noted so far.
    pub(crate) fn so_far(&self) -> Answers {
        let noted = self.noted();
        Answers { asked: noted.asked.clone(), named: noted.named.clone() }
    }

    fn noted(&self) -> MutexGuard<'_, RecordingState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecordingState {
    /// Whether so much more may be kept. What is too long is given up as a whole at once.
    fn has_room(&mut self, bytes: usize) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MOST_BYTES {
            let bytes = self.bytes;
            *self = Self { full: true, bytes, ..Self::default() };
        }
        !self.full
    }
}

/// Where the next page is, and where the answer is described: the one says nothing in a record but that there
/// is more, and the other nothing at all.
fn without_links(mut row: Value) -> Value {
    if let Some(members) = row.as_object_mut() {
        members.remove("@odata.context");
        if let Some(next) = members.get_mut("@odata.nextLink") {
            *next = Value::from("not kept");
        }
    }
    row
}

fn short(row: &Value) -> Value {
    let kept = KEPT.iter().filter_map(|name| Some(((*name).to_owned(), row.get(*name)?.clone())));
    Value::Object(kept.collect::<Map<String, Value>>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::query::Missing;

    fn rows(values: &[Value]) -> Rows {
        values.iter().cloned().collect()
    }

    #[test]
    fn of_an_object_asked_for_by_id_only_its_name_is_kept_and_once() {
        let recording = Recording::default();
        let row = json!({ "@odata.type": "#microsoft.graph.user", "id": "1", "displayName": "A",
                          "mobilePhone": "+1 555 0100", "jobTitle": "x" });
        recording.note_named(&[row.clone(), row]);
        let kept: Vec<Value> = recording.take().unwrap().named.iter().collect();
        let expected =
            json!({ "@odata.type": "#microsoft.graph.user", "id": "1", "displayName": "A" });
        assert_eq!(kept, [expected]);
    }

    #[test]
    fn a_record_that_becomes_too_long_keeps_nothing_and_says_so() {
        let recording = Recording::default();
        let query = |path: &str| Query::object(path, Missing::Error);
        let row = rows(&[json!("x".repeat(MOST_BYTES / 4))]);
        for path in ["/1", "/2", "/3"] {
            recording.note(&query(path), &Ok(row.clone()));
        }
        assert_eq!(recording.so_far().asked.len(), 3);
        recording.note(&query("/4"), &Ok(row));
        assert_eq!(recording.so_far(), Answers::default());
        recording.note(&query("/5"), &Ok(Rows::default()));
        assert_eq!(recording.take(), Err(MOST_BYTES));
    }
}
