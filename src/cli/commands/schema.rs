//! `consent schema`: the JSON Schemas of what people write and of what is stored.

use crate::cli::input::args::SchemaArgs;
use crate::cli::input::published::{PUBLISHED, PublishedSchema};
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::process::streams::Streams;

/// # Errors
/// When stdout cannot be written.
pub(crate) fn run(args: &SchemaArgs, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    match PUBLISHED.iter().find(|one| args.name.as_deref() == Some(one.name)) {
        Some(one) => streams.out.write_all(one.text().map_err(std::io::Error::from)?.as_bytes())?,
        None => {
            for PublishedSchema { name, about, .. } in PUBLISHED {
                writeln!(streams.out, "{name:<12}  {about}")?;
            }
        }
    }
    Ok(Exit::Done)
}
