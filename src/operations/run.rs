//! One approved run: is the plan still true, snapshot, journal, changes, a last look.

use std::path::PathBuf;

use futures_util::future::join;

use crate::apply::executor::{self, Finished, Tools};
use crate::apply::progress::Progress;
use crate::graph::auth::Claims;
use crate::graph::{Graph, Reader, rights};
use crate::kinds::Scene;
use crate::model::clock::stamp;
use crate::model::directory::Directory;
use crate::model::outcome::RunReport;
use crate::operations::approved::Approved;
use crate::operations::failed::NotBegun;
use crate::operations::freshness::{no_more_than_seen, still_true};
use crate::operations::last_look::{self, LastLook, Unseen};
use crate::operations::lookup::{self, Times};
use crate::operations::stop::Stop;
use crate::operations::witness::Witness;
use crate::operations::{Event, Tell, record, watch};
use crate::plan::Plan;
use crate::plan::fresh::{self, Freshness};
use crate::store::StoreError;
use crate::store::journal::Journal;
use crate::store::lock::LockError;
use crate::store::records::HeldLock;
use crate::store::snapshot::Objects;

/// A run that is over and on record.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) report: RunReport,
    /// Where its snapshot is.
    pub(crate) record: PathBuf,
    /// Whether snapshot and journal are whole.
    pub(crate) saved: Result<(), StoreError>,
    /// Why nobody knows what is left to do.
    pub(crate) unseen: Option<Unseen>,
    /// The next run begins when this one is told.
    pub(crate) lock: Box<dyn HeldLock>,
}

/// What the token says about who applies.
///
/// # Errors
/// When the token itself says that it lacks a permission for one of the writes.
pub(crate) async fn may_write(graph: &Graph, plan: &Plan, stop: &Stop) -> Result<Claims, NotBegun> {
    let claims = stop.unless(graph.claims()).await.ok_or(NotBegun::Interrupted)??;
    let steps = plan.changes.iter().flat_map(|change| &change.steps);
    let lacking = rights::lacking(steps.map(|step| step.request.path.as_str()), &claims);
    if lacking.is_empty() { Ok(claims) } else { Err(NotBegun::Lacking(lacking)) }
}

/// # Errors
/// When nothing was sent: the tenant changed meanwhile, or the record cannot be written.
pub(crate) async fn run(
    run: &Approved<'_>,
    plan: &mut Plan,
    tell: &Tell<'_>,
) -> Result<Done, NotBegun> {
    let Approved { session, stop, clock, .. } = *run;
    let graph = &session.graph;
    let claims = may_write(graph, plan, stop).await?;
    let lock = locked(run)?;
    let reader = &graph.reader();
    let look = stop.unless(watch::reading(reader, tell, look(reader, plan))).await;
    let FirstLook { scene, before, seen, now } = look.ok_or(NotBegun::Interrupted)??;
    let (mut open, mut journal) = record::begin(run, plan, &claims, before)?;
    fresh::fill_in(&mut plan.changes, &lookup::known(&scene));
    now.skip_taken(&mut plan.changes);
    let (done, witness) = carry_out(run, plan, &now, &seen, &mut journal, tell).await;
    let (report, look, journal_error) = match done {
        Some(Finished { mut report, journal_error }) => {
            let today = clock.now().date();
            let look = last_look::look(reader, plan, run.manifest, today, &mut report);
            let look = stop.unless_twice(watch::reading(reader, tell, look)).await;
            (report, look.unwrap_or_else(|| LastLook::none(Unseen::Left)), journal_error)
        }
        None => (witness.abandoned(plan), LastLook::none(Unseen::Left), None),
    };
    let saved = open.finish(clock.now(), &report, look.found);
    let saved = saved.and(journal_error.map_or(Ok(()), Err));
    Ok(Done { report, record: run.records.path(open.name()), saved, unseen: look.unseen, lock })
}

/// Makes the changes. Nothing comes back of a run that was left at once but what was seen of it.
async fn carry_out(
    run: &Approved<'_>,
    plan: &Plan,
    now: &Freshness,
    seen: &Times,
    journal: &mut Journal,
    tell: &Tell<'_>,
) -> (Option<Finished>, Witness) {
    let Approved { session, stop, clock, .. } = *run;
    let already = now.done(&plan.changes);
    let mut witness = Witness::default();
    let mut progress = |event: Progress<'_>| {
        witness.note(&event);
        tell(Event::Progress(&event, clock.since_start()));
    };
    let reader = &session.graph.reader();
    let tools = Tools {
        reader,
        writer: &session.graph.writer(),
        journal,
        clock,
        sleep: &|time| Box::pin(tokio::time::sleep(time)),
        stop: stop.flag(),
        progress: &mut progress,
        last_seen: seen,
    };
    let work = stop.unless_twice(executor::run(tools, &plan.changes, &already));
    let done = watch::changing(reader, plan.changes.len(), stop, tell, work).await;
    (done, witness)
}

/// # Errors
/// When another run has the lock.
fn locked(run: &Approved<'_>) -> Result<Box<dyn HeldLock>, NotBegun> {
    let since = stamp(run.clock.now());
    let holder = format!("process {}, since {since}", std::process::id());
    run.records.lock(&holder).map_err(|error| match error {
        LockError::Held { by } => NotBegun::Held { by },
        LockError::Store(error) => error.into(),
    })
}

/// What is there right before anything is sent.
struct FirstLook {
    scene: Scene,
    before: Objects,
    seen: Times,
    now: Freshness,
}

/// Looks behind the lock, and after whatever time the approval took.
async fn look(reader: &Reader, plan: &Plan) -> Result<FirstLook, NotBegun> {
    let mut scene = lookup::scene_of(reader, plan).await?;
    // What publishes the permissions is told by its app id; nothing that is read waits for that.
    let mut resources = lookup::resources(&plan.pairs)?;
    resources.retain(|id| scene.directory.by_object_id(*id).is_none());
    let mut added = Directory::default();
    let looked_up = lookup::add_by_id(reader, resources, &mut added);
    let (looked_up, pages) = join(looked_up, lookup::pages(reader, &scene)).await;
    let pages = looked_up.and(pages)?;
    scene.directory.service_principals.extend(added.service_principals);
    let (before, seen) = lookup::found_when(&pages, &scene, &plan.pairs)?;
    let now = still_true(plan, &before, &scene)?;
    no_more_than_seen(plan, &now, &pages, &scene)?;
    Ok(FirstLook { scene, before, seen, now })
}
