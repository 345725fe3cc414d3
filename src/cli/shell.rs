//! Commands for people to copy, as a shell takes them.

use std::path::{Path, PathBuf};

use crate::model::untrusted::shown;

/// ` -f a.toml -f b`, or nothing for the default file.
pub fn files(paths: &[PathBuf]) -> String {
    match paths {
        [one] if one == Path::new("consent.toml") => String::new(),
        many => many.iter().map(|path| format!(" -f {}", word(path))).collect(),
    }
}

/// A path.
pub fn word(path: &Path) -> String {
    let text = shown(&path.display().to_string());
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
