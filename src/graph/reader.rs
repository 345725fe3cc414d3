//! Reads, and can do nothing else: from the tenant, or from a record in its place.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::{join_all, try_join_all};
use serde_json::{Value, json};

use crate::graph::batch::MOST;
use crate::graph::error::GraphError;
use crate::graph::http::Http;
use crate::graph::reading::{Ask, Got};
use crate::graph::recorded::Recorded;
use crate::graph::recording::Recording;
use crate::model::id::ObjectId;
use crate::model::query::{Consistency, Pages, Query, Rows};

/// Reads complete answers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(super) source: AnsweredBy,
    /// Where all of it is written down, if anywhere.
    recording: Option<Arc<Recording>>,
}

/// Who answers.
#[derive(Clone)]
pub(super) enum AnsweredBy {
    Tenant(Arc<Http>),
    Record(Arc<Recorded>),
}

impl Reader {
    pub(super) fn of_tenant(http: Arc<Http>) -> Self {
        Self { source: AnsweredBy::Tenant(http), recording: None }
    }

    /// Opens no socket, whatever it is asked.
    pub(crate) fn of_record(record: Arc<Recorded>) -> Self {
        Self { source: AnsweredBy::Record(record), recording: None }
    }

    /// The same reader, and all that it reads from now on is written down.
    #[must_use]
    pub(crate) fn noting(self, recording: &Arc<Recording>) -> Self {
        Self { recording: Some(recording.clone()), ..self }
    }

    /// The record that answers in place of a tenant.
    pub(crate) fn record(&self) -> Option<&Recorded> {
        match &self.source {
            AnsweredBy::Tenant(_) => None,
            AnsweredBy::Record(record) => Some(record),
        }
    }

    /// Whether this can be asked at all: a record holds what was asked when it was made.
    pub(crate) fn holds(&self, query: &Query) -> bool {
        self.record().is_none_or(|record| record.holds(query))
    }

    /// All answers, complete, or an error. Twenty to a batch; later pages are followed outside of it,
    /// all lists side by side.
    ///
    /// # Errors
    /// When any query could not be read completely.
    pub(crate) async fn read(&self, queries: &[Query]) -> Result<Pages, GraphError> {
        let unique: BTreeSet<&Query> = queries.iter().collect();
        let unique: Vec<&Query> = unique.into_iter().collect();
        let reads = unique.chunks(MOST).map(|group| async move {
            let mut rows = Vec::new();
            for result in self.group(group).await {
                rows.push(result?);
            }
            Ok::<_, GraphError>(rows.into_iter().zip(group.iter().copied()))
        });
        let mut pages = Pages::default();
        for (rows, query) in try_join_all(reads).await?.into_iter().flatten() {
            pages.insert(query.clone(), rows);
        }
        Ok(pages)
    }

    /// One result per query, in order: for reading back, where one failure hides no other answer.
    /// Twenty to a batch; later pages are followed outside of it.
    pub(crate) async fn read_each(&self, queries: &[Query]) -> Vec<Result<Rows, GraphError>> {
        let queries: Vec<&Query> = queries.iter().collect();
        join_all(queries.chunks(MOST).map(|group| self.group(group)))
            .await
            .into_iter()
            .flatten()
            .collect()
    }

    /// HTTP requests so far, of all readers and writers of the connection. A batch is one.
    #[cfg(test)]
    pub(crate) fn requests(&self) -> usize {
        match &self.source {
            AnsweredBy::Tenant(http) => http.sent(),
            AnsweredBy::Record(_) => 0,
        }
    }

    async fn group(&self, queries: &[&Query]) -> Vec<Result<Rows, GraphError>> {
        let answers = match &self.source {
            AnsweredBy::Tenant(http) => {
                let asks: Vec<Ask> = queries.iter().map(|query| Ask::of(query)).collect();
                let answers = http.ask(&asks).await;
                join_all(queries.iter().zip(answers).map(|(query, first)| http.rows(query, first)))
                    .await
            }
            AnsweredBy::Record(record) => queries.iter().map(|query| record.rows(query)).collect(),
        };
        if let Some(recording) = &self.recording {
            queries.iter().zip(&answers).for_each(|(query, answer)| recording.note(query, answer));
        }
        answers
    }

    /// Directory objects by id, up to a thousand, of these types. Unknown ids are silently absent.
    pub(crate) async fn by_ids(
        &self,
        ids: &[ObjectId],
        types: &[&str],
    ) -> Result<Vec<Value>, GraphError> {
        let rows = match &self.source {
            AnsweredBy::Tenant(http) => by_ids(http, ids, types).await?,
            AnsweredBy::Record(record) => record.by_ids(ids, types),
        };
        if let Some(recording) = &self.recording {
            recording.note_named(&rows);
        }
        Ok(rows)
    }
}

async fn by_ids(http: &Http, ids: &[ObjectId], types: &[&str]) -> Result<Vec<Value>, GraphError> {
    let path = "/directoryObjects/getByIds";
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let body = json!({"ids": texts, "types": types});
    let ask = Ask {
        method: reqwest::Method::POST,
        path: path.to_owned(),
        consistency: Consistency::Default,
        body: Some(body),
    };
    let incomplete = |because: &str| GraphError::Incomplete {
        what: path.to_owned(),
        because: because.to_owned(),
    };
    match http.ask(&[ask]).await.pop().map(|came| came.map(|came| came.got)) {
        Some(Ok(Got::Json(json))) => {
            let mut json = json.value();
            if json.get("@odata.nextLink").is_some_and(|link| !link.is_null()) {
                return Err(incomplete("the answer comes in pages, which it never should"));
            }
            match json.get_mut("value").map(Value::take) {
                Some(Value::Array(rows)) => {
                    http.budget.objects(rows.len());
                    Ok(rows)
                }
                _ => Err(incomplete("the answer holds no list of values")),
            }
        }
        Some(Ok(Got::NotThere(refusal))) => Err(GraphError::refused(path.to_owned(), refusal)),
        Some(Err(error)) => Err(error),
        None => Err(incomplete("there is no answer")),
    }
}
