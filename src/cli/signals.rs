//! Ctrl-C and SIGTERM. Once: nothing new starts, and everything is saved. Twice: leave now, which is
//! safe, because the journal was flushed before every request.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Raised by the first signal.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }
}

/// Runs `work` until it ends; `None` when a signal came first. For what can be left at any moment.
pub async fn unless_stopped<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        () = signal() => None,
    }
}

/// Runs `work`, which looks at `stop` by itself; `None` when a second signal came.
pub async fn until_second<T>(stop: &Stop, work: impl Future<Output = T>) -> Option<T> {
    let twice = async {
        signal().await;
        stop.0.store(true, Ordering::SeqCst);
        signal().await;
    };
    tokio::select! {
        done = work => Some(done),
        () = twice => None,
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
