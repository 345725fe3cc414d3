//! What is said while nothing seems to happen: the service keeps us waiting, or somebody asked us to
//! stop and what is under way has to come back first.

use std::future::Future;
use std::io::Write as _;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use indicatif::ProgressBar;

use crate::cli::args::Global;
use crate::cli::outlet::Remarks;
use crate::cli::progress::WORTH_TELLING;
use crate::cli::session::Session;
use crate::cli::signals::Stop;

/// How often a look is taken at what is waited for.
const LOOK: Duration = Duration::from_secs(1);

const STOPPING: &str = "stopping: nothing new is sent, and what was sent is waited for; \
                        Ctrl-C again leaves at once, which is safe";

/// Reads, and says so on stderr where the service asks for a pause. For everything but the changes
/// themselves, which have their own onlooker.
pub async fn reading<T>(session: &Session, global: &Global, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let mut told = Duration::ZERO;
    loop {
        match select(work.as_mut(), pin!(tokio::time::sleep(LOOK))).await {
            Either::Left((done, _)) => return done,
            Either::Right(((), _)) => {
                // What is left of a pause that was told already gets shorter.
                told = told.saturating_sub(LOOK);
                let asked = session.graph.asked_to_wait();
                if asked >= WORTH_TELLING && asked > told + WORTH_TELLING {
                    told = asked;
                    let seconds = asked.as_millis().div_ceil(1_000);
                    say(&format!("waiting {seconds} s: the service asked for it"), global);
                }
            }
        }
    }
}

/// Runs the changes; the first signal is answered by what it means, above the bar if there is one.
pub async fn stopping<T>(
    stop: &Stop,
    bar: Option<ProgressBar>,
    global: &Global,
    work: impl Future<Output = T>,
) -> T {
    let answer = async {
        stop.unless(std::future::pending::<()>()).await;
        match bar {
            Some(bar) => bar.suspend(|| say(STOPPING, global)),
            None => say(STOPPING, global),
        }
    };
    match select(pin!(work), pin!(answer)).await {
        Either::Left((done, _)) => done,
        Either::Right(((), work)) => work.await,
    }
}

fn say(text: &str, global: &Global) {
    if !global.quiet {
        // Nobody has to listen.
        drop(writeln!(Remarks::stderr(), "{text}"));
    }
}
