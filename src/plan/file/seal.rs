//! The last line of a plan file: the checksum of all before it. It guards against accidents.

use std::io::{self, Write};

use crate::model::digest::Sha256;

/// Begins the last line but one.
pub(super) const CHECKSUM: &str = "  \"checksum\": ";

/// How a file ends that is not sealed yet.
const OPEN: &str = "  \"checksum\": \"\"\n}\n";

/// How a file ends whose other lines have this SHA-256.
pub(super) fn end(sha256: &str) -> String {
    format!("{CHECKSUM}\"sha256:{sha256}\"\n}}\n")
}

/// A file before its checksum, and its end.
pub(super) fn parted(text: &str) -> (&str, &str) {
    text.rfind(CHECKSUM).and_then(|at| text.split_at_checked(at)).unwrap_or(("", text))
}

/// Passes a file on, and ends it with the checksum of what it passed.
pub(super) struct Sealed<'a> {
    out: &'a mut dyn Write,
    sum: Sha256,
    /// What may be the end.
    held: Vec<u8>,
}

impl<'a> Sealed<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, sum: Sha256::default(), held: Vec::new() }
    }

    /// # Errors
    /// When the file does not end as one that is not sealed, or the writer fails.
    pub(super) fn seal(self) -> io::Result<()> {
        if self.held != OPEN.as_bytes() {
            return Err(io::Error::other("the file has no place for its checksum"));
        }
        self.out.write_all(end(&self.sum.hex()).as_bytes())?;
        self.out.flush()
    }
}

impl Write for Sealed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        let sure = self.held.len().saturating_sub(OPEN.len());
        let passed = self.held.get(..sure).unwrap_or_default();
        self.sum.update(passed);
        self.out.write_all(passed)?;
        self.held.drain(..sure);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
