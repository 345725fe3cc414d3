//! stdout and stderr as a run sees them: a reader who has gone is told apart from a full disk, and
//! nobody listening on stderr stops nothing.

use std::io::{self, ErrorKind, IsTerminal, Stderr, Stdout, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::ProgressBar;

/// Where a run writes: what was asked for, and everything else.
pub(crate) struct Streams<'a> {
    pub(crate) out: &'a mut (dyn Write + Send),
    pub(crate) err: &'a mut (dyn Write + Send),
}

/// What a closed terminal answers, on every Unix: `EIO`.
const HUNG_UP: i32 = 5;

/// What was asked for. A terminal that was closed counts as a closed pipe.
#[derive(Debug)]
pub(crate) struct Results<W> {
    inner: W,
    terminal: bool,
}

impl Results<Stdout> {
    pub(crate) fn stdout() -> Self {
        let inner = io::stdout();
        let terminal = inner.is_terminal();
        Self { inner, terminal }
    }
}

impl<W> Results<W> {
    fn told(&self, error: io::Error) -> io::Error {
        let closed = cfg!(unix) && self.terminal && error.raw_os_error() == Some(HUNG_UP);
        if closed { ErrorKind::BrokenPipe.into() } else { error }
    }
}

impl<W: Write> Write for Results<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes).map_err(|error| self.told(error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush().map_err(|error| self.told(error))
    }
}

/// What stands on the last line of the terminal at present. The process has one terminal.
static STANDING: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// A bar that stands on the last line of the terminal until this is dropped: whatever is said goes
/// above it.
#[derive(Debug)]
pub(crate) struct BottomLine(ProgressBar);

impl BottomLine {
    pub(crate) fn new(bar: ProgressBar) -> Self {
        *standing() = Some(bar.clone());
        Self(bar)
    }

    pub(crate) fn say(&self, text: String) {
        self.0.set_message(text);
        self.0.tick();
    }
}

impl Drop for BottomLine {
    fn drop(&mut self) {
        *standing() = None;
        self.0.finish_and_clear();
    }
}

fn standing() -> MutexGuard<'static, Option<ProgressBar>> {
    STANDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// stderr, with whatever stands on it.
#[derive(Debug)]
pub(crate) struct Screen(Stderr);

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bar = standing().clone();
        match bar {
            Some(bar) => bar.suspend(|| self.0.write(bytes)),
            None => self.0.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Progress, warnings, errors: the exit code tells those who do not listen. Never fails.
#[derive(Debug)]
pub(crate) struct Remarks<W>(W);

impl Remarks<Screen> {
    pub(crate) fn stderr() -> Self {
        Self(Screen(io::stderr()))
    }
}

impl<W: Write> Write for Remarks<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() != ErrorKind::Interrupted => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        drop(self.0.flush());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fails(i32);

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(self.0))
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::Error::from_raw_os_error(self.0))
        }
    }

    #[test]
    fn nobody_listening_is_no_error() {
        for errno in [5, 32] {
            let mut remarks = Remarks(Fails(errno));
            writeln!(remarks, "progress").unwrap();
            remarks.flush().unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_closed_terminal_is_a_reader_who_has_gone_and_a_broken_disk_is_not() {
        let kind = |errno, terminal| {
            let mut results = Results { inner: Fails(errno), terminal };
            assert_eq!(
                results.flush().unwrap_err().kind(),
                results.write(b"x").unwrap_err().kind()
            );
            results.write_all(b"x").unwrap_err().kind()
        };
        assert_eq!(kind(HUNG_UP, true), ErrorKind::BrokenPipe);
        assert_ne!(kind(HUNG_UP, false), ErrorKind::BrokenPipe);
        assert_eq!(kind(32, false), ErrorKind::BrokenPipe);
    }
}
