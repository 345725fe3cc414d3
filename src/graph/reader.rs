//! Reads, and can do nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::{join_all, try_join_all};
use serde_json::{Value, json};

use crate::graph::batch::MOST;
use crate::graph::error::GraphError;
use crate::graph::http::Http;
use crate::graph::reading::{Ask, Got};
use crate::model::id::ObjectId;
use crate::model::query::{Consistency, Pages, Query, Rows};

/// Reads complete answers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Reader {
    pub(crate) http: Arc<Http>,
}

impl Reader {
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
        self.http.sent()
    }

    async fn group(&self, queries: &[&Query]) -> Vec<Result<Rows, GraphError>> {
        let asks: Vec<Ask> = queries.iter().map(|query| Ask::of(query)).collect();
        let answers = self.http.ask(&asks).await;
        join_all(queries.iter().zip(answers).map(|(query, first)| self.http.rows(query, first)))
            .await
    }

    /// Directory objects by id, up to a thousand, of these types. Unknown ids are silently absent.
    pub(crate) async fn by_ids(
        &self,
        ids: &[ObjectId],
        types: &[&str],
    ) -> Result<Vec<Value>, GraphError> {
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
        match self.http.ask(&[ask]).await.pop().map(|came| came.map(|came| came.got)) {
            Some(Ok(Got::Json(json))) => {
                let mut json = json.value();
                if json.get("@odata.nextLink").is_some_and(|link| !link.is_null()) {
                    return Err(incomplete("the answer comes in pages, which it never should"));
                }
                match json.get_mut("value").map(Value::take) {
                    Some(Value::Array(rows)) => {
                        self.http.budget.objects(rows.len());
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
}
