//! What became of a run, for programs: `consent.run_report`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::model::json::write_pretty;
use crate::model::outcome::{Line, RunReport, Stopped};
use crate::model::schema::{JsonSchema, Schema, document};
use crate::plan::Plan;
use crate::render::run::{TenantAfter, counts};

/// What the document calls itself.
pub(crate) const FORMAT: &str = "consent.run_report";
/// Rises when a reader of the older version would go wrong.
pub(crate) const FORMAT_VERSION: u32 = 1;

#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    #[schemars(extend("const" = FORMAT))]
    format: &'static str,
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: u32,
    tenant: TenantAfter,
    /// Whether the tenant is a simulated one.
    simulated: bool,
    /// Write requests handed to the network, refused ones included.
    writes_sent: usize,
    /// Changes by result.
    counts: BTreeMap<&'static str, usize>,
    /// Why the run ended early; null when it did not.
    stopped: &'a Option<Stopped>,
    /// Objects that a fresh plan has left, or objects of a saved plan that are not as planned; null when
    /// nobody could look.
    remaining: Option<usize>,
    /// In the plan's order.
    changes: &'a [Line],
}

/// The schema of the report.
pub(crate) fn schema() -> Schema {
    document::<Document<'static>>("run_report", FORMAT_VERSION)
}

/// Writes the report for programs.
///
/// # Errors
/// When the writer fails.
pub(crate) fn run(report: &RunReport, plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let RunReport { lines, stopped, writes_sent, remaining } = report;
    let document = Document {
        format: FORMAT,
        format_version: FORMAT_VERSION,
        tenant: TenantAfter::after(report, &plan.changes),
        simulated: plan.simulated,
        writes_sent: *writes_sent,
        counts: counts(report),
        stopped,
        remaining: *remaining,
        changes: lines,
    };
    write_pretty(&document, out)
}
