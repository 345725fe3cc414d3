//! Reads the manifest of a run, with all its mistakes at once.

use std::path::PathBuf;

use crate::kinds::{self, REGISTRY};
use crate::manifest::source::Sources;
use crate::manifest::{self, Manifest};
use crate::model::directory::Mentions;
use crate::model::finding::Findings;
use crate::operations::{Failed, Tell, told};
use crate::plan::{ManifestSummary, ownership};
use crate::store::manifest_file;

/// A manifest without mistakes that can be seen without the tenant.
pub(crate) struct Loaded {
    pub(crate) manifest: Manifest,
    pub(crate) sources: Sources,
    /// Names to look up in the tenant.
    pub(crate) mentions: Mentions,
    pub(crate) summary: ManifestSummary,
}

/// # Errors
/// When a file cannot be read, or the manifest has mistakes: all were told.
pub(crate) fn load(paths: &[PathBuf], tell: &Tell<'_>) -> Result<Loaded, Failed> {
    let read = match manifest_file::load(paths) {
        Ok(read) => read,
        Err(errors) => {
            let findings = manifest_file::findings(&errors);
            return Err(
                told(findings, &Sources::default(), tell).map_or_else(|error| error, nothing)
            );
        }
    };
    let sources = read.sources;
    let (manifest, mut findings) = manifest::parse(&sources, &kinds::tables());
    let mut mentions = Mentions::default();
    if let Some(manifest) = &manifest {
        for kind in REGISTRY {
            mentions.extend(kind.mentions(manifest, &mut findings));
        }
        ownership::check(manifest, &mut findings);
    }
    let findings = told(manifest::hushed(findings, &sources), &sources, tell)?;
    let Some(manifest) = manifest else { return Err(nothing(findings)) };
    let summary = ManifestSummary { files: read.hashes, apps: manifest.apps.len() };
    Ok(Loaded { manifest, sources, mentions, summary })
}

/// No mistake was told, and there is no manifest all the same.
fn nothing(findings: Findings) -> Failed {
    Failed::Mistakes(findings)
}
