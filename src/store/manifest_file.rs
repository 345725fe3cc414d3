//! Reads the manifest: files, and folders of files.
#![expect(clippy::disallowed_methods, reason = "the one place that reads manifests")]

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::manifest::source::{Source, Sources};
use crate::model::digest::sha256_hex;
use crate::model::finding::{Finding, Findings};
use crate::model::untrusted::shown;
use crate::plan::ManifestHash;
use crate::store::opened::{self, Opened, Reach};
use crate::store::{StoreError, report_file};

/// Most bytes of one file: 4 MiB. Ten thousand apps fit in it; what is larger is not written by
/// people, and reading it would only make a mistake costly.
pub(crate) const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Most files of one run, of all folders together.
pub(crate) const MAX_FILES: usize = 1_000;

/// The manifest as it stood on the disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct ManifestFiles {
    pub(crate) sources: Sources,
    /// In the order of the sources: the plan says what it was made from.
    pub(crate) hashes: Vec<ManifestHash>,
}

/// Why a file of the manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("there is no file or folder \"{}\"", name(.0))]
    Missing(PathBuf),
    #[error("the folder \"{}\" holds no *.toml file", name(.0))]
    EmptyFolder(PathBuf),
    #[error("\"{}\" is no plain file", name(.0))]
    NoFile(PathBuf),
    #[error("\"{}\" is a link that leads out of its folder, or into a hidden one", name(.0))]
    LeadsOut(PathBuf),
    #[error("\"{}\" leads to the system's own files", name(.0))]
    Systems(PathBuf),
    #[error("\"{}\" was replaced while it was opened", name(.0))]
    Changed(PathBuf),
    #[error("\"{}\" has more than {} MiB", name(.0), MAX_FILE_BYTES / 1024 / 1024)]
    TooLarge(PathBuf),
    #[error("the manifest has more than {MAX_FILES} files")]
    TooMany,
    #[error("\"{}\" is no UTF-8 text: line {line} holds a wrong byte, number {byte} of the file", name(.path))]
    NotUtf8 { path: PathBuf, line: usize, byte: usize },
    #[error("\"{}\" cannot be read: {}", name(.0), .1)]
    Io(PathBuf, std::io::Error),
    #[error("failed to {0}")]
    Other(StoreError),
}

fn name(path: &Path) -> String {
    shown(&path.to_string_lossy())
}

impl LoadError {
    /// Stable id and way out. The kind of failure is the manifest's.
    pub(crate) fn finding(&self) -> Finding {
        let (code, help) = match self {
            Self::Missing(_) => (
                "manifest_not_found",
                "name the manifest with `-f PATH`: a file, or a folder of *.toml files".to_owned(),
            ),
            Self::EmptyFolder(_) => (
                "manifest_not_found",
                "put *.toml files into this folder itself; folders below it are not read"
                    .to_owned(),
            ),
            Self::NoFile(_) | Self::Systems(_) => {
                ("manifest_unreadable", "name a plain file, or a folder of *.toml files".to_owned())
            }
            Self::LeadsOut(path) => (
                "manifest_unreadable",
                format!(
                    "what a folder holds does not choose which files are read: see where it leads \
                     with `ls -l \"{}\"`, and name that file itself",
                    name(path)
                ),
            ),
            Self::Changed(_) => ("manifest_unreadable", "run the same command again".to_owned()),
            Self::TooLarge(_) => (
                "manifest_too_large",
                "split it: `-f` takes a folder, and may be given several times".to_owned(),
            ),
            Self::TooMany => {
                ("manifest_too_large", "name the folder that holds the manifest only".to_owned())
            }
            Self::NotUtf8 { .. } => (
                "manifest_not_utf8",
                "save it as UTF-8, which is what TOML is written in".to_owned(),
            ),
            Self::Other(error) => ("manifest_unreadable", error.help()),
            Self::Io(path, _) => {
                ("manifest_unreadable", format!("see who may read it: `ls -l \"{}\"`", name(path)))
            }
        };
        Finding::error(code, self.to_string()).help(help)
    }
}

/// Reads all files in the order given; those of a folder by name. A file named twice is read once.
///
/// # Errors
/// All that is wrong with any of them.
pub(crate) fn load(paths: &[PathBuf]) -> Result<ManifestFiles, Vec<LoadError>> {
    let (mut loaded, mut errors) = (ManifestFiles::default(), Vec::new());
    let mut seen: Vec<PathBuf> = Vec::new();
    for path in paths {
        let files = match files(path) {
            Ok(files) => files,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        for path in files {
            // Judged before it is known to be one that was read already.
            let Opened { file, real } = match open(&path) {
                Ok(opened) => opened,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            if seen.contains(&real) {
                continue;
            }
            seen.push(real);
            if seen.len() > MAX_FILES {
                errors.push(LoadError::TooMany);
                return Err(errors);
            }
            match opened::whole(file, &path, MAX_FILE_BYTES) {
                Ok(bytes) => add(&mut loaded, &path, bytes).unwrap_or_else(|e| errors.push(e)),
                Err(error) => errors.push(unusable(error)),
            }
        }
    }
    if errors.is_empty() { Ok(loaded) } else { Err(errors) }
}

/// The errors of [`load`] as findings.
pub(crate) fn findings(errors: &[LoadError]) -> Findings {
    let mut findings = Findings::default();
    errors.iter().for_each(|error| findings.push(error.finding()));
    findings
}

fn add(loaded: &mut ManifestFiles, file: &Path, bytes: Vec<u8>) -> Result<(), LoadError> {
    let path = file.to_string_lossy().into_owned();
    let sha256 = sha256_hex(&bytes);
    let text = String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..byte].iter().filter(|b| **b == b'\n').count() + 1;
        LoadError::NotUtf8 { path: file.to_owned(), line, byte: byte + 1 }
    })?;
    loaded.hashes.push(ManifestHash { path: path.clone(), sha256 });
    loaded.sources.0.push(Source::new(path, text));
    Ok(())
}

/// The file itself, or the `*.toml` files of a folder, by name. What begins with a dot is an
/// editor's.
fn files(path: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let io = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => LoadError::Missing(path.to_owned()),
        _ => LoadError::Io(path.to_owned(), error),
    };
    if !path.metadata().map_err(io)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        let file = entry.map_err(io)?.path();
        let hidden = file.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if hidden || file.extension().is_none_or(|end| end != "toml") || file.is_dir() {
            continue;
        }
        found.push(file);
        if found.len() > MAX_FILES {
            return Err(LoadError::TooMany);
        }
    }
    if found.is_empty() {
        return Err(LoadError::EmptyFolder(path.to_owned()));
    }
    found.sort();
    Ok(found)
}

/// A pull request must not choose which files of the machine are read: a manifest is below the folder
/// that it was named in, whatever links there are.
fn open(path: &Path) -> Result<Opened, LoadError> {
    opened::open(path, Reach::Folder).map_err(unusable)
}

fn unusable(error: StoreError) -> LoadError {
    match error {
        StoreError::Read { path, source } if source.kind() == ErrorKind::NotFound => {
            LoadError::Missing(path)
        }
        StoreError::Read { path, source } => LoadError::Io(path, source),
        StoreError::LeadsOut { path } => LoadError::LeadsOut(path),
        StoreError::Systems { path } => LoadError::Systems(path),
        StoreError::Replaced { path } => LoadError::Changed(path),
        StoreError::TooLong { path, .. } => LoadError::TooLarge(path),
        StoreError::NoFile { path } => LoadError::NoFile(path),
        other => LoadError::Other(other),
    }
}

/// Whether a path of the command line is a folder of manifests.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a path leads to a file.
pub(crate) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// The files of a manifest as they lie from a folder, sorted: the same names wherever the command runs. One
/// that is not there is called as it was named.
pub(crate) fn names_from(folder: &Path, files: &[ManifestHash]) -> Vec<String> {
    let named = |file: &ManifestHash| {
        let here = report_file::place(folder)?;
        let there = report_file::place(Path::new(&file.path))?;
        Some(between(&here, &there).to_string_lossy().into_owned())
    };
    let mut names: Vec<String> =
        files.iter().map(|file| named(file).unwrap_or_else(|| file.path.clone())).collect();
    names.sort();
    names.dedup();
    names
}

/// The way from one folder to a file, up and down again.
fn between(folder: &Path, file: &Path) -> PathBuf {
    let (own, other): (Vec<_>, Vec<_>) =
        (folder.components().collect(), file.components().collect());
    let shared = own.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let up = own.iter().skip(shared).map(|_| Component::ParentDir);
    up.chain(other.into_iter().skip(shared)).collect()
}

/// Whether a record of a manifest is about the one that is read now. Files that are gone may have left
/// it; one that is still there and is not read belongs to another manifest beside this one.
pub(crate) fn is_of(folder: &Path, recorded: &[String], now: &[String]) -> bool {
    let reads = |name: &String| now.contains(name);
    recorded.iter().any(reads)
        && recorded.iter().all(|name| reads(name) || !folder.join(name).is_file())
}

/// Whether a manifest that a plan names is to be found from here: at or below the folder one is in, links
/// followed, or anywhere, if the file there is the very one. A plan may come from others, and shall not
/// choose a folder of the machine.
pub(crate) fn is_there(named: &ManifestHash) -> bool {
    let path = Path::new(&named.path);
    let below =
        path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
            && opened::is_below(Path::new("."), path);
    let same = || {
        let bytes = opened::read(path, Reach::Folder, MAX_FILE_BYTES);
        bytes.is_ok_and(|bytes| sha256_hex(&bytes) == named.sha256)
    };
    if below { path.is_file() } else { same() }
}

/// What this file finds.
pub const CODES: &[(&str, &str)] = &[
    ("manifest_not_found", "no file or folder of that name, or a folder without *.toml files"),
    ("manifest_unreadable", "a file that may not be read, is none, or is a link out of its folder"),
    ("manifest_too_large", "a file above 4 MiB, or more than 1,000 files"),
    ("manifest_not_utf8", "a file that is no UTF-8 text"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    fn names(loaded: &ManifestFiles) -> Vec<String> {
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        loaded.sources.iter().map(|source| last(&source.path)).collect()
    }

    #[test]
    fn a_folder_is_its_toml_files_by_name() {
        let folder =
            folder(&[("b.toml", b"b"), ("a.toml", b"a"), (".c.toml", b"c"), ("notes.md", b"n")]);
        std::fs::create_dir(folder.path().join("d.toml")).unwrap();
        let loaded = load(&[folder.path().to_owned(), folder.path().join("a.toml")]).unwrap();
        assert_eq!(names(&loaded), ["a.toml", "b.toml"]);
        assert_eq!(loaded.hashes[0].sha256, sha256_hex(b"a"));
    }

    #[test]
    fn every_wrong_file_is_told() {
        let bad =
            folder(&[("large.toml", &vec![b'#'; 10_000_000]), ("utf.toml", b"a = 1\nb = \xff")]);
        let paths = [bad.path().to_owned(), bad.path().join("none.toml")];
        let errors = load(&paths).unwrap_err();
        let codes: Vec<&str> = errors.iter().map(|error| error.finding().code).collect();
        assert_eq!(codes, ["manifest_too_large", "manifest_not_utf8", "manifest_not_found"]);
        assert!(errors[1].to_string().contains("line 2 holds a wrong byte, number 11"));
    }

    #[test]
    fn a_file_is_called_alike_wherever_the_command_runs() {
        let home = folder(&[("a.toml", b"a"), ("b.toml", b"b")]);
        let hash = |path: PathBuf| ManifestHash {
            path: path.to_string_lossy().into_owned(),
            sha256: String::new(),
        };
        let inside = home.path().join("envs");
        std::fs::create_dir(&inside).unwrap();
        let files = [hash(home.path().join("b.toml")), hash(inside.join("../a.toml"))];
        assert_eq!(names_from(home.path(), &files), ["a.toml", "b.toml"]);
        assert_eq!(names_from(&inside, &files), ["../a.toml", "../b.toml"]);
        assert_eq!(names_from(home.path(), &[hash("no/where.toml".into())]), ["no/where.toml"]);
    }

    #[test]
    fn a_record_is_of_the_manifest_whose_files_are_read_or_gone() {
        let home = folder(&[("a.toml", b""), ("b.toml", b"")]);
        let is_of = |recorded: &[&str], now: &[&str]| {
            let all =
                |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            is_of(home.path(), &all(recorded), &all(now))
        };
        assert!(is_of(&["a.toml"], &["a.toml"]) && is_of(&["a.toml"], &["a.toml", "b.toml"]));
        assert!(is_of(&["a.toml", "gone.toml"], &["a.toml"]), "a file of a folder was deleted");
        assert!(!is_of(&["b.toml"], &["a.toml"]) && !is_of(&["a.toml", "b.toml"], &["a.toml"]));
        assert!(!is_of(&["gone.toml"], &["a.toml"]) && !is_of(&[], &["a.toml"]));
    }

    #[test]
    fn a_folder_without_toml_files_is_an_error() {
        let empty = folder(&[("a.txt", b"")]);
        let errors = load(&[empty.path().to_owned()]).unwrap_err();
        assert!(matches!(errors[..], [LoadError::EmptyFolder(_)]));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_lead_out_of_the_folder() {
        let (inside, outside) = (folder(&[("a.toml", b"a")]), folder(&[("secret.toml", b"s")]));
        let link = |to: PathBuf, name: &str| {
            std::os::unix::fs::symlink(to, inside.path().join(name)).unwrap();
        };
        link(inside.path().join("a.toml"), "b.toml");
        assert_eq!(names(&load(&[inside.path().to_owned()]).unwrap()), ["a.toml"]);
        link(outside.path().join("secret.toml"), "c.toml");
        for named in [inside.path().to_owned(), inside.path().join("c.toml")] {
            let errors = load(&[named]).unwrap_err();
            assert!(matches!(errors[..], [LoadError::LeadsOut(_)]), "{errors:?}");
        }
        // Also where it was named by its own name before.
        let (there, here) = (outside.path().join("secret.toml"), inside.path().join("c.toml"));
        assert!(matches!(load(&[there, here]).unwrap_err()[..], [LoadError::LeadsOut(_)]));
    }
}
