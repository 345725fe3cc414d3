//! `consent validate`: the manifest alone, without network.

use std::sync::Arc;

use crate::cli::input::args::{Global, ValidateArgs};
use crate::cli::output::display::Display;
use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::process::env::Env;
use crate::cli::process::streams::Streams;
use crate::model::clock::Clock;
use crate::operations::{Event, manifest, notes};
use crate::render::finding::json;

/// # Errors
/// When the manifest has mistakes.
pub(crate) fn run(
    args: &ValidateArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let display = Display::new(global, env, streams.err);
    let loaded = manifest::load(&args.manifest.file, &display.tell()).map_err(failed)?;
    let past = notes::past(&loaded, env.now().date());
    display.tell()(Event::Findings(&past, &loaded.sources));
    let tables: usize = loaded.manifest.entries.values().map(Vec::len).sum();
    if global.json {
        let apps = loaded.manifest.apps.len();
        let text = json::text(apps, tables).map_err(std::io::Error::from)?;
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
