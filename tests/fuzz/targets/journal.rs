//! The journal of a run that ended at any byte.

use std::path::Path;

use consent::store::StoreError;
use consent::store::journal::{Recovered, parse};

use super::{Target, judge};

pub(crate) const TARGET: Target = Target {
    name: "journal",
    run,
    words: "{\"format\":\"consent.journal\",\"format_version\":1, \"run\":\" \"tenant\":\" \
            \"effect\":\" \"started\":\" {\"at\":\" \"event\":\"sending\" \"event\":\"answer\" \
            \"event\":\"outcome\" \"event\":\"end\" \"stopped\":null \"writes_sent\": \
            \"address\":\" \"step\": \"request\":{ \"method\":\"POST\" \"path\":\" \"body\": \
            \"meaning\":\"accepted\" \"error\":{ \"status\": \"result\":\"done\" \
            \"result\":\"failed\" }\n }}\n \n \r\n",
};

/// Ends tried per journal; there is nothing new to be found at each byte of a long one.
const CUTS: usize = 64;

fn read(bytes: &[u8]) -> Result<Recovered, StoreError> {
    parse(Path::new("journal"), bytes)
}

fn run(data: &[u8]) {
    let whole = match read(data) {
        Ok(whole) => whole,
        Err(error) => {
            return judge::draws_nothing(&consent::model::untrusted::shown(&error.to_string()));
        }
    };
    assert!(whole.header.is_some() || whole.records.is_empty(), "records of no journal");
    assert!(whole.open().len() <= whole.sent());
    if !whole.torn {
        assert_eq!(read(&written(&whole)).unwrap(), whole, "read back as something else");
    }
    // Whatever a crash left of it is understood, and no record of it is another one.
    let step = data.len() / CUTS + 1;
    for end in (0..data.len()).step_by(step) {
        let part = read(&data[..end]).unwrap_or_else(|error| panic!("cut at {end}: {error}"));
        assert!(part.header.is_none() || part.header == whole.header);
        assert!(whole.records.starts_with(&part.records), "cut at {end}");
    }
}

fn written(journal: &Recovered) -> Vec<u8> {
    let mut lines = Vec::new();
    lines.extend(journal.header.iter().map(|header| serde_json::to_string(header).unwrap()));
    lines.extend(journal.records.iter().map(|record| serde_json::to_string(record).unwrap()));
    lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect()
}
