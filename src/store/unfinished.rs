//! Whether the last run of a `.consent` folder came to its end. Never stops anything: what cannot be
//! read or understood is told, and the tenant is what counts.

use std::path::{Path, PathBuf};

use super::StoreError;
use super::journal::{self, Recovered};
use super::snapshot::{Snapshot, State};
use crate::model::unfinished::Unfinished;
use crate::model::untrusted::shown;

/// The last run, if it did not come to its end. `last` is the newest snapshot with its path, where
/// there is one that can be read.
pub fn look(consent_dir: &Path, last: Option<&(PathBuf, Snapshot)>) -> Option<Unfinished> {
    let journal = match last {
        Some((_, snapshot)) => journal::of_run(consent_dir, &snapshot.run),
        None => journal::list(consent_dir).map(|mut paths| paths.pop()),
    };
    let begun = last.is_some_and(|(_, snapshot)| snapshot.state == State::Started);
    match (journal.ok().flatten(), last) {
        (Some(journal), _) => journaled(&journal, last.map(|(_, snapshot)| snapshot), begun),
        (None, Some((path, snapshot))) if begun => Some(never_sent(path, snapshot)),
        (None, _) => None,
    }
}

/// Killed before its journal was there.
fn never_sent(path: &Path, snapshot: &Snapshot) -> Unfinished {
    Unfinished {
        started: snapshot.started.clone(),
        tenant: Some(snapshot.tenant.id),
        record: shown(&path.to_string_lossy()),
        sent: 0,
        open: Vec::new(),
        torn: false,
        damage: None,
        under_way: false,
    }
}

fn journaled(path: &Path, last: Option<&Snapshot>, begun: bool) -> Option<Unfinished> {
    let under_way = journal::under_way(path);
    let ended = journal::ended(path).unwrap_or(false);
    if ended && !begun && !under_way {
        return None;
    }
    let (recovered, damage) = match journal::read(path) {
        Ok(recovered) => (recovered, None),
        Err(error) => (Recovered::default(), Some(told(&error))),
    };
    let header = recovered.header.as_ref();
    let of_name = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let started = header.map(|one| &one.started).or(last.map(|last| &last.started));
    Some(Unfinished {
        started: started.cloned().unwrap_or_else(of_name),
        tenant: header.map(|header| header.tenant).or(last.map(|last| last.tenant.id)),
        record: shown(&path.to_string_lossy()),
        sent: recovered.sent(),
        open: recovered.open(),
        torn: recovered.torn,
        damage,
        under_way,
    })
}

fn told(error: &StoreError) -> String {
    format!("failed to {error}")
}
