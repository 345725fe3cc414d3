//! Ctrl-C and SIGTERM. Once: nothing new starts, and everything is saved. Twice: leave now, which is
//! safe, because the journal was flushed before every request. A terminal that is closed counts as
//! once, however often that is told: nobody there wants to leave at once.

use std::future::Future;
#[cfg(unix)]
use std::path::Path;

use crate::operations::stop::{self, Stop};
#[cfg(unix)]
use crate::store::opened::{self, Reach};

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Stop, and if that was said before, leave.
    Stop,
    /// The terminal is gone: stop.
    HangUp,
}

/// Writing to a file that may not become any longer is an error from now on, as on a full disk. Without
/// this the system ends the program without a word.
pub(crate) fn outlive_limits_of_files() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let too_long = SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw());
        // It is caught for good; what was to be told is told by whoever writes.
        match signal(too_long) {
            Ok(caught) => drop(caught),
            Err(error) => tracing::warn!("a file that becomes too long ends this: {error}"),
        }
    }
}

/// Listens from now on. One listener lives as long as the run does.
pub(crate) fn listen() -> Stop {
    let (stopper, stop) = stop::pair();
    tokio::spawn(signals(move |wish| match wish {
        Wish::Stop => stopper.ask(),
        Wish::HangUp => stopper.hang_up(),
    }));
    stop
}

/// The signals are caught from the call on; the future tells of each.
#[cfg(unix)]
fn signals(mut told: impl FnMut(Wish) + Send) -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{SignalKind, signal};
    let caught = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    // Whoever started this with `nohup` wants it to outlive the terminal.
    let hangup = (!hangup_is_ignored()).then(|| signal(SignalKind::hangup()).ok()).flatten();
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = caught else { return };
        let mut hangup = hangup;
        loop {
            let hung_up = async {
                match &mut hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = interrupt.recv() => told(Wish::Stop),
                _ = terminate.recv() => told(Wish::Stop),
                _ = hung_up => told(Wish::HangUp),
            }
        }
    }
}

/// Linux tells which signals a process ignores; elsewhere nobody can be asked without unsafe code,
/// and a closed terminal stops the run.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = opened::read(Path::new("/proc/self/status"), Reach::Anywhere, 64 * 1024)
        .unwrap_or_default();
    ignores_hangup(&String::from_utf8_lossy(&status))
}

/// SIGHUP is signal 1, the lowest bit of the mask.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
async fn signals(mut told: impl FnMut(Wish) + Send) {
    while tokio::signal::ctrl_c().await.is_ok() {
        told(Wish::Stop);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::ignores_hangup;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        assert!(ignores_hangup("Name:\tconsent\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores_hangup(""));
    }
}
