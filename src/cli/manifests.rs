//! Reads the manifest of a run and tells all its mistakes at once.

use std::path::PathBuf;

use crate::cli::Streams;
use crate::cli::failure::{Exit, Failure};
use crate::kinds::{self, REGISTRY};
use crate::manifest::source::Sources;
use crate::manifest::{self, Manifest};
use crate::model::directory::Mentions;
use crate::model::finding::{Findings, MOST_ERRORS, Severity, TOO_MANY};
use crate::model::secret::redact;
use crate::plan::{ManifestSummary, ownership};
use crate::render;
use crate::render::finding::Colour;
use crate::store::manifest_file;

/// A manifest without mistakes that can be seen without the tenant.
pub struct Loaded {
    pub manifest: Manifest,
    pub sources: Sources,
    /// Names to look up in the tenant.
    pub mentions: Mentions,
    pub summary: ManifestSummary,
}

/// # Errors
/// When a file cannot be read, or the manifest has mistakes: they are drawn already.
pub fn load(paths: &[PathBuf], streams: &mut Streams<'_>, colour: bool) -> Result<Loaded, Failure> {
    let read = manifest_file::load(paths).map_err(|errors| {
        let findings = manifest_file::findings(&errors);
        match tell(&findings, &Sources::default(), streams, colour) {
            Err(failure) => failure,
            Ok(()) => Failure::drawn(Exit::Invalid, "there is no manifest to work on"),
        }
    })?;
    let sources = read.sources;
    let (manifest, mut findings) = manifest::parse(&sources, &kinds::tables());
    let mut mentions = Mentions::default();
    if let Some(manifest) = &manifest {
        for kind in REGISTRY {
            mentions.extend(kind.mentions(manifest, &mut findings));
        }
        ownership::check(manifest, &mut findings);
    }
    let findings = manifest::hushed(findings, &sources);
    tell(&findings, &sources, streams, colour)?;
    let Some(manifest) = manifest else {
        return Err(Failure::drawn(Exit::Invalid, "there is no manifest to work on"));
    };
    let summary = ManifestSummary { files: read.hashes, apps: manifest.apps.len() };
    Ok(Loaded { manifest, sources, mentions, summary })
}

/// Draws all findings; an error among them ends the run.
///
/// # Errors
/// With exit code 3, or 4 when all that is wrong is that the tenant refused to answer.
pub fn tell(
    findings: &Findings,
    sources: &Sources,
    streams: &mut Streams<'_>,
    colour: bool,
) -> Result<(), Failure> {
    let colour = if colour { Colour::Styled } else { Colour::Plain };
    // A reader who has gone does not make a manifest valid: the exit code still tells.
    drop(render::finding::draw(findings, sources, colour, &redact, streams.err));
    let errors: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.code)
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    if errors.iter().all(|code| code.ends_with("_forbidden")) {
        let title = "the sign-in may not read what the manifest names";
        return Err(Failure::drawn(Exit::NoRight, title)
            .help("give it the rights named above, sign in again, and run the same command"));
    }
    let title = match errors.len() {
        _ if errors.contains(&TOO_MANY) => {
            format!("more than {MOST_ERRORS} mistakes to mend in the manifest")
        }
        1 => "1 mistake to mend in the manifest".to_owned(),
        count => format!("{count} mistakes to mend in the manifest"),
    };
    Err(Failure::drawn(Exit::Invalid, title)
        .help("mend it and run it again; consent validate needs no tenant"))
}
