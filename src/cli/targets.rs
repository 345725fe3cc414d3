//! Where results shall be written, looked at before anything is read: nothing overwrites what it was made
//! of, or another result.

use std::path::{Path, PathBuf};

use crate::cli::args::{Global, Report, Target};
use crate::cli::failure::{Exit, Failure};
use crate::model::untrusted::shown;
use crate::store::report_file;

/// One file of the command line, as people call it.
struct Named<'a> {
    flag: &'static str,
    path: &'a Path,
}

/// The files that a command reads and writes.
#[derive(Default)]
pub struct Targets<'a> {
    read: Vec<Named<'a>>,
    written: Vec<Named<'a>>,
    /// Reports that go to stdout.
    on_stdout: usize,
}

impl<'a> Targets<'a> {
    /// What every command may write.
    pub fn of(global: &'a Global, reports: &'a [Report]) -> Self {
        let mut targets = Self::default().writes("--log-file", global.log_file.as_deref());
        for report in reports {
            match &report.to {
                Target::Stdout => targets.on_stdout += 1,
                Target::File(path) => targets = targets.writes("--report", Some(path)),
            }
        }
        targets
    }

    #[must_use]
    pub fn writes(mut self, flag: &'static str, path: Option<&'a Path>) -> Self {
        self.written.extend(path.map(|path| Named { flag, path }));
        self
    }

    #[must_use]
    pub fn reads(
        mut self,
        flag: &'static str,
        paths: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Self {
        self.read.extend(paths.into_iter().map(|path| Named { flag, path }));
        self
    }

    /// # Errors
    /// When two of them are one file, or a folder is not there: exit 3, and nothing was read.
    pub fn check(&self) -> Result<(), Failure> {
        if self.on_stdout > 1 {
            return Err(Failure::new(
                Exit::Invalid,
                "same_target",
                "two reports shall go to stdout",
            )
            .help("take out one of --json and --report …=-, or name a file for it"));
        }
        let mut taken: Vec<(&Named<'_>, PathBuf)> =
            self.read.iter().filter_map(|one| Some((one, report_file::place(one.path)?))).collect();
        for one in &self.written {
            let Some(place) = report_file::place(one.path) else {
                return Err(no_folder(one));
            };
            if let Some((other, _)) = taken.iter().find(|(_, at)| is_at(&place, at)) {
                return Err(same(one, other));
            }
            taken.push((one, place));
        }
        Ok(())
    }
}

/// The same file; or one more file of a folder that is read as a manifest.
fn is_at(place: &Path, taken: &Path) -> bool {
    let is_manifest = || place.extension().is_some_and(|end| end == "toml");
    place == taken || (place.parent() == Some(taken) && is_manifest())
}

fn same(one: &Named<'_>, other: &Named<'_>) -> Failure {
    let (path, flag, other) = (told(one.path), one.flag, other.flag);
    let title = format!("{flag} {path} would be written over what {other} names");
    Failure::new(Exit::Invalid, "same_target", title).help(format!("name another file for {flag}"))
}

fn no_folder(one: &Named<'_>) -> Failure {
    let title = format!("{} {} lies in a folder that is not there", one.flag, told(one.path));
    Failure::new(Exit::Invalid, "no_folder", title).help("make the folder first, or name another")
}

fn told(path: &Path) -> String {
    shown(&path.display().to_string())
}
