//! `consent plan`: shows what would change. Is never handed anything that can write to a tenant.

use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;

use crate::cli::input::args::{Global, PlanArgs};
use crate::cli::input::drawing::{DrawingArgs, DrawnBy};
use crate::cli::input::targets::{PLANS, Targets};
use crate::cli::input::{clouds, offline};
use crate::cli::output::display::Display;
use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::cli::output::reporting::Reports;
use crate::cli::output::unfinished;
use crate::cli::process::connect::Connected;
use crate::cli::process::env::Env;
use crate::cli::process::signals;
use crate::cli::process::streams::Streams;
use crate::graph::quota::WRITES;
use crate::model::clock::Clock;
use crate::model::shell::{files, part, word};
use crate::operations::history::Past;
use crate::operations::manifest::{self, Loaded};
use crate::operations::{self, Tell, last_day, plan};
use crate::plan::readiness::Readiness;
use crate::plan::{Plan, file};
use crate::render;
use crate::render::formats::Reported;
use crate::render::history::unfinished::{Above, Where};
use crate::render::page::view::View;
use crate::store::place::RecordPlace;
use crate::store::plan_file;

/// # Errors
/// When there is no plan, or it cannot be written where it should go.
pub(crate) async fn run(
    args: &PlanArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let stop = signals::listen();
    let work = work(args, global, env, streams);
    stop.unless(work).await.unwrap_or_else(|| {
        Err(Failure::new(Exit::Declined, "interrupted", "interrupted while reading")
            .help("run it again; it has only read"))
    })
}

async fn work(
    args: &PlanArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let snapshot = offline::snapshot(args)?;
    let reports = Reports::asked(&args.reports, global, env)?;
    Targets::of(global, reports.all())
        .writes("--out", args.out.as_deref(), Some(PLANS))
        .reads("-f", &args.manifest.file)
        .reads("--sandbox", &args.tenant.sandbox)
        .reads("--from", &args.from)
        .check()?;
    let planned = planned(args, snapshot, &reports, global, env, streams).await;
    let planned = reports.mistaken(planned, streams)?;
    told(args, planned, &reports, global, env, streams)
}

/// A plan, and what belongs to it.
struct Planned {
    /// The process ends with it: giving ten thousand changes back piece by piece would take as long as
    /// drawing them.
    plan: ManuallyDrop<Plan>,
    past: Past,
    /// What to run next, where anything can be.
    next: Option<String>,
    place: Where,
}

async fn planned(
    args: &PlanArgs,
    snapshot: Option<&Path>,
    reports: &Reports<'_>,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Planned, Failure> {
    let display = Display::new(global, env, streams.err).people(args.reports.people);
    let tell = display.tell();
    let tell = reports.hearing(&tell);
    let loaded = manifest::load(&args.manifest.file, &tell).map_err(failed)?;
    let again = format!("consent plan{}", files(&args.manifest.file));
    clouds::of_manifest(&loaded, &args.tenant, &again)?;
    let records = RecordPlace::of_manifest(&args.manifest.file);
    let past = Past::of(&records, &loaded.summary);
    let tell: &Tell<'_> = &tell;
    let fresh = match snapshot {
        Some(path) => of_snapshot(path, args, &loaded, &past, env, tell).await?,
        None => of_tenant(args, &loaded, &past, env, tell).await?,
    };
    let FreshPlan { mut plan, next, place } = fresh;
    last_day::judge(&mut plan, &records, true, env.now());
    Ok(Planned { plan: ManuallyDrop::new(plan), past, next, place })
}

/// Saves and draws it.
fn told(
    args: &PlanArgs,
    planned: Planned,
    reports: &Reports<'_>,
    global: &Global,
    env: &Env,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let Planned { plan, past, next, place } = planned;
    if let Some(out) = &args.out {
        plan_file::write(out, &|to| file::write_to(&plan, to)).map_err(stored)?;
    }
    unfinished::tell(&past, &plan, Above::Fresh(&plan.changes), place, global, streams);
    let shown = show(&plan, args.drawing, next.as_deref(), reports, global, env, streams)
        .and_then(|()| reports.write(streams, Reported::Plan(&plan)));
    let exit = if args.detailed_exitcode { detailed(&plan) } else { Exit::Done };
    match shown {
        // Whoever read enough is still told by the exit code what there was to read.
        Err(failure) if failure.is_closed_pipe() => Ok(exit),
        shown => shown.map(|()| exit),
    }
}

/// A plan, and what there is to say around it.
struct FreshPlan {
    plan: Plan,
    /// What to run next, where anything can be.
    next: Option<String>,
    place: Where,
}

/// Asks the tenant.
async fn of_tenant(
    args: &PlanArgs,
    loaded: &Loaded,
    past: &Past,
    env: &Arc<Env>,
    tell: &Tell<'_>,
) -> Result<FreshPlan, Failure> {
    let tenant = loaded.manifest.tenant.id.value;
    let connected = Connected::open(&args.tenant, tenant, WRITES, env).await?;
    let (reader, last) = (connected.session.graph.reader(), past.snapshot());
    let plan = plan::make(&reader, loaded, &args.app, last, &**env, tell).await;
    let plan = plan.map_err(|error| connected.failed(error))?;
    // The simulated tenant is left as it was: somebody may apply to it at this moment.
    Ok(FreshPlan { plan, next: Some(next_line(args, &connected)), place: connected.place() })
}

/// Asks a snapshot, and nobody else.
async fn of_snapshot(
    path: &Path,
    args: &PlanArgs,
    loaded: &Loaded,
    past: &Past,
    env: &Arc<Env>,
    tell: &Tell<'_>,
) -> Result<FreshPlan, Failure> {
    let clock: Arc<dyn Clock> = Arc::<Env>::clone(env);
    let reader = operations::offline::open(path, loaded, &clock).map_err(failed)?;
    let last = past.snapshot();
    let plan = plan::make(&reader, loaded, &args.app, last, &**env, tell).await;
    Ok(FreshPlan { plan: plan.map_err(failed)?, next: None, place: Where::Tenant })
}

/// What the plan says to whoever asks for it.
fn detailed(plan: &Plan) -> Exit {
    match Readiness::of(plan) {
        Readiness::NoChanges => Exit::Done,
        Readiness::Ready | Readiness::ToReview => Exit::Differences,
        Readiness::Blocked => Exit::Rail,
    }
}

/// Draws the plan for people: on stdout, or on stderr when stdout is for machines.
pub(super) fn show(
    plan: &Plan,
    drawing: DrawingArgs,
    next: Option<&str>,
    reports: &Reports<'_>,
    global: &Global,
    env: &Env,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let on_stdout = reports.people_on_stdout();
    let colour = env.colour(on_stdout, global);
    let next = next.filter(|_| !plan.changes.is_empty());
    let DrawingArgs { full, by } = drawing;
    let view = View { full, by_person: by == DrawnBy::Person, next, colour };
    let to: &mut dyn std::io::Write = if on_stdout { streams.out } else { streams.err };
    Ok(render::plan::text::plan(&reports.told(plan), view, to)?)
}

/// What to run next, with the same files and the same tenant.
fn next_line(args: &PlanArgs, connected: &Connected) -> String {
    match &args.out {
        Some(out) => format!("consent apply {}{}", word(out), connected.flags),
        None => {
            let (files, part) = (files(&args.manifest.file), part(&args.app));
            format!("consent apply{files}{part}{}", connected.flags)
        }
    }
}
