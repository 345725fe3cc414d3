//! `consent validate`: the manifest alone, without network.

use std::sync::Arc;

use serde::Serialize;

use crate::cli::args::{Global, ValidateArgs};
use crate::cli::env::Env;
use crate::cli::failure::{Exit, Failure};
use crate::cli::{Streams, manifests, warnings};
use crate::model::clock::Clock;
use crate::model::schema::{JsonSchema, Schema, document};

const FORMAT: &str = "consent.validation";
const VERSION: u32 = 1;

/// A manifest without mistakes. Mistakes are told on stderr, and no report is written.
#[derive(Serialize, JsonSchema)]
struct Report {
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
pub fn schema() -> Schema {
    document::<Report>("validation", VERSION)
}

/// # Errors
/// When the manifest has mistakes.
pub fn run(
    args: &ValidateArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let colour = env.colour_of_errors(global);
    let loaded = manifests::load(&args.manifest.file, streams, colour)?;
    let past = warnings::past(&loaded, env.now().date());
    manifests::tell(&past, &loaded.sources, streams, colour)?;
    let tables: usize = loaded.manifest.entries.values().map(Vec::len).sum();
    if global.json {
        let apps = loaded.manifest.apps.len();
        let report = Report { format: FORMAT, format_version: VERSION, valid: true, apps, tables };
        let text = serde_json::to_string_pretty(&report).map_err(std::io::Error::from)?;
        writeln!(streams.out, "{text}")?;
    } else if !global.quiet {
        writeln!(
            streams.out,
            "The manifest is valid: {}, {}.\n\
             Names of users, groups and permissions are checked against the tenant\n\
             by: consent plan",
            plural(loaded.manifest.apps.len(), "app"),
            plural(tables, "declaration"),
        )?;
    }
    Ok(Exit::Done)
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
