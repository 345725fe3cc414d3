//! RemarkList as issues of Azure Pipelines.

use std::io::{self, Write};

use crate::render::escape::azure::text;
use crate::render::remarks::github::worst;
use crate::render::remarks::remark::{Level, RemarkList};
use crate::render::repository::Repository;

/// Writes a command for each error and warning, the worst first; Azure knows no third level. As many of each as
/// GitHub shows: nobody reads more above a log.
///
/// # Errors
/// When the writer fails.
pub(crate) fn issues(
    remarks: &RemarkList,
    repository: &Repository,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (level, word) in [(Level::Error, "error"), (Level::Warning, "warning")] {
        for (remark, message) in worst(remarks, level) {
            let file = text(&repository.path(&remark.at.file).into());
            let (line, column) = (remark.at.from.line, remark.at.from.column);
            let code = text(&remark.sort.id().into());
            let place = format!("sourcepath={file};linenumber={line};columnnumber={column}");
            let message = text(&message);
            writeln!(out, "##vso[task.logissue type={word};{place};code={code}]{message}")?;
        }
    }
    Ok(())
}
