//! `consent apply`: makes exactly the approved changes, and records them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::approval::{self, Approval};
use crate::cli::args::{ApplyArgs, Global, Report};
use crate::cli::commands::plan as planned_view;
use crate::cli::env::Env;
use crate::cli::failed::failed;
use crate::cli::failure::{Exit, Failure};
use crate::cli::run::{self, Approved};
use crate::cli::session::{Session, stored};
use crate::cli::setting::Setting;
use crate::cli::signals::Stop;
use crate::cli::state::{self, Past};
use crate::cli::targets::Targets;
use crate::cli::{
    Streams, clouds, manifests, patience, rails, reporting, results, saved, unfinished,
};
use crate::model::clock::Clock;
use crate::model::outcome::RunReport;
use crate::model::shell::{files, word};
use crate::operations::manifest::Loaded;
use crate::operations::{self, Event};
use crate::plan::Plan;
use crate::render::formats::Reported;
use crate::render::history::unfinished::Above;
use crate::store::private;

/// What is applied, and where its record goes.
struct Task {
    session: Session,
    /// What the plan was made of, unless it was saved.
    loaded: Option<Loaded>,
    plan: Plan,
    /// `.consent` beside the manifest or the plan file.
    state: PathBuf,
    past: Past,
    /// The command that leads here again.
    again: String,
}

/// # Errors
/// When nothing was sent; the failure says why.
pub async fn run(
    args: &ApplyArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let stop = Stop::listen();
    let reports = reporting::asked(&args.report, global);
    let manifest = args.manifest.file.iter().filter(|_| args.plan.is_none());
    Targets::of(global, &reports)
        .reads("-f", manifest)
        .reads("PLAN", &args.plan)
        .reads("--sandbox", &args.tenant.sandbox)
        .check()?;
    let prepare = prepare(args, &reports, global, env, streams);
    let task = stop.unless(prepare).await.unwrap_or_else(|| Err(run::interrupted()))?;
    let Task { session, loaded, plan, state, past, again } = task;
    let setting = Setting {
        session: &session,
        manifest: loaded.as_ref(),
        state: &state,
        again: &again,
        reports: &reports,
        global,
        env,
        stop: &stop,
        write_quota: args.write_quota,
        snapshot: PathBuf::new(),
    };
    let outcome = approve_and_run(args, setting, plan, &past, streams).await;
    // Whatever happened, the simulated tenant remembers it.
    results::kept(outcome, session.close().await, streams)
}

async fn prepare(
    args: &ApplyArgs,
    reports: &[Report],
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Task, Failure> {
    let colour = env.colour_of_errors(global);
    match &args.plan {
        Some(path) => {
            let mut plan = saved::read(path, env)?;
            let made_of: Vec<PathBuf> =
                plan.manifest.files.iter().map(|file| PathBuf::from(&file.path)).collect();
            Targets::of(global, reports).reads("the plan's manifest", &made_of).check()?;
            clouds::of_plan(path, &plan, &args.tenant)?;
            let id = plan.tenant.id;
            let session = Session::open(&args.tenant, id, args.write_quota, env).await?;
            let again = format!("consent apply {}{}", word(path), session.flags);
            let state = state::of_plan(path, &plan.manifest);
            own_folders(&session, &state)?;
            if let Some(note) = state::of_another_manifest(path, &plan.manifest) {
                // Nobody reading it is no reason to stop.
                drop(writeln!(streams.err, "note: {note}"));
            }
            let past = Past::of(&state, &plan.manifest);
            unfinished::refuse_under_way(&past, &state, &again)?;
            let look = async {
                let scene = saved::prove(&session, &mut plan, env.now().date()).await?;
                plan.identity_checks =
                    operations::rails::of_identity(&session.graph, &plan, &scene, None)
                        .await
                        .map_err(failed)?;
                Ok::<(), Failure>(())
            };
            patience::reading(&session, global, look).await?;
            unfinished::tell(&past, &plan, Above::Saved, session.place(), global, streams);
            Ok(Task { session, loaded: None, plan, state, past, again })
        }
        None => {
            let loaded = manifests::load(&args.manifest.file, streams, colour)?;
            let id = loaded.manifest.tenant.id.value;
            let files = files(&args.manifest.file);
            clouds::of_manifest(&loaded, &args.tenant, &format!("consent apply{files}"))?;
            let session = Session::open(&args.tenant, id, args.write_quota, env).await?;
            let state = state::of_manifest(&args.manifest.file);
            let again = format!("consent apply{files}{}", session.flags);
            own_folders(&session, &state)?;
            let past = Past::of(&state, &loaded.summary);
            unfinished::refuse_under_way(&past, &state, &again)?;
            let tell = &mut |event: Event<'_>| manifests::tell(&event, streams, colour);
            let plan =
                operations::plan::make(&session.graph, &loaded, &[], past.snapshot(), &**env, tell);
            let plan = async { plan.await.map_err(|error| session.failed(error)) };
            let plan = patience::reading(&session, global, plan).await?;
            let above = Above::Fresh(&plan.changes);
            unfinished::tell(&past, &plan, above, session.place(), global, streams);
            Ok(Task { session, loaded: Some(loaded), plan, state, past, again })
        }
    }
}

/// Nobody approves what could not be put on record.
///
/// # Errors
/// When a folder that the run writes to is somebody else's, or others may write to it.
fn own_folders(session: &Session, state: &Path) -> Result<(), Failure> {
    private::check_all(state)?;
    session.can_keep()
}

/// Nothing is written before this has an approval in hand.
async fn approve_and_run(
    args: &ApplyArgs,
    setting: Setting<'_>,
    plan: Plan,
    past: &Past,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let Setting { again, reports, global, env, stop, .. } = setting;
    let on_stdout = reporting::people_on_stdout(reports);
    let shown = planned_view::show(&plan, args.full, None, on_stdout, global, env, streams);
    if plan.changes.is_empty() {
        read_or_not(shown)?;
        if unfinished::needs_record(past, &plan) {
            let approval = Approval::NotNeeded;
            return run::run(setting, Approved { plan, approval }, streams).await;
        }
        let nothing =
            RunReport { lines: Vec::new(), stopped: None, writes_sent: 0, remaining: Some(0) };
        let written = reporting::write(reports, streams, Reported::Run(&nothing, &plan.changes));
        read_or_not(written)?;
        return Ok(Exit::Done);
    }
    shown?;
    rails::stop(&plan)?;
    // Before anybody approves in vain; whoever takes long to approve is looked at again.
    run::may_write(&setting, &plan).await?;
    let approval =
        approval::obtain(&plan, args.approve.as_deref(), again, global, env, stop, streams).await?;
    run::run(setting, Approved { plan, approval }, streams).await
}

/// Where nothing is to be done, nothing is kept from a reader who has gone.
fn read_or_not(written: Result<(), Failure>) -> Result<(), Failure> {
    written.or_else(|failure| if failure.is_closed_pipe() { Ok(()) } else { Err(failure) })
}

impl From<crate::store::error::StoreError> for Failure {
    fn from(error: crate::store::error::StoreError) -> Self {
        stored(error)
    }
}
