//! Where results shall be written, looked at before anything is read: nothing overwrites what it was made
//! of, or another result.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::cli::input::args::{Global, Report, Target};
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::model::untrusted::shown;
use crate::plan::file;
use crate::render::formats::MARKDOWN;
use crate::render::{plan, run};
use crate::store::report_file::{self, Holds};
use crate::store::taken;

/// One file of the command line, as people call it.
struct NamedFile<'a> {
    flag: &'static str,
    path: Cow<'a, Path>,
    /// What may be replaced by it. `None` where nothing is: a log is added to.
    replaces: Option<Replaces>,
}

/// What a file of the command line may be written over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replaces {
    /// For people: `a saved plan`.
    what: &'static str,
    /// The formats of such documents.
    formats: &'static [&'static str],
    /// How files of another form begin.
    begins: &'static [&'static str],
}

/// What a saved plan may replace.
pub(crate) const PLANS: Replaces =
    Replaces { what: "a saved plan", formats: &[file::FORMAT], begins: &[] };

/// What a taken snapshot may replace.
pub(crate) const SNAPSHOTS: Replaces =
    Replaces { what: "a snapshot that was taken", formats: &[taken::FORMAT], begins: &[] };

/// What a report may replace: yesterday's, of whatever command.
fn yesterdays(begins: &'static [&'static str]) -> Replaces {
    let formats: &[&str] = match begins {
        [] => &[plan::json::FORMAT, run::json::FORMAT],
        _ => &[],
    };
    Replaces { what: "a report of the same kind", formats, begins }
}

/// The files that a command reads and writes.
#[derive(Default)]
pub(crate) struct Targets<'a> {
    read: Vec<NamedFile<'a>>,
    written: Vec<NamedFile<'a>>,
    /// Reports that go to stdout.
    on_stdout: usize,
}

impl<'a> Targets<'a> {
    /// What every command may write.
    pub(crate) fn of(global: &'a Global, reports: &'a [Report]) -> Self {
        let mut targets = Self::default().writes("--log-file", global.log_file.as_deref(), None);
        for report in reports {
            match &report.to {
                Target::Stdout => targets.on_stdout += 1,
                Target::Platform => {}
                Target::File(path) => {
                    let replaced = yesterdays(report.format.begins);
                    targets = targets.writes("--report", Some(path), Some(replaced));
                    for ending in report.format.beside() {
                        targets.written.push(NamedFile {
                            flag: "--report",
                            path: path.with_extension(ending).into(),
                            replaces: Some(yesterdays(MARKDOWN.begins)),
                        });
                    }
                }
            }
        }
        targets
    }

    #[must_use]
    pub(crate) fn writes(
        mut self,
        flag: &'static str,
        path: Option<&'a Path>,
        replaces: Option<Replaces>,
    ) -> Self {
        self.written.extend(path.map(|path| NamedFile { flag, path: path.into(), replaces }));
        self
    }

    #[must_use]
    pub(crate) fn reads(
        mut self,
        flag: &'static str,
        paths: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Self {
        let named = |path: &'a PathBuf| NamedFile { flag, path: path.into(), replaces: None };
        self.read.extend(paths.into_iter().map(named));
        self
    }

    /// # Errors
    /// When two of them are one file, one would be written over what is none of ours, or a folder is not
    /// there: exit 3, and nothing was read.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.on_stdout > 1 {
            return Err(Failure::new(
                Exit::Invalid,
                "same_target",
                "two reports shall go to stdout",
            )
            .help("take out one of --json and --report …=-, or name a file for it"));
        }
        let mut taken: Vec<(&NamedFile<'_>, PathBuf)> = self
            .read
            .iter()
            .filter_map(|one| Some((one, report_file::place(&one.path)?)))
            .collect();
        for one in &self.written {
            if one.path == Path::new("-") {
                return Err(no_stdout(one));
            }
            let Some(place) = report_file::place(&one.path) else {
                return Err(no_folder(one));
            };
            if let Some((other, _)) = taken.iter().find(|(_, at)| is_at(&place, at)) {
                return Err(same(one, other));
            }
            taken.push((one, place));
            one.spares_others()?;
        }
        Ok(())
    }
}

impl NamedFile<'_> {
    /// # Errors
    /// When something is there that this command did not make: exit 3, and it stays as it is.
    fn spares_others(&self) -> Result<(), Failure> {
        let Some(replaced) = self.replaces else { return Ok(()) };
        match report_file::held(&self.path).map_err(stored)? {
            Holds::Nothing => Ok(()),
            Holds::Ours(format) if replaced.formats.contains(&format.as_str()) => Ok(()),
            Holds::Other(start) if replaced.begins.iter().any(|own| start.starts_with(own)) => {
                Ok(())
            }
            held => Err(not_ours(self, replaced.what, &held)),
        }
    }
}

fn not_ours(one: &NamedFile<'_>, wanted: &str, held: &Holds) -> Failure {
    let found = match held {
        Holds::Ours(format) => format!("a {}", shown(format)),
        Holds::Nothing | Holds::Other(_) => "something else".to_owned(),
    };
    let (flag, path) = (one.flag, told(&one.path));
    let title = format!("{flag} {path} is there already, and is {found}; it is left as it is");
    Failure::new(Exit::Invalid, "not_ours", title).help(format!(
        "{flag} replaces nothing but {wanted}: name another file, or move this one away"
    ))
}

/// `-` is stdout for reports alone.
fn no_stdout(one: &NamedFile<'_>) -> Failure {
    let help = "name a file, which `consent apply FILE` reads; on stdout there is a report: --json";
    let title = format!("{} - names no file", one.flag);
    Failure::new(Exit::Invalid, "usage", title).help(help)
}

/// The same file; or one more file of a folder that is read as a manifest.
fn is_at(place: &Path, taken: &Path) -> bool {
    let is_manifest = || place.extension().is_some_and(|end| end == "toml");
    place == taken || (place.parent() == Some(taken) && is_manifest())
}

fn same(one: &NamedFile<'_>, other: &NamedFile<'_>) -> Failure {
    let (path, flag, other) = (told(&one.path), one.flag, other.flag);
    let title = format!("{flag} {path} would be written over what {other} names");
    Failure::new(Exit::Invalid, "same_target", title).help(format!("name another file for {flag}"))
}

fn no_folder(one: &NamedFile<'_>) -> Failure {
    let title = format!("{} {} lies in a folder that is not there", one.flag, told(&one.path));
    Failure::new(Exit::Invalid, "no_folder", title).help("make the folder first, or name another")
}

fn told(path: &Path) -> String {
    shown(&path.display().to_string())
}
