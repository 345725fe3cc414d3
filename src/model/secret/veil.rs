//! A writer through which no live secret passes.

use std::io::{self, Write};

use crate::model::secret::live;

/// Lets whole lines through, so that a secret that comes piece by piece is seen as one. What is flushed
/// or dropped is let through as it stands.
/// `Debug` is not implemented: what is held may be half a secret.
pub(crate) struct Veil<W: Write> {
    inner: W,
    held: Vec<u8>,
}

/// Longest line that is held; of a longer one all but its end is let through.
const MOST: usize = 256 * 1024;

impl<W: Write> Veil<W> {
    pub(crate) fn new(inner: W) -> Self {
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
        let Some(end) = self.held.len().checked_sub(MOST.max(2 * known.longest())) else {
            return 0;
        };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::learn;

    const SECRET: &str = "veil-Zq8~opaque/Token+of=Nobody_at.all";

    fn written(pieces: &[&str]) -> String {
        learn(SECRET);
        let mut out = Vec::new();
        let mut veil = Veil::new(&mut out);
        pieces.iter().for_each(|piece| veil.write_all(piece.as_bytes()).unwrap());
        drop(veil);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_secret_that_comes_piece_by_piece_is_seen() {
        let (head, tail) = SECRET.split_at(9);
        assert_eq!(written(&["a ", head, tail, " b\nc ", SECRET]), "a [removed] b\nc [removed]");
        let each: Vec<String> = SECRET.chars().map(String::from).collect();
        let each: Vec<&str> = each.iter().map(String::as_str).collect();
        assert_eq!(written(&each), "[removed]");
    }

    #[test]
    fn a_line_without_end_is_not_held_and_told_no_more_than_any_other() {
        let filler = "filler ".repeat(5_000);
        let pieces: Vec<&str> = (0..60).flat_map(|_| [filler.as_str(), SECRET]).collect();
        let out = written(&pieces);
        assert_eq!(out.len(), 60 * (filler.len() + "[removed]".len()));
        assert!(!out.contains("opaque"));
        let mut veil = Veil::new(Vec::new());
        veil.write_all(pieces.concat().as_bytes()).unwrap();
        assert!(veil.held.len() <= MOST, "{}", veil.held.len());
    }

    #[test]
    fn a_question_is_out_once_it_is_flushed() {
        let mut veil = Veil::new(Vec::new());
        veil.write_all(b"yes? ").unwrap();
        veil.flush().unwrap();
        assert_eq!(veil.inner, b"yes? ");
    }
}
