//! Tells every second how far a reading or a run is, and what is waited for. For as long as the work takes:
//! whoever drops it hears no more of it.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use crate::graph::Reader;
use crate::operations::stop::Stop;
use crate::operations::{Event, Status, Tell};

/// How often a look is taken at what is waited for.
const LOOK: Duration = Duration::from_secs(1);

/// Reads the tenant. For everything but the changes themselves.
pub(crate) async fn reading<T>(
    reader: &Reader,
    tell: &Tell<'_>,
    work: impl Future<Output = T>,
) -> T {
    reader.begin_reading();
    tell(Event::Reads { now: reader.time().0 });
    let _over = Over(tell);
    watched(work, || tell(Event::Second(&status(reader, false)))).await
}

/// Makes `all` changes; the first wish to stop is told.
pub(crate) async fn changing<T>(
    reader: &Reader,
    all: usize,
    stop: &Stop,
    tell: &Tell<'_>,
    work: impl Future<Output = T>,
) -> T {
    reader.begin_reading();
    tell(Event::Changes { all, origin: reader.time().1 });
    let _over = Over(tell);
    watched(stopping(stop, tell, work), || tell(Event::Second(&status(reader, true)))).await
}

/// That it is over is told even of what was left.
struct Over<'a>(&'a Tell<'a>);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        (self.0)(Event::Over);
    }
}

fn status(reader: &Reader, changes: bool) -> Status {
    let (now, origin) = reader.time();
    Status { changes, now, origin, wait: reader.waiting(), far: reader.far() }
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

async fn stopping<T>(stop: &Stop, tell: &Tell<'_>, work: impl Future<Output = T>) -> T {
    let answer = async {
        stop.asked().await;
        tell(Event::Stopping);
    };
    match select(pin!(work), pin!(answer)).await {
        Either::Left((done, _)) => done,
        Either::Right(((), work)) => work.await,
    }
}
