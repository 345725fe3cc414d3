//! Ctrl-C and SIGTERM. Once: nothing new starts, and everything is saved. Twice: leave now, which is
//! safe, because the journal was flushed before every request.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// Counts the signals of a run. One listener lives as long as the run does, so that none falls
/// into the gap between two things to wait for.
#[derive(Debug, Clone)]
pub struct Stop {
    raised: Arc<AtomicBool>,
    count: watch::Receiver<u32>,
}

impl Stop {
    /// Listens from now on.
    pub fn listen() -> Self {
        let raised = Arc::new(AtomicBool::new(false));
        let (sender, count) = watch::channel(0_u32);
        let flag = Arc::clone(&raised);
        tokio::spawn(signals(move || {
            flag.store(true, Ordering::SeqCst);
            sender.send_modify(|count| *count = count.saturating_add(1));
        }));
        Self { raised, count }
    }

    /// Raised by the first signal.
    pub fn flag(&self) -> &AtomicBool {
        &self.raised
    }

    /// Runs `work` until it ends; `None` when there was a signal, before or meanwhile. For what can
    /// be left at any moment.
    pub async fn unless<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.until(1, work).await
    }

    /// Runs `work`, which looks at the flag by itself; `None` when there was a second signal.
    pub async fn unless_twice<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.until(2, work).await
    }

    async fn until<T>(&self, signals: u32, work: impl Future<Output = T>) -> Option<T> {
        let mut count = self.count.clone();
        let reached = async {
            // The listener is gone only when it could not be set up: then nothing ever comes.
            if count.wait_for(|count| *count >= signals).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = reached => None,
            done = work => Some(done),
        }
    }
}

/// The signals are caught from the call on; the future tells of each.
#[cfg(unix)]
fn signals(mut told: impl FnMut() + Send) -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{SignalKind, signal};
    let caught = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = caught else { return };
        loop {
            tokio::select! {
                _ = interrupt.recv() => told(),
                _ = terminate.recv() => told(),
            }
        }
    }
}

#[cfg(not(unix))]
async fn signals(mut told: impl FnMut() + Send) {
    while tokio::signal::ctrl_c().await.is_ok() {
        told();
    }
}
