//! The manifest of a run: draws all its mistakes at once.

use std::path::PathBuf;

use crate::cli::Streams;
use crate::cli::failed::failed;
use crate::cli::failure::Failure;
use crate::manifest::source::Sources;
use crate::model::finding::Findings;
use crate::model::secret::redact;
use crate::operations::Event;
use crate::operations::manifest::{self, Loaded};
use crate::render;
use crate::render::page::style::Colour;

/// # Errors
/// When a file cannot be read, or the manifest has mistakes: they are drawn already.
pub fn load(
    paths: &[PathBuf],
    streams: &mut Streams<'_>,
    colour: Colour,
) -> Result<Loaded, Failure> {
    manifest::load(paths, &mut |event| tell(&event, streams, colour)).map_err(failed)
}

/// Draws what an operation tells.
pub fn tell(event: &Event<'_>, streams: &mut Streams<'_>, colour: Colour) {
    let Event::Findings(findings, sources) = event;
    draw(findings, sources, streams, colour);
}

/// Draws all findings.
pub fn draw(findings: &Findings, sources: &Sources, streams: &mut Streams<'_>, colour: Colour) {
    // A reader who has gone does not make a manifest valid: the exit code still tells.
    drop(render::finding::text::draw(findings, sources, colour, &redact, streams.err));
}
