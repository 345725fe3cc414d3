//! That somebody wants a run to stop. Once: nothing new starts, and everything is saved. Twice: it is left
//! at once, which is safe, because the journal was flushed before every request.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// What a run looks at. One lives as long as the run does, so that no wish falls into the gap between two
/// things to wait for.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    raised: Arc<AtomicBool>,
    count: watch::Receiver<u32>,
}

/// The other end: where wishes come in.
#[derive(Debug)]
pub(crate) struct Stopper {
    raised: Arc<AtomicBool>,
    count: watch::Sender<u32>,
}

/// Both ends.
pub(crate) fn pair() -> (Stopper, Stop) {
    let raised = Arc::new(AtomicBool::new(false));
    let (sender, receiver) = watch::channel(0_u32);
    let stop = Stop { raised: Arc::clone(&raised), count: receiver };
    (Stopper { raised, count: sender }, stop)
}

impl Stopper {
    /// Stop, and if that was said before, leave.
    pub(crate) fn ask(&self) {
        self.raised.store(true, Ordering::SeqCst);
        self.count.send_modify(|count| *count = count.saturating_add(1));
    }

    /// Nobody is there any more: stop, however often it is said.
    pub(crate) fn hang_up(&self) {
        self.raised.store(true, Ordering::SeqCst);
        self.count.send_modify(|count| *count = (*count).max(1));
    }
}

impl Stop {
    /// Raised by the first wish.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.raised
    }

    /// Runs `work` until it ends; `None` when somebody wants to stop, before or meanwhile. For what can
    /// be left at any moment.
    pub(crate) async fn unless<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.until(1, work).await
    }

    /// Runs `work`, which looks at the flag by itself; `None` when it is to be left.
    pub(crate) async fn unless_twice<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.until(2, work).await
    }

    /// When somebody wants to stop for the first time.
    pub(crate) async fn asked(&self) {
        self.unless(std::future::pending::<()>()).await;
    }

    async fn until<T>(&self, wishes: u32, work: impl Future<Output = T>) -> Option<T> {
        let mut count = self.count.clone();
        let reached = async {
            // The other end is gone only when it could not be set up: then nothing ever comes.
            if count.wait_for(|count| *count >= wishes).await.is_err() {
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
