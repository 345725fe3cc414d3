//! A list in pages, one in each line of the input. The last leads back to the first, if it leads on.

use std::collections::BTreeSet;

use consent::graph::pages::Chain;
use serde_json::Value;

use super::{Target, judge};

pub(crate) const TARGET: Target = Target {
    name: "pages",
    run,
    words: "{\"value\":[ {\"id\":\"1\"} ]} \n \"@odata.nextLink\":\"a\" \"@odata.nextLink\":\"*\" \
            \"@odata.nextLink\":null \"@odata.nextLink\":7 \"@odata.count\": \"value\":null \
            \"id\":null",
};

/// More pages than any list may have.
const ENDLESS: usize = 20_000;

fn run(data: &[u8]) {
    let pages: Vec<Value> = data
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let Some(first) = pages.first() else { return };
    let counted = first.get("@odata.count").and_then(Value::as_u64);
    let mut chain = Chain::default();
    for turn in 0..ENDLESS {
        let mut page = pages[turn % pages.len()].clone();
        // A service that makes up a new link each time.
        if page.get("@odata.nextLink").is_some_and(|link| link == "*") {
            page["@odata.nextLink"] = turn.to_string().into();
        }
        match chain.take(&page.into()) {
            Ok(Some(_)) => {}
            Ok(None) => return whole(chain, counted),
            Err(broken) => return judge::draws_nothing(&broken.to_string()),
        }
    }
    panic!("a list without end was followed");
}

/// What counts as complete has each object once, and as many as were counted.
fn whole(chain: Chain, counted: Option<u64>) {
    let rows = match chain.finish() {
        Ok(rows) => rows,
        Err(broken) => return judge::draws_nothing(&broken.to_string()),
    };
    assert!(rows.len() as u64 >= counted.unwrap_or(0));
    let id = |row: Value| row.get("id").and_then(Value::as_str).map(str::to_owned);
    let ids: Vec<String> = rows.iter().filter_map(id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an object twice");
}
