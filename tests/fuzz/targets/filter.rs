//! `$filter` of the simulated tenant.

use consent::sandbox::odata::filter::{Field, Filter, Op};
use consent::sandbox::odata::{self, filter_text::check_alternatives};
use serde_json::{Value, json};

use super::Target;

pub(crate) const TARGET: Target = Target {
    name: "filter",
    run,
    words: "name·eq· 'x' '' 'O''Brien' ·and· ·or· not· ( ) name·in·( , tags/any(t:t·eq·'b') \
            startswith(name, on·eq·true on·eq·null ·ne· kind /any t:t unknown \u{130} \u{df}",
};

const ALL: &[Op] = &[Op::Eq, Op::Ne, Op::In, Op::StartsWith, Op::Any];
const FIELDS: &[Field] = &[
    Field::new("name", ALL),
    Field::new("on", ALL),
    Field::new("tags", ALL),
    Field { name: "kind", ops: ALL, exact: true },
];

/// `&` would begin another option.
fn filter(text: &str) -> Option<Filter> {
    let encoded = consent::model::query::encode(text);
    match odata::options(&format!("$filter={encoded}")) {
        Ok(options) => Some(options.filter.expect("a filter was given")),
        Err(refused) => {
            assert_eq!(refused.status, 400, "{text}");
            None
        }
    }
}

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // As a client sends it, with whatever else is in it.
    drop(odata::options(&text));
    let Some(whole) = filter(&text) else { return };
    let rows = [
        json!({"name": "O'Brien", "on": true, "tags": ["a", "b"], "kind": "One"}),
        json!({"name": null, "on": "true", "tags": [1, null], "kind": ["One"]}),
        json!([]),
        Value::Null,
    ];
    let opposite = filter(&format!("not ({text})"));
    for row in &rows {
        let holds = whole.holds(row, FIELDS);
        if let Some(opposite) = &opposite {
            assert_ne!(opposite.holds(row, FIELDS), holds, "{text}");
        }
    }
    let tests = whole.tests();
    assert!(!tests.is_empty() && tests.iter().all(|test| !test.values.is_empty()), "{text}");
    assert!(check_alternatives(&whole, true).is_ok());
    if let Err(refused) = check_alternatives(&whole, false) {
        assert_eq!(refused.code, "Request_UnsupportedQuery");
    }
    if let Some(name) = whole.required("name") {
        let other = json!({"name": format!("{name}x")});
        assert!(!whole.holds(&other, FIELDS), "{text}");
    }
}
