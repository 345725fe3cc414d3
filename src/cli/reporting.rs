//! Reports for programs: each goes where it was asked for, written bit by bit.

use std::io::{self, Write};

use crate::cli::Streams;
use crate::cli::args::{Global, Report, ReportKind, Target};
use crate::cli::failure::Failure;
use crate::cli::session::stored;
use crate::store::report_file;

/// `--json` is `--report json=-`.
pub fn asked(named: &[Report], global: &Global) -> Vec<Report> {
    let mut reports = named.to_vec();
    if global.json {
        reports.push(Report { kind: ReportKind::Json, to: Target::Stdout });
    }
    reports
}

/// Whether stdout is left to people.
pub fn people_on_stdout(reports: &[Report]) -> bool {
    reports.iter().all(|report| report.to != Target::Stdout)
}

/// Writes the reports. `json` writes what stands in a JSON one.
///
/// # Errors
/// When one of them cannot be written.
pub fn write(
    reports: &[Report],
    streams: &mut Streams<'_>,
    json: impl Fn(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    for Report { kind: ReportKind::Json, to } in reports {
        match to {
            Target::Stdout => json(streams.out)?,
            Target::File(path) => report_file::write(path, &json).map_err(stored)?,
        }
    }
    Ok(())
}
