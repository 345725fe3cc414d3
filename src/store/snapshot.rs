//! What a run found and what it left: `.consent/snapshots/<time>-<run>.json`, each with the hash of
//! the one before. Written before the first request, completed after the last.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::atomic;
use super::error::StoreError;
use super::opened::{self, Reach};
use crate::model::address::Address;
use crate::model::clock::{Moment, stamp};
use crate::model::digest::sha256_hex;
use crate::model::directory::Organization;
use crate::model::json::write_pretty;
use crate::model::object_state::ObjectState;
use crate::model::outcome::{RunReport, Stopped};
use crate::model::schema::{JsonSchema, Schema};
use crate::model::untrusted::Untrusted;
use crate::plan::published::{FoundByAddress, document};
use crate::plan::{AppHead, Effect};

const FORMAT: &str = "consent.snapshot";
const VERSION: u32 = 1;

/// Longest snapshot that is read, in bytes: the same as for plans, which hold the same objects.
pub const LONGEST: u64 = 256 * 1024 * 1024;

/// Objects in their kind's own form, by address.
pub type Objects = BTreeMap<Address, ObjectState>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    #[schemars(extend("const" = FORMAT))]
    pub format: String,
    #[schemars(extend("const" = VERSION))]
    pub format_version: u32,
    /// Id of the run.
    pub run: String,
    /// UTC, whole seconds.
    #[schemars(with = "Moment")]
    pub started: String,
    /// Null as long as the run is under way, and for ever if it was killed.
    #[schemars(with = "Option<Moment>")]
    pub finished: Option<String>,
    pub state: State,
    pub tenant: Organization,
    /// The files of the manifest, as they lie from the folder that `.consent` is in: several manifests
    /// may share one. Absent in records of before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Vec<String>>,
    /// The apps that the manifest was about: one that is gone from it later is not forgotten.
    pub apps: Vec<AppHead>,
    pub effect: Effect,
    pub approval: Approval,
    pub actor: Actor,
    /// What was found before the first request.
    #[schemars(with = "FoundByAddress")]
    pub before: Objects,
    /// What was found after the last one; null when it was not read again.
    #[schemars(with = "Option<FoundByAddress>")]
    pub after: Option<Objects>,
    /// Null as long as the run is under way.
    pub report: Option<RunReport>,
    /// The snapshot before this one; null for the first.
    pub previous: Option<Previous>,
}

/// The schema of a snapshot.
pub fn schema() -> Schema {
    document::<Snapshot>("snapshot", VERSION)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Written before the first request. Found later, it means that the run was killed.
    Started,
    /// Every change was attempted.
    Complete,
    /// The run ended early, in good order.
    Stopped,
}

/// How the effect was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approval {
    pub how: ApprovedBy,
    /// Who, as far as known: the name the token gives.
    pub who: Option<Untrusted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovedBy {
    /// A person answered the question.
    Terminal,
    /// The digest was named in advance.
    Digest,
    /// There was nothing to change: the run only put on record how things are.
    NotNeeded,
}

/// The identity whose token the writes carry, as the token says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    pub app_id: Option<Untrusted>,
    pub object_id: Option<Untrusted>,
}

/// The snapshot before: its file name and the SHA-256 of its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Previous {
    pub file: String,
    pub sha256: String,
}

/// What is known before the first request.
#[derive(Debug, Clone, PartialEq)]
pub struct Beginning {
    pub run: String,
    pub tenant: Organization,
    /// Its files, by [`super::manifest_file::names_from`].
    pub manifest: Vec<String>,
    /// The apps that the manifest was about: one that is gone from it later is not forgotten.
    pub apps: Vec<AppHead>,
    pub effect: Effect,
    pub approval: Approval,
    pub actor: Actor,
    pub before: Objects,
}

/// The snapshot of a run that is under way.
#[derive(Debug)]
pub struct Open {
    path: PathBuf,
    snapshot: Snapshot,
}

impl Open {
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Completes the snapshot: the same file, replaced whole. May be called again with more.
    ///
    /// # Errors
    /// When it cannot be written; then it still says that the run had started.
    pub fn finish(
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
        atomic::write_with(&self.path, &|out| write_pretty(&self.snapshot, out))
    }
}

/// Writes the snapshot of a run that is about to begin, which has the lock. Nothing is ever
/// overwritten by it.
///
/// # Errors
/// When a folder is a symbolic link, the one before cannot be read, or writing fails: then the run
/// must not begin.
pub fn begin(
    consent_dir: &Path,
    at: OffsetDateTime,
    beginning: Beginning,
) -> Result<Open, StoreError> {
    let Beginning { run, tenant, manifest, apps, effect, approval, actor, before } = beginning;
    let dir = folder(consent_dir);
    atomic::create_private_dir(consent_dir)?;
    atomic::create_private_dir(&dir)?;
    atomic::sweep(&dir);
    let previous = head(&dir)?;
    // Names sort in the order of the chain even where the clock went back in between.
    let time = super::file_stamp(at);
    let time = match &previous {
        // What cannot be understood may have any name.
        Some((name, bytes))
            if time_of(name) > time.as_str() && sort_of(bytes) == Sort::Snapshot =>
        {
            time_of(name).to_owned()
        }
        _ => time,
    };
    let path = dir.join(format!("{time}-{}.json", super::file_part(&run)));
    let snapshot = Snapshot {
        format: FORMAT.into(),
        format_version: VERSION,
        run,
        started: stamp(at),
        finished: None,
        state: State::Started,
        tenant,
        manifest: Some(manifest),
        apps,
        effect,
        approval,
        actor,
        before,
        after: None,
        report: None,
        previous: previous.map(|(file, bytes)| Previous { file, sha256: sha256_hex(&bytes) }),
    };
    atomic::write_new(&path, &|out| write_pretty(&snapshot, out))?;
    Ok(Open { path, snapshot })
}

/// The newest snapshot, `None` when there is none.
///
/// # Errors
/// When it cannot be read.
pub fn latest(consent_dir: &Path) -> Result<Option<(PathBuf, Snapshot)>, StoreError> {
    let dir = folder(consent_dir);
    let Some((name, bytes)) = head(&dir)? else { return Ok(None) };
    let path = dir.join(name);
    let snapshot = parse(&path, &bytes)?;
    Ok(Some((path, snapshot)))
}

/// # Errors
/// When the file cannot be read, is no snapshot, or is too new.
pub fn read(path: &Path) -> Result<Snapshot, StoreError> {
    parse(path, &opened::read(path, Reach::Itself, LONGEST)?)
}

/// Paths of all snapshots below `consent_dir`, oldest second first.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(consent_dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let dir = folder(consent_dir);
    Ok(names(&dir)?.into_iter().map(|name| dir.join(name)).collect())
}

/// Walks the chain from the newest snapshot back and tells the first place where it does not hold;
/// `None` when every snapshot is as the one after it says.
///
/// # Errors
/// When the newest snapshot cannot be read.
pub fn broken_link(consent_dir: &Path) -> Result<Option<PathBuf>, StoreError> {
    let dir = folder(consent_dir);
    let mut at = latest(consent_dir)?.map(|(_, snapshot)| snapshot);
    // A chain has no more links than the folder has files, so a circle ends too.
    for _ in list(consent_dir)? {
        let Some(previous) = at.and_then(|snapshot| snapshot.previous) else { return Ok(None) };
        let path = dir.join(&previous.file);
        let inside = !previous.file.contains(['/', '\\']);
        let bytes = if inside { opened::read(&path, Reach::Itself, LONGEST).ok() } else { None };
        match bytes.filter(|bytes| sha256_hex(bytes) == previous.sha256) {
            Some(bytes) => at = parse(&path, &bytes).ok(),
            None => return Ok(Some(path)),
        }
    }
    Ok(None)
}

/// The end of the chain, name and bytes: of the snapshots of the latest second, the one that no
/// other names as the one before. Snapshots that cannot be understood name nothing, and what is no
/// snapshot at all is in nobody's way.
fn head(dir: &Path) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let mut names = names(dir)?;
    while let Some(last) = names.last().map(|name| time_of(name).to_owned()) {
        let mut newest = Vec::new();
        for name in names.extract_if(.., |name| time_of(name) == last) {
            let bytes = opened::read(&dir.join(&name), Reach::Itself, LONGEST)?;
            if sort_of(&bytes) != Sort::Stray {
                newest.push((name, bytes));
            }
        }
        let named: Vec<String> = newest
            .iter()
            .filter_map(|(name, bytes)| parse(Path::new(name), bytes).ok()?.previous)
            .map(|previous| previous.file)
            .collect();
        if newest.iter().any(|(name, _)| !named.contains(name)) {
            newest.retain(|(name, _)| !named.contains(name));
        }
        if let Some(newest) = newest.pop() {
            return Ok(Some(newest));
        }
    }
    Ok(None)
}

fn names(dir: &Path) -> Result<Vec<String>, StoreError> {
    let mut names = atomic::names(dir, ".json")?;
    names.retain(|name| super::is_record(name, ".json"));
    Ok(names)
}

/// What a file with the name of a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// By what it says of itself.
    Snapshot,
    /// It may have been one.
    Damaged,
    /// Something else.
    Stray,
}

fn sort_of(bytes: &[u8]) -> Sort {
    let begins_like_one = matches!(bytes.trim_ascii_start().first(), None | Some(b'{' | 0));
    match super::expect_format(Path::new(""), bytes, FORMAT, VERSION) {
        Ok(()) | Err(StoreError::Newer { .. }) => Sort::Snapshot,
        Err(_) if begins_like_one && serde_json::from_slice::<IgnoredAny>(bytes).is_err() => {
            Sort::Damaged
        }
        Err(_) => Sort::Stray,
    }
}

/// The part of a file name that tells the time.
fn time_of(name: &str) -> &str {
    name.split('-').next().unwrap_or_default()
}

fn folder(consent_dir: &Path) -> PathBuf {
    consent_dir.join("snapshots")
}

/// What [`read`] does, for a snapshot whose bytes are at hand. `path` is only named.
///
/// # Errors
/// When they are no snapshot, or one that is too new.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Snapshot, StoreError> {
    let content = |error: serde_json::Error| StoreError::Content {
        path: path.to_owned(),
        because: error.to_string(),
    };
    super::expect_format(path, bytes, FORMAT, VERSION)?;
    serde_json::from_slice(bytes).map_err(content)
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
