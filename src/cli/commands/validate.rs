//! `consent validate`: the manifest alone, without network.

use std::sync::Arc;

use crate::cli::args::{Global, ValidateArgs};
use crate::cli::env::Env;
use crate::cli::failure::{Exit, Failure};
use crate::cli::{Streams, manifests};
use crate::model::clock::Clock;
use crate::operations::notes;
use crate::render::finding::json;

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
    let past = notes::past(&loaded, env.now().date());
    manifests::draw(&past, &loaded.sources, streams, colour);
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
