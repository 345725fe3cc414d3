//! One approved run: is the plan still true, snapshot, journal, changes, a last look, results.

use std::collections::BTreeMap;

use crate::apply::executor::{self, Finished, Tools};
use crate::apply::progress::Progress;
use crate::cli::approval::Approval;
use crate::cli::failed::{failed, told};
use crate::cli::failure::{Exit, Failure};
use crate::cli::outlet::Standing;
use crate::cli::progress::{Onlooker, Sight};
use crate::cli::results::Witness;
use crate::cli::session::Session;
use crate::cli::setting::Setting;
use crate::cli::stale::still_true;
use crate::cli::{Streams, patience, results, state, unfinished};
use crate::graph::auth::Claims;
use crate::graph::rights;
use crate::kinds::Scene;
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::clock::{Clock, stamp};
use crate::model::object_state::ObjectState;
use crate::model::outcome::{Line, Outcome, RunReport, Stopped};
use crate::operations::lookup::Times;
use crate::operations::{self, lookup};
use crate::plan::Plan;
use crate::plan::fresh::{self, Freshness};
use crate::store::journal::Journal;
use crate::store::lock::{self, Lock, LockError};
use crate::store::snapshot::{self, Beginning};

/// A plan that somebody approved.
pub struct Approved {
    pub plan: Plan,
    pub approval: Approval,
}

type Found = BTreeMap<Address, ObjectState>;

/// # Errors
/// When nothing was sent: the tenant changed meanwhile, or the record cannot be written.
pub async fn run(
    mut setting: Setting<'_>,
    approved: Approved,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let Approved { mut plan, approval } = approved;
    let Setting { session, env, global, .. } = setting;
    let stop = setting.stop;
    let claims = may_write(&setting, &plan).await?;
    // Held until the run is over and recorded.
    let _lock = locked(&setting)?;
    let look = patience::reading(session, global, look(session, &plan));
    let Look { scene, before, seen, fresh } =
        stop.unless(look).await.unwrap_or_else(|| Err(interrupted()))?;
    let (mut open, mut journal) = begin(&setting, &plan, approval, &claims, before)?;
    setting.snapshot = open.path().to_owned();
    let mut journal_error = None;
    let mut witness = Witness::default();
    fresh::fill_in(&mut plan.changes, &lookup::known(&scene));
    fresh.skip_taken(&mut plan.changes);
    let already = fresh.done(&plan.changes);
    let count = plan.changes.len();
    let done = {
        let sight = sight(&setting, count, streams);
        let _standing = sight.bar_itself().map(Standing::new);
        let (_, origin) = session.graph.time();
        let mut onlooker = Onlooker::new(sight, count, setting.write_quota, origin);
        let mut tell = |event: Progress<'_>| {
            witness.note(&event);
            onlooker.see(&event, env.since_start());
        };
        let tools = Tools {
            reader: &session.graph.reader(),
            writer: &session.graph.writer(),
            journal: &mut journal,
            clock: &**env,
            sleep: &|time| Box::pin(tokio::time::sleep(time)),
            stop: stop.flag(),
            progress: &mut tell,
            last_seen: &seen,
        };
        let work = stop.unless_twice(executor::run(tools, &plan.changes, &already));
        let work = patience::stopping(stop, global, work);
        let done = patience::changing(session, global, work).await;
        onlooker.close();
        done
    };
    let (report, look) = match done {
        Some(Finished { mut report, journal_error: error }) => {
            journal_error = error;
            let look = patience::reading(session, global, last_look(&setting, &plan, &mut report));
            let look = stop.unless_twice(look).await.unwrap_or_else(LastLook::left);
            (report, look)
        }
        None => (witness.abandoned(&plan), LastLook::left()),
    };
    let saved = open.finish(env.now(), &report, look.found).and(journal_error.map_or(Ok(()), Err));
    results::tell(&plan, &report, saved, look.unseen.as_deref(), &setting, streams)
}

/// Where the run is shown while it goes on.
fn sight<'a>(setting: &Setting<'_>, all: usize, streams: &'a mut Streams<'_>) -> Sight<'a> {
    match () {
        () if setting.global.quiet => Sight::Nowhere,
        () if setting.env.redraws() => Sight::bar(all),
        () => Sight::Lines(&mut *streams.err),
    }
}

/// A signal came in time.
pub fn interrupted() -> Failure {
    Failure::new(Exit::Declined, "interrupted", "interrupted before the first write")
        .help("run it again; it has only read")
}

/// # Errors
/// When another run has the lock: exit 7.
fn locked(setting: &Setting<'_>) -> Result<Lock, Failure> {
    let since = stamp(setting.env.now());
    let holder = format!("process {}, since {since}", std::process::id());
    lock::take(setting.state, &holder).map_err(|error| match error {
        LockError::Held { .. } => unfinished::locked(&error, setting.again),
        LockError::Store(error) => error.into(),
    })
}

/// What the token says about who applies.
///
/// # Errors
/// When the token itself says that it lacks a permission for one of the writes.
pub async fn may_write(setting: &Setting<'_>, plan: &Plan) -> Result<Claims, Failure> {
    let claims = setting.stop.unless(setting.session.graph.claims()).await;
    let claims = claims.ok_or_else(interrupted)?.map_err(told)?;
    let steps = plan.changes.iter().flat_map(|change| &change.steps);
    let paths = steps.map(|step| step.request.path.as_str());
    let lacking = rights::lacking(paths, &claims);
    if lacking.is_empty() {
        return Ok(claims);
    }
    let all = lacking.join(" and ");
    let what = if lacking.len() == 1 { "permission" } else { "permissions" };
    Err(Failure::new(
        Exit::NoRight,
        "missing_permission",
        format!("the token lacks the {what} {all}, which this plan needs"),
    )
    .help(format!("consent {all} of Microsoft Graph to the app that signs in, and sign in again")))
}

/// Snapshot and journal stand on the disk before anything goes out.
fn begin(
    setting: &Setting<'_>,
    plan: &Plan,
    approval: Approval,
    claims: &Claims,
    before: Found,
) -> Result<(snapshot::Open, Journal), Failure> {
    let run = uuid::Uuid::now_v7().to_string();
    let how = match approval {
        Approval::Terminal => snapshot::ApprovedBy::Terminal,
        Approval::Digest => snapshot::ApprovedBy::Digest,
        Approval::NotNeeded => snapshot::ApprovedBy::NotNeeded,
    };
    let text = |id: String| crate::model::untrusted::Untrusted::new(id);
    let beginning = Beginning {
        run: run.clone(),
        tenant: plan.tenant.clone(),
        manifest: state::names(setting.state, &plan.manifest),
        apps: plan.apps.clone(),
        effect: plan.effect.clone(),
        approval: snapshot::Approval { how, who: claims.name.clone() },
        actor: snapshot::Actor {
            app_id: claims.app.map(|id| text(id.to_string())),
            object_id: claims.object.map(|id| text(id.to_string())),
        },
        before,
    };
    let now = setting.env.now();
    let mut open = snapshot::begin(setting.state, now, beginning)?;
    let journal = Journal::create(setting.state, &run, plan.tenant.id, &plan.effect.digest, now);
    match journal {
        Ok(journal) => Ok((open, journal)),
        Err(error) => {
            // The run is over before it began. Where this cannot be written either, the next run
            // finds a snapshot without a journal, and says that nothing had been sent.
            let stopped = Stopped::Journal { because: error.to_string() };
            drop(open.finish(now, &nothing_sent(plan, stopped), None));
            Err(error.into())
        }
    }
}

fn nothing_sent(plan: &Plan, stopped: Stopped) -> RunReport {
    let line =
        |change: &Change| Line { address: change.address.clone(), outcome: Outcome::NotStarted };
    RunReport {
        lines: plan.changes.iter().map(line).collect(),
        stopped: Some(stopped),
        writes_sent: 0,
        remaining: None,
    }
}

/// What there was at the end.
struct LastLook {
    found: Option<Found>,
    /// Why nobody knows what is left to do.
    unseen: Option<String>,
}

impl LastLook {
    fn none(because: impl Into<String>) -> Self {
        Self { found: None, unseen: Some(because.into()) }
    }

    fn left() -> Self {
        Self::none("the run was left at once")
    }
}

/// What is there right before anything is sent.
struct Look {
    scene: Scene,
    before: Found,
    seen: Times,
    fresh: Freshness,
}

/// Looks behind the lock, and after whatever time the approval took.
async fn look(session: &Session, plan: &Plan) -> Result<Look, Failure> {
    let scene = lookup::scene_of(&session.graph, plan).await.map_err(failed)?;
    let (before, seen) =
        lookup::found_when(&session.graph, &scene, &plan.pairs).await.map_err(failed)?;
    let fresh = still_true(plan, &before, &scene)?;
    Ok(Look { scene, before, seen, fresh })
}

/// Reads everything again: a fresh plan must be empty, or hold exactly what failed. Of a saved plan,
/// whose manifest may be anywhere, the objects are looked at. A run that lost its sign-in cannot look;
/// its report says so by `remaining` being absent.
async fn last_look(setting: &Setting<'_>, plan: &Plan, report: &mut RunReport) -> LastLook {
    let session = setting.session;
    if matches!(report.stopped, Some(Stopped::SignIn { .. })) {
        return LastLook::none("the sign-in was refused or lost");
    }
    let mut unseen = None;
    if let Some(loaded) = setting.manifest {
        let today = setting.env.now().date();
        match operations::plan::afresh(&session.graph, loaded, today).await.map_err(failed) {
            Ok((remaining, found)) => {
                report.remaining = Some(remaining);
                return LastLook { found: Some(found), unseen: None };
            }
            // The record shall hold what is there all the same.
            Err(error) => unseen = Some(error.title().to_string()),
        }
    }
    let look = async {
        let scene = lookup::scene_of(&session.graph, plan).await.map_err(failed)?;
        let found = lookup::found(&session.graph, &scene).await.map_err(failed)?;
        if setting.manifest.is_none() {
            let known = lookup::known(&scene);
            report.remaining = Some(lookup::remaining(plan, &found, &known).map_err(failed)?);
        }
        Ok::<_, Failure>(found)
    };
    match look.await {
        Ok(found) => LastLook { found: Some(found), unseen },
        Err(error) => LastLook::none(unseen.unwrap_or_else(|| error.title().to_string())),
    }
}
