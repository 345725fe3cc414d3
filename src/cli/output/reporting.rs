//! Reports for programs: each goes where it was asked for, written bit by bit.

use crate::cli::input::args::{Global, Report, Target};
use crate::cli::output::failure::Failure;
use crate::cli::output::files::stored;
use crate::cli::process::streams::Streams;
use crate::render::formats::{JSON, Reported};
use crate::store::report_file;

/// `--json` is `--report json=-`.
pub(crate) fn asked(named: &[Report], global: &Global) -> Vec<Report> {
    let mut reports = named.to_vec();
    if global.json {
        reports.push(Report { format: &JSON, to: Target::Stdout });
    }
    reports
}

/// Whether stdout is left to people.
pub(crate) fn people_on_stdout(reports: &[Report]) -> bool {
    reports.iter().all(|report| report.to != Target::Stdout)
}

/// Writes the reports.
///
/// # Errors
/// When one of them cannot be written.
pub(crate) fn write(
    reports: &[Report],
    streams: &mut Streams<'_>,
    reported: Reported<'_>,
) -> Result<(), Failure> {
    for Report { format, to } in reports {
        match to {
            Target::Stdout => (format.draw)(&reported, streams.out)?,
            Target::File(path) => {
                report_file::write(path, &|out| (format.draw)(&reported, out)).map_err(stored)?;
            }
        }
    }
    Ok(())
}
