//! Whole files or none: written without a name where the system has such files, else beside, flushed to
//! disk, renamed over the old one. A process that is killed leaves nothing half written.
#![expect(clippy::disallowed_methods, reason = "this room is the one that touches files")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::{StoreError, folder};
use super::opened::{self, Reach};
use super::{nameless, private};
use crate::model::secret::Veil;

/// Writes what a file shall hold.
pub(crate) type Content<'a> = &'a dyn Fn(&mut dyn Write) -> io::Result<()>;

/// Replaces the file or makes it, mode 0600. After a crash at any moment the file has either its
/// old bytes or the new ones.
///
/// # Errors
/// When the path is a symbolic link or no ordinary file, or when writing fails; then the old file
/// is as it was.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    write_with(path, &|out| out.write_all(bytes))
}

/// The same for what is written bit by bit: a large document never stands in memory as a whole.
///
/// # Errors
/// As [`write`], and what `content` fails with.
pub(crate) fn write_with(path: &Path, content: Content<'_>) -> Result<(), StoreError> {
    refuse_special(path)?;
    match unnamed(path, content)?.map(|file| named(path, &file)) {
        Some(Ok(name)) => name.persist(path).map_err(|error| write_error(path, error.error))?,
        Some(Err(_)) | None => {
            let written = beside(path, content)?;
            written.persist(path).map_err(|error| write_error(path, error.error))?;
        }
    }
    flush_folder(path)
}

/// Like [`write_with`], but never replaces anything.
///
/// # Errors
/// [`StoreError::Exists`] when something of this name is there, else as [`write_with`].
pub(crate) fn write_new(path: &Path, content: Content<'_>) -> Result<(), StoreError> {
    refuse_special(path)?;
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.to_owned() },
        _ => write_error(path, error),
    };
    match unnamed(path, content)?.map(|file| nameless::name(&file, path)) {
        Some(Ok(())) => {}
        Some(Err(error)) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(failed(error));
        }
        Some(Err(_)) | None => {
            let written = beside(path, content)?;
            written.persist_noclobber(path).map_err(|error| failed(error.error))?;
        }
    }
    flush_folder(path)
}

/// Makes a new file to add lines to, mode 0600, and makes its name last.
///
/// # Errors
/// [`StoreError::Exists`] when something of this name is there, a link included.
pub(crate) fn create_for_append(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.to_owned() },
        _ => write_error(path, error),
    })?;
    flush_folder(path)?;
    Ok(file)
}

/// Opens a file that is there, to add lines to.
///
/// # Errors
/// When it is a link or no ordinary file, or cannot be written.
pub(crate) fn open_for_append(path: &Path) -> Result<File, StoreError> {
    refuse_special(path)?;
    let mut options = OpenOptions::new();
    options.append(true);
    opened::unhurried(&mut options, true);
    options.open(path).map_err(|error| write_error(path, error))
}

/// At most so many of the first bytes of an ordinary file; `None` where there is none.
///
/// # Errors
/// When it is a link or no ordinary file, or cannot be read.
pub(crate) fn start(path: &Path, most: u64) -> Result<Option<Vec<u8>>, StoreError> {
    refuse_special(path)?;
    let mut found = Vec::new();
    let opened = match opened::open(path, Reach::Itself) {
        Ok(opened) => opened.file,
        Err(StoreError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    opened.take(most).read_to_end(&mut found).map_err(|error| write_error(path, error))?;
    Ok(Some(found))
}

/// Makes the folder, mode 0700, and those above it that are missing. A folder that is there keeps
/// its rights.
///
/// # Errors
/// When the last part is a symbolic link: a repository could bring `.consent` as a link that leads
/// out of it. When it is there and not ours alone.
pub(crate) fn create_private_dir(path: &Path) -> Result<(), StoreError> {
    if private::check(path)? {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| write_error(path, error))?;
    flush_folder(path)
}

/// At most so many of the file's last bytes.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn tail(path: &Path, most: u64) -> Result<Vec<u8>, StoreError> {
    let failed = |source| StoreError::Read { path: path.to_owned(), source };
    let mut file = opened::open(path, Reach::Itself)?.file;
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    file.seek(SeekFrom::Start(length.saturating_sub(most))).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Names of the ordinary files in a folder that end in `ending`, sorted. A folder that is not
/// there has none.
///
/// # Errors
/// When the folder cannot be read.
pub(crate) fn names(dir: &Path, ending: &str) -> Result<Vec<String>, StoreError> {
    let failed = |source| StoreError::Read { path: dir.to_owned(), source };
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let ordinary = entry.file_type().map_err(failed)?.is_file();
        if let Some(name) = entry.file_name().to_str().filter(|name| name.ends_with(ending))
            && ordinary
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Removes what a run that was killed left of a file it was about to write whole. Only for a folder
/// that nobody else writes to at this time.
pub(crate) fn sweep(dir: &Path) {
    // Such a file is in nobody's way: where it cannot be removed, it stays.
    let leftover = |name: &String| name.starts_with(PREFIX);
    for name in names(dir, SUFFIX).unwrap_or_default().iter().filter(|name| leftover(name)) {
        drop(fs::remove_file(dir.join(name)));
    }
}

/// How files are called while they are written.
const PREFIX: &str = ".consent-";
const SUFFIX: &str = ".tmp";

/// Renaming over a link would replace the link, and over a device the device: neither is what
/// somebody who named it meant.
pub(super) fn refuse_special(path: &Path) -> Result<(), StoreError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(StoreError::Symlink { path: path.to_owned() }),
        Ok(found) if !found.is_file() => Err(StoreError::NotAFile { path: path.to_owned() }),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(write_error(path, error)),
    }
}

/// The content in a file without a name in the same folder, mode 0600, on disk. `None` where there is no
/// such file.
fn unnamed(path: &Path, content: Content<'_>) -> Result<Option<File>, StoreError> {
    let Some(mut file) = nameless::create(folder(path)) else { return Ok(None) };
    let written = write_veiled(&mut file, content).and_then(|()| file.sync_all());
    written.map(|()| Some(file)).map_err(|error| write_error(path, error))
}

/// Its name for the moment until it is renamed: only so does it replace another file.
fn named(path: &Path, file: &File) -> io::Result<tempfile::TempPath> {
    let made = temporary().make_in(folder(path), |name| nameless::name(file, name))?;
    Ok(made.into_temp_path())
}

/// What is known to be secret is in no file.
fn write_veiled(file: &mut impl Write, content: Content<'_>) -> io::Result<()> {
    let mut veil = Veil::new(file);
    content(&mut veil).and_then(|()| veil.flush())
}

/// The content in a temporary file of the same folder (renaming works only within one file system),
/// mode 0600, on disk.
fn beside(path: &Path, content: Content<'_>) -> Result<tempfile::NamedTempFile, StoreError> {
    let failed = |error| write_error(path, error);
    let mut file = temporary().tempfile_in(folder(path)).map_err(failed)?;
    write_veiled(&mut file, content).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    Ok(file)
}

fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    builder
}

/// A new name lasts only once its folder is on disk. Only Unix lets a folder be opened for that.
fn flush_folder(path: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        File::open(folder(path))
            .and_then(|dir| dir.sync_all())
            .map_err(|error| write_error(path, error))?;
    }
    Ok(())
}

fn write_error(path: &Path, source: io::Error) -> StoreError {
    StoreError::Write { path: path.to_owned(), source }
}

#[cfg(test)]
#[path = "atomic_tests.rs"]
mod tests;
