//! Saved plans as bytes. What they mean is the business of `plan`.

use std::path::Path;

use super::atomic::{self, Content};
use super::error::StoreError;
use super::opened::{self, Reach};

/// Longest plan file that is read, in bytes. 100,000 changes take about 150 MB; beyond that a
/// file is a mistake.
pub(crate) const LONGEST: u64 = 256 * 1024 * 1024;

/// Saves a plan, mode 0600, replacing what was there.
///
/// # Errors
/// When the path is a symbolic link or no ordinary file, or cannot be written.
pub(crate) fn write(path: &Path, content: Content<'_>) -> Result<(), StoreError> {
    atomic::write_with(path, content)
}

/// # Errors
/// When the file cannot be read, is longer than [`LONGEST`], or is a link out of its folder.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    opened::read(path, Reach::Folder, LONGEST)
}
