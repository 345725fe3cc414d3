//! A list that comes in pages: all of it, or an error. The pure part.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::query::Rows;

/// Most pages of one list. At 999 rows each that is ten million rows, more than any tenant holds.
const MOST_PAGES: usize = 10_000;

/// Collects the pages of one list.
#[derive(Debug, Default)]
pub struct Chain {
    rows: Rows,
    ids: BTreeSet<String>,
    links: BTreeSet<String>,
    count: Option<u64>,
    pages: usize,
}

/// Why a list cannot be taken as complete.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("a page holds no list of values")]
    NoList,
    #[error("a page leads back to one that was read already")]
    Loop,
    #[error("the list does not end after {MOST_PAGES} pages")]
    Endless,
    #[error("the link to the next page is not a text")]
    Link,
    /// Fewer rows than the service itself counted: the known sign of a lossy listing.
    #[error("the service counted {counted} rows and sent {sent}")]
    Short { counted: u64, sent: u64 },
}

impl Chain {
    /// Takes one page in, of which only the text of its rows is kept, and says where the next one is. A page may be empty and still lead on.
    ///
    /// # Errors
    /// When the page or its link cannot be right.
    pub fn take(&mut self, page: Value) -> Result<Option<String>, Broken> {
        let Value::Object(mut page) = page else { return Err(Broken::NoList) };
        let Some(Value::Array(rows)) = page.remove("value") else { return Err(Broken::NoList) };
        if self.pages == 0 {
            // Later pages do not repeat it.
            self.count = page.get("@odata.count").and_then(Value::as_u64);
        }
        self.pages += 1;
        for row in rows {
            // Rows that move between pages while they are read come twice.
            let id = row.get("id").and_then(Value::as_str).map(str::to_owned);
            if id.is_none_or(|id| self.ids.insert(id)) {
                self.rows.push(&row);
            }
        }
        match page.remove("@odata.nextLink") {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(link)) => {
                if self.pages >= MOST_PAGES {
                    return Err(Broken::Endless);
                }
                if !self.links.insert(link.clone()) {
                    return Err(Broken::Loop);
                }
                Ok(Some(link))
            }
            Some(_) => Err(Broken::Link),
        }
    }

    /// All rows, after the last page.
    ///
    /// # Errors
    /// When there are fewer than the service counted on page 1.
    pub fn finish(self) -> Result<Rows, Broken> {
        let sent = self.rows.len() as u64;
        match self.count {
            Some(counted) if sent < counted => Err(Broken::Short { counted, sent }),
            _ => Ok(self.rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn empty_pages_lead_on_and_doubles_are_dropped() {
        let mut chain = Chain::default();
        let first = json!({"value": [], "@odata.nextLink": "b", "@odata.count": 2});
        assert_eq!(chain.take(first), Ok(Some("b".into())));
        let second = json!({"value": [{"id": "1"}, {"id": "2"}], "@odata.nextLink": "c"});
        assert_eq!(chain.take(second), Ok(Some("c".into())));
        let last = json!({"value": [{"id": "2"}, {"x": 1}, {"x": 1}], "@odata.nextLink": null});
        assert_eq!(chain.take(last), Ok(None));
        assert_eq!(chain.finish().unwrap().len(), 4);
    }

    #[test]
    fn circles_odd_pages_and_short_lists_are_errors() {
        let mut chain = Chain::default();
        assert!(chain.take(json!({"value": [], "@odata.nextLink": "a"})).is_ok());
        assert_eq!(chain.take(json!({"value": [], "@odata.nextLink": "a"})), Err(Broken::Loop));
        for odd in [json!(null), json!([]), json!({}), json!({"value": {}}), json!({"value": null})]
        {
            assert_eq!(Chain::default().take(odd.clone()), Err(Broken::NoList), "{odd}");
        }
        let link = json!({"value": [], "@odata.nextLink": 7});
        assert_eq!(Chain::default().take(link), Err(Broken::Link));
        let mut chain = Chain::default();
        chain.take(json!({"value": [{"id": "1"}], "@odata.count": 2})).unwrap();
        assert_eq!(chain.finish(), Err(Broken::Short { counted: 2, sent: 1 }));
    }
}
