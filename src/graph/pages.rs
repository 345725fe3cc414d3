//! A list that comes in pages: all of it, or an error. The pure part.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::graph::answer::Json;
use crate::model::query::Rows;

/// Most pages of one list. At 999 rows each that is ten million rows, more than any tenant holds.
const MOST_PAGES: usize = 10_000;

/// Collects the pages of one list.
#[derive(Debug, Default)]
pub struct Chain {
    rows: Rows,
    links: BTreeSet<String>,
    count: Option<u64>,
    pages: usize,
}

/// One page, its rows as they came.
#[derive(Deserialize)]
struct RawPage<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
    #[serde(rename = "@odata.nextLink", default)]
    next: Value,
    #[serde(rename = "@odata.count", default)]
    count: Value,
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
    #[error("the service did not know the link to the next page any more, twice")]
    Expired,
    /// Fewer rows than the service itself counted: the known sign of a lossy listing.
    #[error("the service counted {counted} rows and sent {sent}")]
    Short { counted: u64, sent: u64 },
}

impl Chain {
    /// Takes one page in and says where the next one is. A page may be empty and still lead on.
    ///
    /// # Errors
    /// When the page or its link cannot be right.
    pub fn take(&mut self, page: &Json) -> Result<Option<String>, Broken> {
        let page: RawPage<'_> = serde_json::from_str(page.text()).map_err(|_| Broken::NoList)?;
        if self.pages == 0 {
            // Later pages do not repeat it.
            self.count = page.count.as_u64();
        }
        self.pages += 1;
        page.value.into_iter().for_each(|row| self.rows.push(row.get()));
        match page.next {
            Value::Null => Ok(None),
            Value::String(link) => {
                if self.pages >= MOST_PAGES {
                    return Err(Broken::Endless);
                }
                if !self.links.insert(link.clone()) {
                    return Err(Broken::Loop);
                }
                Ok(Some(link))
            }
            _ => Err(Broken::Link),
        }
    }

    /// Rows so far, doubles included.
    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// All rows, after the last page.
    ///
    /// # Errors
    /// When there are fewer than the service counted on page 1.
    pub fn finish(self) -> Result<Rows, Broken> {
        let Self { mut rows, links: _, count, pages: _ } = self;
        // Rows that move between pages while they are read come twice.
        rows.drop_doubles();
        let sent = rows.len() as u64;
        match count {
            Some(counted) if sent < counted => Err(Broken::Short { counted, sent }),
            _ => Ok(rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn take(chain: &mut Chain, page: Value) -> Result<Option<String>, Broken> {
        chain.take(&page.into())
    }

    #[test]
    fn empty_pages_lead_on_and_doubles_are_dropped() {
        let mut chain = Chain::default();
        let first = json!({"value": [], "@odata.nextLink": "b", "@odata.count": 2});
        assert_eq!(take(&mut chain, first), Ok(Some("b".into())));
        let second = json!({"value": [{"id": "1"}, {"id": "2"}], "@odata.nextLink": "c"});
        assert_eq!(take(&mut chain, second), Ok(Some("c".into())));
        let last = json!({"value": [{"id": "2"}, {"x": 1}, {"x": 1}], "@odata.nextLink": null});
        assert_eq!(take(&mut chain, last), Ok(None));
        assert_eq!(chain.finish().unwrap().len(), 4);
    }

    #[test]
    fn circles_odd_pages_and_short_lists_are_errors() {
        let mut chain = Chain::default();
        assert!(take(&mut chain, json!({"value": [], "@odata.nextLink": "a"})).is_ok());
        assert_eq!(
            take(&mut chain, json!({"value": [], "@odata.nextLink": "a"})),
            Err(Broken::Loop)
        );
        for odd in [json!(null), json!([]), json!({}), json!({"value": {}}), json!({"value": null})]
        {
            assert_eq!(take(&mut Chain::default(), odd.clone()), Err(Broken::NoList), "{odd}");
        }
        let link = json!({"value": [], "@odata.nextLink": 7});
        assert_eq!(take(&mut Chain::default(), link), Err(Broken::Link));
        let mut chain = Chain::default();
        take(&mut chain, json!({"value": [{"id": "1"}], "@odata.count": 2})).unwrap();
        assert_eq!(chain.finish(), Err(Broken::Short { counted: 2, sent: 1 }));
    }
}
