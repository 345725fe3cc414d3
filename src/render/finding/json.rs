//! The report of `validate --json`.

use serde::Serialize;

use crate::model::schema::{JsonSchema, Schema, document};

const FORMAT: &str = "consent.validation";
const VERSION: u32 = 1;

/// A manifest without mistakes. Mistakes are told on stderr, and no report is written.
#[derive(Serialize, JsonSchema)]
struct ValidationReport {
    #[schemars(extend("const" = FORMAT))]
    format: &'static str,
    #[schemars(extend("const" = VERSION))]
    format_version: u32,
    #[schemars(extend("const" = true))]
    valid: bool,
    /// How many apps it has.
    apps: usize,
    /// How many tables of the kinds.
    tables: usize,
}

/// The schema of the report.
pub(crate) fn schema() -> Schema {
    document::<ValidationReport>("validation", VERSION)
}

/// The report of a manifest that is valid.
///
/// # Errors
/// Never: it is plain JSON.
pub(crate) fn text(apps: usize, tables: usize) -> serde_json::Result<String> {
    let report =
        ValidationReport { format: FORMAT, format_version: VERSION, valid: true, apps, tables };
    serde_json::to_string_pretty(&report)
}
