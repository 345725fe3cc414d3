//! `consent schema`: the JSON Schemas of what people write and of what is stored.

use crate::cli::Streams;
use crate::cli::args::SchemaArgs;
use crate::cli::failure::{Exit, Failure};
use crate::cli::published::{PUBLISHED, Published};

/// # Errors
/// When stdout cannot be written.
pub fn run(args: &SchemaArgs, streams: &mut Streams<'_>) -> Result<Exit, Failure> {
    match PUBLISHED.iter().find(|one| args.name.as_deref() == Some(one.name)) {
        Some(one) => streams.out.write_all(one.text().map_err(std::io::Error::from)?.as_bytes())?,
        None => {
            for Published { name, about, .. } in PUBLISHED {
                writeln!(streams.out, "{name:<11}  {about}")?;
            }
        }
    }
    Ok(Exit::Done)
}
