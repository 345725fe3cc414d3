//! `consent plan`: shows what would change. Is never handed anything that can write to a tenant.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use crate::cli::args::{Global, PlanArgs};
use crate::cli::env::Env;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::{Session, stored};
use crate::cli::signals::Stop;
use crate::cli::state::{self, Past};
use crate::cli::targets::{PLANS, Targets};
use crate::cli::{Streams, clouds, manifests, patience, reporting, unfinished};
use crate::graph::quota::WRITES;
use crate::model::shell::{files, word};
use crate::operations::{self, Event};
use crate::plan::{Plan, file};
use crate::render;
use crate::render::formats::Reported;
use crate::render::history::unfinished::Above;
use crate::render::page::view::View;
use crate::store::plan_file;

/// # Errors
/// When there is no plan, or it cannot be written where it should go.
pub async fn run(
    args: &PlanArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let stop = Stop::listen();
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
    let colour = env.colour_of_errors(global);
    let reports = reporting::asked(&args.report, global);
    Targets::of(global, &reports)
        .writes("--out", args.out.as_deref(), Some(PLANS))
        .reads("-f", &args.manifest.file)
        .reads("--sandbox", &args.tenant.sandbox)
        .check()?;
    let loaded = manifests::load(&args.manifest.file, streams, colour)?;
    let again = format!("consent plan{}", files(&args.manifest.file));
    clouds::of_manifest(&loaded, &args.tenant, &again)?;
    let session = Session::open(&args.tenant, loaded.manifest.tenant.id.value, WRITES, env).await?;
    let past = Past::of(&state::of_manifest(&args.manifest.file), &loaded.summary);
    let tell = &mut |event: Event<'_>| manifests::tell(&event, streams, colour);
    let planned =
        operations::plan::make(&session.graph, &loaded, &args.app, past.snapshot(), &**env, tell);
    let planned = async { planned.await.map_err(|error| session.failed(error)) };
    let planned = patience::reading(&session, global, planned).await;
    let (next, place) = (next_line(args, &session), session.place());
    // The simulated tenant is left as it was: somebody may apply to it at this moment.
    drop(session);
    // The process ends with it: giving ten thousand changes back piece by piece would take as long as
    // drawing them.
    let plan = ManuallyDrop::new(planned?);
    if let Some(out) = &args.out {
        plan_file::write(out, &|to| file::write_to(&plan, to)).map_err(stored)?;
    }
    unfinished::tell(&past, &plan, Above::Fresh(&plan.changes), place, global, streams);
    let shown = show(
        &plan,
        args.full,
        Some(&next),
        reporting::people_on_stdout(&reports),
        global,
        env,
        streams,
    )
    .and_then(|()| reporting::write(&reports, streams, Reported::Plan(&plan)));
    let differ = args.detailed_exitcode && !plan.changes.is_empty();
    let exit = if differ { Exit::Differences } else { Exit::Done };
    match shown {
        // Whoever read enough is still told by the exit code what there was to read.
        Err(failure) if failure.is_closed_pipe() => Ok(exit),
        shown => shown.map(|()| exit),
    }
}

/// Draws the plan for people: on stdout, or on stderr when stdout is for machines.
pub(super) fn show(
    plan: &Plan,
    full: bool,
    next: Option<&str>,
    on_stdout: bool,
    global: &Global,
    env: &Env,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let colour =
        if on_stdout { env.colour_of_output(global) } else { env.colour_of_errors(global) };
    let next = next.filter(|_| !plan.changes.is_empty());
    let view = View { full, next, colour };
    let to: &mut dyn std::io::Write = if on_stdout { streams.out } else { streams.err };
    Ok(render::plan::text::plan(plan, view, to)?)
}

/// What to run next, with the same files and the same tenant.
fn next_line(args: &PlanArgs, session: &Session) -> String {
    match &args.out {
        // A part cannot be applied: the whole is planned next.
        _ if !args.app.is_empty() => {
            format!("consent plan{}{}", files(&args.manifest.file), session.flags)
        }
        Some(out) => format!("consent apply {}{}", word(out), session.flags),
        None => format!("consent apply{}{}", files(&args.manifest.file), session.flags),
    }
}
