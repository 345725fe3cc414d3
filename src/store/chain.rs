//! The snapshots of a place, each with the hash of the one before: written before the first request,
//! completed after the last.

use serde::de::IgnoredAny;
use time::OffsetDateTime;

use super::error::StoreError;
use super::records::{RecordName, RecordSort, Records, Tag};
use super::snapshot::{
    Beginning, FORMAT, LONGEST, Objects, Previous, Snapshot, State, VERSION, parse,
};
use super::taken;
use crate::model::clock::stamp;
use crate::model::digest::sha256_hex;
use crate::model::json::write_pretty;
use crate::model::outcome::{RunReport, Stopped};

/// The snapshot of a run that is under way.
#[derive(Debug)]
pub(crate) struct OpenSnapshot<'a> {
    records: &'a dyn Records,
    name: RecordName,
    tag: Tag,
    snapshot: Snapshot,
}

impl OpenSnapshot<'_> {
    pub(crate) fn name(&self) -> &RecordName {
        &self.name
    }

    /// Completes the snapshot: the same record, replaced whole. May be called again with more.
    ///
    /// # Errors
    /// When it cannot be written, or somebody changed it; then it still says that the run had started.
    pub(crate) fn finish(
        &mut self,
        at: OffsetDateTime,
        report: &RunReport,
        after: Option<Objects>,
    ) -> Result<(), StoreError> {
        self.snapshot.finished = Some(stamp(at));
        self.snapshot.state = match report.stopped {
            Some(
                Stopped::FailuresInARow { .. }
                | Stopped::DoubtsInARow { .. }
                | Stopped::SignIn { .. }
                | Stopped::Blind { .. }
                | Stopped::LongPause { .. }
                | Stopped::Interrupted
                | Stopped::Journal { .. },
            ) => State::Stopped,
            None => State::Complete,
        };
        self.snapshot.report = Some(report.clone());
        self.snapshot.after = after;
        let content = |out: &mut dyn std::io::Write| write_pretty(&self.snapshot, out);
        let replaced = self.records.replace(&self.name, &self.tag, &content);
        self.tag = match replaced {
            // What somebody removed is made again; what somebody changed stays as it is.
            Err(StoreError::Changed { path }) => match self.records.create(&self.name, &content) {
                Err(StoreError::Exists { .. }) => return Err(StoreError::Changed { path }),
                made => made?,
            },
            replaced => replaced?,
        };
        Ok(())
    }
}

/// Writes the snapshot of a run that is about to begin, which has the lock. Nothing is ever
/// overwritten by it.
///
/// # Errors
/// When the place is not ours alone, the one before cannot be read, or writing fails: then the run
/// must not begin.
pub(crate) fn begin(
    records: &dyn Records,
    at: OffsetDateTime,
    beginning: Beginning,
) -> Result<OpenSnapshot<'_>, StoreError> {
    let Beginning {
        run,
        tenant,
        simulated,
        manifest,
        apps,
        part,
        managed,
        removals,
        effect,
        approval,
        actor,
        before,
    } = beginning;
    let previous = head(records)?;
    // Names sort in the order of the chain even where the clock went back in between.
    let name = RecordName::new(RecordSort::Snapshot, at, &run);
    let name = match &previous {
        // What cannot be understood may have any name.
        Some((last, bytes)) if last.time() > name.time() && looks(bytes) == Looks::Snapshot => {
            RecordName::at(RecordSort::Snapshot, last.time(), &run)
        }
        _ => name,
    };
    let previous = previous.map(|(last, bytes)| {
        let (file, sha256) = (last.file().to_owned(), sha256_hex(&bytes));
        Previous { file, sha256 }
    });
    let snapshot = Snapshot {
        format: FORMAT.into(),
        format_version: VERSION,
        run,
        started: stamp(at),
        finished: None,
        state: State::Started,
        tenant,
        simulated,
        manifest: Some(manifest),
        apps,
        part,
        managed,
        removals,
        effect,
        approval,
        actor,
        before,
        after: None,
        report: None,
        previous,
    };
    let tag = records.create(&name, &|out| write_pretty(&snapshot, out))?;
    Ok(OpenSnapshot { records, name, tag, snapshot })
}

/// The newest snapshot, `None` when there is none.
///
/// # Errors
/// When it cannot be read.
pub fn latest(records: &dyn Records) -> Result<Option<(RecordName, Snapshot)>, StoreError> {
    let Some((name, bytes)) = head(records)? else { return Ok(None) };
    let snapshot = parse(&records.path(&name), &bytes)?;
    Ok(Some((name, snapshot)))
}

/// # Errors
/// When it cannot be read, is no snapshot, or is too new.
pub(crate) fn read(records: &dyn Records, name: &RecordName) -> Result<Snapshot, StoreError> {
    parse(&records.path(name), &records.read(name, LONGEST)?.bytes)
}

/// Walks the chain from the newest snapshot back and tells the first place where it does not hold;
/// `None` when every snapshot is as the one after it says.
///
/// # Errors
/// When the newest snapshot cannot be read.
#[cfg_attr(not(test), expect(dead_code, reason = "no command verifies the chain yet"))]
pub(crate) fn broken_link(records: &dyn Records) -> Result<Option<String>, StoreError> {
    let mut at = latest(records)?.map(|(_, snapshot)| snapshot);
    // A chain has no more links than there are records, so a circle ends too.
    for _ in records.list(RecordSort::Snapshot)? {
        let Some(previous) = at.and_then(|snapshot| snapshot.previous) else { return Ok(None) };
        let name = RecordName::parse(RecordSort::Snapshot, &previous.file);
        let kept = name.and_then(|name| Some((records.read(&name, LONGEST).ok()?, name)));
        match kept.filter(|(kept, _)| sha256_hex(&kept.bytes) == previous.sha256) {
            Some((kept, name)) => at = parse(&records.path(&name), &kept.bytes).ok(),
            None => return Ok(Some(previous.file)),
        }
    }
    Ok(None)
}

/// The end of the chain, name and bytes: of the snapshots of the latest second, the one that no
/// other names as the one before. Snapshots that cannot be understood name nothing, and what is no
/// snapshot at all is in nobody's way.
fn head(records: &dyn Records) -> Result<Option<(RecordName, Vec<u8>)>, StoreError> {
    let mut names = records.list(RecordSort::Snapshot)?;
    while let Some(last) = names.last().map(|name| name.time().to_owned()) {
        let mut newest = Vec::new();
        for name in names.extract_if(.., |name| name.time() == last) {
            let bytes = records.read(&name, LONGEST)?.bytes;
            if looks(&bytes) != Looks::Stray {
                newest.push((name, bytes));
            }
        }
        let named: Vec<String> = newest
            .iter()
            .filter_map(|(name, bytes)| parse(&records.path(name), bytes).ok()?.previous)
            .map(|previous| previous.file)
            .collect();
        let is_named = |name: &RecordName| named.iter().any(|one| one == name.file());
        if newest.iter().any(|(name, _)| !is_named(name)) {
            newest.retain(|(name, _)| !is_named(name));
        }
        if let Some(newest) = newest.pop() {
            return Ok(Some(newest));
        }
    }
    Ok(None)
}

/// What a record with the name of a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// By what it says of itself.
    Snapshot,
    /// It may have been one.
    Damaged,
    /// Something else.
    Stray,
}

fn looks(bytes: &[u8]) -> Looks {
    // It begins and ends no run, whatever name somebody gave it.
    if taken::is_taken(bytes) {
        return Looks::Stray;
    }
    let begins_like_one = matches!(bytes.trim_ascii_start().first(), None | Some(b'{' | 0));
    match super::expect_format(std::path::Path::new(""), bytes, FORMAT, VERSION) {
        Ok(()) | Err(StoreError::Newer { .. }) => Looks::Snapshot,
        Err(_) if begins_like_one && serde_json::from_slice::<IgnoredAny>(bytes).is_err() => {
            Looks::Damaged
        }
        Err(_) => Looks::Stray,
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
