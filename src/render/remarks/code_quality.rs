//! RemarkList as GitLab's Code Quality report: a list of what its merge requests show beside the lines.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::json::write_pretty;
use crate::model::risk::Tier;
use crate::render::page::grouped;
use crate::render::remarks::MOST;
use crate::render::remarks::remark::{Level, Remark, RemarkList, RemarkSort};
use crate::render::repository::Repository;

/// How such files of ours begin: with a remark, or with none.
pub(crate) const BEGINS: [&str; 2] = ["[\n  {\n    \"check_name\": \"consent/", "[]\n"];

#[derive(Serialize)]
struct Row<'a> {
    check_name: String,
    description: String,
    /// Unique in a report, and the same in the next one.
    fingerprint: &'a str,
    severity: &'static str,
    location: QualityPlace,
}

#[derive(Serialize)]
struct QualityPlace {
    /// Relative to the root of the repository.
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// Writes the list.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write(
    remarks: &RemarkList,
    repository: &Repository,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (shown, left) = remarks.first(MOST);
    let mut rows: Vec<Row<'_>> = shown.iter().map(|remark| row(remark, repository)).collect();
    if let (Some(last), 1..) = (rows.last_mut(), left) {
        // A list has no place for a word about itself.
        last.description = format!("{} And {} more.", last.description, grouped(left));
    }
    write_pretty(&rows, out)
}

fn row<'a>(remark: &'a Remark, repository: &Repository) -> Row<'a> {
    Row {
        check_name: format!("consent/{}", remark.sort.id()),
        description: remark.whole().into(),
        fingerprint: &remark.fingerprint,
        severity: severity(&remark.sort),
        location: QualityPlace {
            path: repository.path(&remark.at.file),
            lines: Lines { begin: remark.at.from.line },
        },
    }
}

/// In GitLab's words, of which `blocker` is the worst.
fn severity(sort: &RemarkSort) -> &'static str {
    match (sort, sort.level()) {
        (_, Level::Error) => "blocker",
        (RemarkSort::Gives(Tier::Critical), _) => "critical",
        (RemarkSort::Gives(Tier::Medium), _) => "minor",
        (_, Level::Warning) => "major",
        (_, Level::Note) => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_begins_as_it_says() {
        let mut out = Vec::new();
        write(&RemarkList::default(), &Repository::default(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), BEGINS[1]);
    }
}
