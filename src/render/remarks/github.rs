//! RemarkList as annotations of GitHub Actions, beside the lines of a pull request.

use std::io::{self, Write};

use crate::model::safe::Safe;
use crate::model::written_at::WrittenAt;
use crate::render::escape::github::{data, property};
use crate::render::page::grouped;
use crate::render::remarks::remark::{Level, Remark, RemarkList};
use crate::render::repository::Repository;

/// Annotations of each level that GitHub shows of one step. Source: actions/toolkit, "Limitations" of problem
/// matchers.
pub(super) const MOST: usize = 10;

/// Writes a command for each, the worst first.
///
/// # Errors
/// When the writer fails.
pub(crate) fn annotations(
    remarks: &RemarkList,
    repository: &Repository,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (level, word) in
        [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "notice")]
    {
        for (remark, message) in worst(remarks, level) {
            let (place, title) =
                (place(&remark.at, repository), property(&remark.sort.id().into()));
            writeln!(out, "::{word} {place},title={title}::{}", data(&message))?;
        }
    }
    Ok(())
}

/// Those of a level that are shown, with what they say. The last one counts the others.
pub(super) fn worst(remarks: &RemarkList, level: Level) -> Vec<(&Remark, Safe)> {
    let all: Vec<&Remark> = remarks.all.iter().filter(|one| one.level() == level).collect();
    let left = all.len().saturating_sub(MOST);
    let told = |(at, one): (usize, &Remark)| match (at + 1 == MOST, left) {
        (true, 1..) => format!("{} (And {} more.)", one.whole(), grouped(left)).into(),
        _ => one.whole(),
    };
    all.into_iter().take(MOST).enumerate().map(|(at, one)| (one, told((at, one)))).collect()
}

/// Columns make sense within one line only.
fn place(at: &WrittenAt, repository: &Repository) -> String {
    let WrittenAt { file, from, to } = at;
    let file = property(&repository.path(file).into());
    let lines = format!("file={file},line={},endLine={}", from.line, to.line);
    match from.line == to.line && from.column < to.column {
        true => format!("{lines},col={},endColumn={}", from.column, to.column),
        false => lines,
    }
}
