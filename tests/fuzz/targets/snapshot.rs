//! What a run found and left.

use std::path::Path;

use consent::model::json::write_pretty;
use consent::store::snapshot::{Snapshot, parse};

use super::{Target, judge};

pub(crate) const TARGET: Target = Target {
    name: "snapshot",
    run,
    words: "\"format\":·\"consent.snapshot\" \"format_version\":·1 \"state\":·\"started\" \
            \"complete\" \"before\":·{ \"after\":·null \"report\":·null \"previous\":·{ \
            \"file\":·\" \"sha256\":·\" \"approval\":·{ \"how\":·\"digest\" \"actor\":·{ \
            \"lines\":·[ \"result\":·\"unsure\" \"effect\":·{ \"apps\":·[ \"domains\":·[",
};

fn run(data: &[u8]) {
    let at = Path::new("snapshot.json");
    match parse(at, data) {
        Ok(snapshot) => {
            let bytes = written(&snapshot);
            judge::draws_nothing(std::str::from_utf8(&bytes).unwrap());
            assert_eq!(parse(at, &bytes).expect("what was written can be read"), snapshot);
            assert_eq!(written(&snapshot), bytes);
        }
        Err(error) => judge::draws_nothing(&consent::model::untrusted::shown(&error.to_string())),
    }
}

fn written(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_pretty(snapshot, &mut bytes).expect("what was read can be written");
    bytes
}
