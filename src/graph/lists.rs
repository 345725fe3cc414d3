//! Lists that come in pages: followed to their end, or an error.

use std::time::Duration;

use crate::graph::answer::Json;
use crate::graph::endpoint::Foreign;
use crate::graph::error::{GraphError, told};
use crate::graph::http::Http;
use crate::graph::pages::{Broken, Chain};
use crate::graph::reading::{Ask, Came, Got, what};
use crate::model::outcome::Refusal;
use crate::model::query::{Missing, Query, Rows, Shape};

/// The code of a link that led somewhere, and does not any more.
const EXPIRED: &str = "Directory_ExpiredPageToken";

impl Http {
    /// The rows of a query, from its first answer on.
    pub(crate) async fn rows(
        &self,
        query: &Query,
        first: Result<Came, GraphError>,
    ) -> Result<Rows, GraphError> {
        let what = what(&query.path);
        let Came { got, at } = first?;
        let json = match (got, query.missing) {
            (Got::Json(json), _) => json,
            (Got::NotThere(_), Missing::Nothing) => return Ok(Rows::default().answered_at(at)),
            (Got::NotThere(refusal), Missing::Error) => {
                return Err(GraphError::refused(what, refusal));
            }
        };
        match query.shape {
            Shape::Object if json.is_object() => {
                let mut rows = Rows::default();
                rows.push(json.text());
                self.budget.objects(1);
                Ok(rows.answered_at(at))
            }
            Shape::Object => {
                Err(GraphError::Incomplete { what, because: "the answer is no object".into() })
            }
            Shape::List => self.pages(query, json, at).await,
        }
    }

    /// `at`: when the first page came. The rows count from then, however long the rest takes.
    async fn pages(&self, query: &Query, first: Json, at: Duration) -> Result<Rows, GraphError> {
        let broken = |error: Broken| GraphError::Incomplete {
            what: what(&query.path),
            because: error.to_string(),
        };
        let rows = match self.chain(query, first).await? {
            // Rows may be deleted between the count and the last page, and a link may be older than the
            // service remembers: one more look tells.
            Err(Broken::Short { .. } | Broken::Expired) => {
                let again = self.ask(&[Ask::of(query)]).await.pop();
                let Came { got, at } = again.ok_or_else(|| broken(Broken::NoList))??;
                let rows = match got {
                    Got::Json(first) => self.chain(query, first).await?.map_err(broken)?,
                    Got::NotThere(refusal) => {
                        return Err(GraphError::refused(what(&query.path), refusal));
                    }
                };
                return Ok(rows.answered_at(at));
            }
            other => other.map_err(broken)?,
        };
        Ok(rows.answered_at(at))
    }

    /// Follows the links of a list to its end. The outer error is a failed request.
    async fn chain(&self, query: &Query, first: Json) -> Result<Result<Rows, Broken>, GraphError> {
        let what = || what(&query.path);
        let mut chain = Chain::default();
        let mut page = first;
        loop {
            let before = chain.rows();
            let taken = chain.take(&page);
            if let Err(much) = self.budget.page(chain.rows() - before) {
                return Err(GraphError::Incomplete { what: what(), because: much.to_string() });
            }
            let link = match taken {
                Ok(Some(link)) => link,
                Ok(None) => return Ok(chain.finish()),
                Err(broken) => return Ok(Err(broken)),
            };
            let foreign = |error: Foreign| GraphError::Incomplete {
                what: what(),
                because: format!("the link to its next page is not followed: {error}"),
            };
            let path = self.endpoint.next(&link).and_then(|url| self.endpoint.path(&url));
            let ask = Ask { path: path.map_err(foreign)?, ..Ask::of(query) };
            page = match self.ask(&[ask]).await.pop().map(|came| came.map(|came| came.got)) {
                Some(Ok(Got::Json(json))) => json,
                Some(Ok(Got::NotThere(refusal))) => {
                    let because = format!("a later page answered {}", told(&refusal));
                    return Err(GraphError::Incomplete { what: what(), because });
                }
                Some(Err(GraphError::Refused { refusal, .. })) if is_expired(&refusal) => {
                    return Ok(Err(Broken::Expired));
                }
                Some(Err(error)) => return Err(error),
                None => return Ok(Err(Broken::NoList)),
            };
        }
    }
}

fn is_expired(refusal: &Refusal) -> bool {
    refusal.status == 400 && refusal.code.raw() == EXPIRED
}
