//! A writer through which no live secret passes.

use std::io::{self, Write};

use crate::model::secret::live;

/// Lets whole lines through, so that a secret that comes piece by piece is seen as one. What is flushed
/// or dropped is let through as it stands.
#[derive(Debug)]
pub struct Veil<W: Write> {
    inner: W,
    held: Vec<u8>,
}

/// Longest line that is held; of a longer one all but its end is let through.
const MOST: usize = 256 * 1024;

impl<W: Write> Veil<W> {
    pub fn new(inner: W) -> Self {
        Self { inner, held: Vec::new() }
    }

    fn let_out(&mut self, end: usize) -> io::Result<()> {
        let out = live().veiled(&self.held[..end]).into_owned();
        // Whatever becomes of it: nothing is written twice.
        self.held.drain(..end);
        self.inner.write_all(&out)
    }

    /// How much of what is held can go without its sequel.
    fn whole(&self) -> usize {
        if let Some(at) = self.held.iter().rposition(|byte| *byte == b'\n') {
            return at + 1;
        }
        let known = live();
        // Behind its end a secret could go on.
        let Some(end) = self.held.len().checked_sub(MOST.max(2 * known.longest())) else { return 0 };
        let end = end + MOST / 2;
        let across = known.found(&self.held).into_iter().find(|range| range.contains(&end));
        across.map_or(end, |range| range.start)
    }
}

impl<W: Write> Write for Veil<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.is_empty() && live().is_empty() {
            return self.inner.write(bytes);
        }
        self.held.extend_from_slice(bytes);
        match self.whole() {
            0 => {}
            end => self.let_out(end)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.let_out(self.held.len())?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Veil<W> {
    fn drop(&mut self) {
        // Whoever has to know flushes before.
        drop(self.flush());
    }
}
