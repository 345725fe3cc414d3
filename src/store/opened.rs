//! Opens what is to be read: once, and judges what was opened, so that nothing can be put in its place
//! between the look and the reading.
#![expect(clippy::disallowed_methods, reason = "this room is the one that touches files")]

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::error::{StoreError, folder};

/// Where a path may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Wherever a link leads: the machine's own setting names it, as a variable of the environment does.
    Anywhere,
    /// Somebody named it on the command line. The folder that was named is trusted; what lies in it is
    /// not, since it may be of a stranger's branch: no link leads out of it.
    Folder,
    /// A record of our own, which is never a link.
    Itself,
}

/// A plain file that may be read.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) file: File,
    /// Where it is, without any link.
    pub(crate) real: PathBuf,
}

/// Opens a plain file. A pipe or a device is not even waited for.
///
/// # Errors
/// When it is none, is not where a path of this reach may lead, or cannot be opened.
pub(crate) fn open(path: &Path, reach: Reach) -> Result<Opened, StoreError> {
    let failed = |source| StoreError::Read { path: path.to_owned(), source };
    if reach == Reach::Itself && path.is_symlink() {
        return Err(StoreError::LeadsOut { path: path.to_owned() });
    }
    // Opening some devices does something already.
    plain(path, &fs::metadata(path).map_err(failed)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    unhurried(&mut options, reach == Reach::Itself);
    let file = options.open(path).map_err(failed)?;
    plain(path, &file.metadata().map_err(failed)?)?;
    let real = path.canonicalize().map_err(failed)?;
    if reach == Reach::Folder {
        if !is_at(&file, &real).map_err(failed)? {
            return Err(StoreError::Replaced { path: path.to_owned() });
        }
        let named = folder(path).canonicalize().map_err(failed)?;
        if is_systems(&real) || on_systems(&file) {
            return Err(StoreError::Systems { path: path.to_owned() });
        }
        // No stranger makes the system's own links: /dev/stdin is what somebody typed.
        if !is_systems(&named) && leads_out(&named, path.file_name(), &real) {
            return Err(StoreError::LeadsOut { path: path.to_owned() });
        }
    }
    Ok(Opened { file, real })
}

/// The whole file.
///
/// # Errors
/// As [`open`], or when it is longer than `limit` bytes. The limit is kept while reading, so a file that
/// grows cannot fill the memory.
pub(crate) fn read(path: &Path, reach: Reach, limit: u64) -> Result<Vec<u8>, StoreError> {
    let file = open(path, reach)?.file;
    whole(file, path, limit)
}

/// What is left of an open file, at most `limit` bytes.
///
/// # Errors
/// When it cannot be read, or is longer.
pub(crate) fn whole(file: File, path: &Path, limit: u64) -> Result<Vec<u8>, StoreError> {
    let failed = |source| StoreError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(StoreError::TooLong { path: path.to_owned(), limit })
    }
}

/// A folder without any link on the way, so that two names of one folder are one. As it was named, where
/// there is no link on the way: that is how people call it.
pub(crate) fn real_folder(named: &Path) -> PathBuf {
    let named = if named.as_os_str().is_empty() { Path::new(".") } else { named };
    match (named.canonicalize(), std::path::absolute(named)) {
        // Elsewhere a path without links has another form than anybody types.
        (Ok(real), Ok(typed)) if cfg!(unix) && real != typed => real,
        _ => named.strip_prefix(".").unwrap_or(named).to_owned(),
    }
}

/// Whether a path leads to a place below this folder, links followed.
pub(crate) fn is_below(folder: &Path, path: &Path) -> bool {
    match (folder.canonicalize(), path.canonicalize()) {
        (Ok(folder), Ok(real)) => real.starts_with(folder),
        _ => false,
    }
}

/// Opening waits for nobody, takes no terminal over and, where the last part is ours alone, follows no
/// link.
#[cfg(unix)]
pub(super) fn unhurried(options: &mut OpenOptions, ours: bool) {
    use rustix::fs::OFlags;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = if ours { flags | OFlags::NOFOLLOW } else { flags };
    if let Ok(bits) = i32::try_from(flags.bits()) {
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, bits);
    }
}

#[cfg(not(unix))]
pub(super) fn unhurried(_: &mut OpenOptions, _: bool) {}

fn plain(path: &Path, found: &Metadata) -> Result<(), StoreError> {
    if found.is_file() { Ok(()) } else { Err(StoreError::NoFile { path: path.to_owned() }) }
}

/// Whether a link leads out of the folder that was named, or into one that is hidden below it: in such
/// folders lie the credentials of other programs. `..data` of a mounted volume is not hidden.
fn leads_out(named: &Path, name: Option<&OsStr>, real: &Path) -> bool {
    let Ok(below) = real.strip_prefix(named) else { return true };
    let itself = name.is_some_and(|name| below == Path::new(name));
    let hidden = |part: Component<'_>| {
        let part = part.as_os_str().to_string_lossy();
        part.starts_with('.') && !part.starts_with("..")
    };
    !itself && below.components().any(hidden)
}

/// Whether a path, without links, lies where the system shows itself: processes with their environment,
/// devices.
fn is_systems(real: &Path) -> bool {
    cfg!(unix) && ["/proc", "/sys", "/dev"].iter().any(|folder| real.starts_with(folder))
}

/// The same for what is mounted elsewhere.
#[cfg(target_os = "linux")]
fn on_systems(file: &File) -> bool {
    const PROC: i128 = 0x9fa0;
    const SYSFS: i128 = 0x6265_6572;
    rustix::fs::fstatfs(file).is_ok_and(|system| [PROC, SYSFS].contains(&i128::from(system.f_type)))
}

#[cfg(not(target_os = "linux"))]
fn on_systems(_: &File) -> bool {
    false
}

/// Whether the open file is the one that is at this place.
#[cfg(unix)]
fn is_at(file: &File, real: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (opened, there) = (file.metadata()?, fs::metadata(real)?);
    Ok((opened.dev(), opened.ino()) == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(test)]
#[cfg(unix)]
#[path = "opened_tests.rs"]
mod tests;
