//! A run that needs nothing of a store but the trait.

#![expect(clippy::disallowed_methods, reason = "a test looks at the clock, and copies an example")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::graph::Options;
use crate::graph::quota::WRITES;
use crate::model::clock::Clock;
use crate::operations::approved::Approved;
use crate::operations::failed::NotBegun;
use crate::operations::session::Session;
use crate::operations::{Event, manifest, plan, run, stop};
use crate::store::memory_tests::Memory;
use crate::store::records::{RecordSort, Records};
use crate::store::snapshot::{ApprovedBy, State};
use crate::store::{chain, journal};

/// The clock of the machine.
struct Now(Instant);

impl Clock for Now {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn since_start(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The manifest and the seed of an example, in a folder of their own.
fn example() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/outlook-tasks");
    let [manifest, seed] = ["some-users.toml", "tenant.toml"].map(|name| {
        std::fs::copy(from.join(name), home.path().join(name)).unwrap();
        home.path().join(name)
    });
    (home, manifest, seed)
}

/// From the manifest to the last look, with nothing of the disk but what was read.
#[tokio::test]
async fn a_run_needs_nothing_but_the_trait() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let (home, file, seed) = example();
    let clock = Arc::new(Now(Instant::now()));
    let patience = Duration::from_secs(120);
    let options = Options { parallelism: 4, write_quota: WRITES, patience, clock: clock.clone() };
    let quiet = |_: Event<'_>| {};
    let loaded = manifest::load(&[file], &quiet).unwrap();
    let cloud = loaded.manifest.tenant.cloud.value;
    let session = Session::rehearse(&seed, cloud, options).await.unwrap();
    let planned = plan::make(&session.graph.reader(), &loaded, &[], None, &*clock, &quiet).await;
    let mut planned = planned.unwrap();
    assert!(!planned.changes.is_empty());

    let records = Memory::default();
    let (_stopper, stop) = stop::pair();
    let approved = Approved {
        session: &session,
        manifest: Some(&loaded),
        records: &records,
        home: home.path(),
        approval: ApprovedBy::Digest,
        clock: &*clock,
        stop: &stop,
    };
    let done = run::run(&approved, &mut planned, &quiet).await.unwrap();
    assert_eq!((done.report.remaining, done.saved.is_ok()), (Some(0), true), "{:?}", done.report);
    // Until it is told, nobody else begins.
    let second = run::run(&approved, &mut planned, &quiet).await;
    assert!(matches!(second, Err(NotBegun::Held { .. })), "{second:?}");
    drop(done);

    let (_, snapshot) = chain::latest(&records).unwrap().unwrap();
    assert_eq!((snapshot.state, &snapshot.effect), (State::Complete, &planned.effect));
    let [journal] = &records.list(RecordSort::Journal).unwrap()[..] else { panic!("one journal") };
    assert!(journal.is_of(&snapshot.run) && journal::ended(&records, journal).unwrap());
    let recovered = journal::read(&records, journal).unwrap();
    assert!(recovered.sent() >= planned.changes.len() && recovered.open().is_empty());
    assert!(!home.path().join(".consent").exists(), "nothing of it is on the disk");
}
