//! What is said while nothing seems to happen: the service keeps us waiting, much is read, or somebody
//! asked us to stop and what is under way has to come back first.

use std::future::Future;
use std::io::Write as _;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::args::Global;
use crate::cli::outlet::{Remarks, Standing};
use crate::cli::session::Session;
use crate::cli::signals::Stop;
use crate::cli::waits::{Reading, Waits};
use crate::graph::wait::Because;

/// How often a look is taken at what is waited for.
const LOOK: Duration = Duration::from_secs(1);

const STOPPING: &str = "stopping: nothing new is sent, and what was sent is waited for; \
                        Ctrl-C again leaves at once, which is safe";

/// Reads the tenant, and says on stderr what is waited for, and how far it is where it takes long. For
/// everything but the changes themselves, which have their own onlooker.
pub async fn reading<T>(session: &Session, global: &Global, work: impl Future<Output = T>) -> T {
    session.graph.begin_reading();
    let mut waits = Waits::default();
    let mut reading = Reading::new(session.graph.time().0);
    let mut bar: Option<Standing> = None;
    watched(work, || {
        let (now, origin) = session.graph.time();
        let wait = session.graph.waiting();
        if let Some(wait) = wait.filter(|wait| waits.is_news(wait, now)) {
            say(&wait.told(now, origin, ""), global);
        }
        let far = session.graph.far();
        if !session.redraws || global.quiet {
            reading.line(&far, now).into_iter().for_each(|line| say(&line, global));
        } else if let Some(text) = reading.at_present(&far, wait, now, origin) {
            bar.get_or_insert_with(|| Standing::new(spinner())).say(text);
        }
    })
    .await
}

/// Makes the changes, and says where what they read back is waited for. Their other waits are told by
/// their onlooker.
pub async fn changing<T>(session: &Session, global: &Global, work: impl Future<Output = T>) -> T {
    session.graph.begin_reading();
    let mut waits = Waits::default();
    watched(work, || {
        let (now, origin) = session.graph.time();
        let wait = session.graph.waiting();
        let fault = wait.filter(|wait| matches!(wait.because, Because::Fault(_)));
        if let Some(wait) = fault.filter(|wait| waits.is_news(wait, now)) {
            say(&wait.told(now, origin, ""), global);
        }
    })
    .await
}

/// Takes a look every second until the work is done.
async fn watched<T>(work: impl Future<Output = T>, mut look: impl FnMut()) -> T {
    let mut work = pin!(work);
    loop {
        match select(work.as_mut(), pin!(tokio::time::sleep(LOOK))).await {
            Either::Left((done, _)) => return done,
            Either::Right(((), _)) => look(),
        }
    }
}

/// Runs the changes; the first signal is answered by what it means.
pub async fn stopping<T>(stop: &Stop, global: &Global, work: impl Future<Output = T>) -> T {
    let answer = async {
        stop.unless(std::future::pending::<()>()).await;
        say(STOPPING, global);
    };
    match select(pin!(work), pin!(answer)).await {
        Either::Left((done, _)) => done,
        Either::Right(((), work)) => work.await,
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8));
    match ProgressStyle::with_template("{msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn say(text: &str, global: &Global) {
    if !global.quiet {
        // Nobody has to listen.
        drop(Remarks::stderr().write_all(format!("{text}\n").as_bytes()));
    }
}
