//! `consent apply`: makes exactly the approved changes, and records them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::commands::plan as planned_view;
use crate::cli::input::approval::{ApprovalPurpose, ApprovalQuestion};
use crate::cli::input::args::{ApplyArgs, Global};
use crate::cli::input::targets::Targets;
use crate::cli::input::{approval, clouds};
use crate::cli::output::display::Display;
use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::cli::output::not_begun::{interrupted, not_begun};
use crate::cli::output::reporting::Reports;
use crate::cli::output::{rails, results, unfinished};
use crate::cli::process::connect::Connected;
use crate::cli::process::env::Env;
use crate::cli::process::signals;
use crate::cli::process::streams::Streams;
use crate::model::clock::Clock;
use crate::model::outcome::RunReport;
use crate::model::shell::{files, part, word};
use crate::operations::approved::Approved;
use crate::operations::history::{self, Past};
use crate::operations::manifest::{self, Loaded};
use crate::operations::stop::Stop;
use crate::operations::{self, last_day, saved_plan};
use crate::plan::Plan;
use crate::render::formats::Reported;
use crate::render::history::unfinished::Above;
use crate::render::run::text::LookedAt;
use crate::store::place::RecordPlace;
use crate::store::snapshot::ApprovedBy;

/// What was typed, and what surrounds it.
struct Invocation<'a> {
    args: &'a ApplyArgs,
    reports: Reports<'a>,
    global: &'a Global,
    env: &'a Arc<Env>,
    stop: Stop,
}

/// What is applied, and where its record goes.
struct Task {
    connected: Connected,
    /// What the plan was made of, unless it was saved.
    loaded: Option<Loaded>,
    plan: Plan,
    place: RecordPlace,
    past: Past,
    /// The command that leads here again.
    again: String,
}

/// # Errors
/// When nothing was sent; the failure says why.
pub(crate) async fn run(
    args: &ApplyArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let stop = signals::listen();
    let reports = Reports::asked(&args.reports, global, env)?;
    let call = Invocation { args, reports, global, env, stop };
    let manifest = args.manifest.file.iter().filter(|_| args.plan.is_none());
    Targets::of(global, call.reports.all())
        .reads("-f", manifest)
        .reads("PLAN", &args.plan)
        .reads("--sandbox", &args.tenant.sandbox)
        .check()?;
    let prepare = async {
        match &args.plan {
            Some(path) => prepare_saved(&call, path, streams).await,
            None => prepare_live(&call, streams).await,
        }
    };
    let task = call.stop.unless(prepare).await.unwrap_or_else(|| Err(interrupted()));
    let mut task = call.reports.mistaken(task, streams)?;
    let outcome = approve_and_run(&call, &mut task, streams).await;
    // Whatever happened, the simulated tenant remembers it.
    results::kept(outcome, task.connected.close().await, streams)
}

/// A saved plan is read, and proven by the tenant.
async fn prepare_saved(
    call: &Invocation<'_>,
    path: &Path,
    streams: &mut Streams<'_>,
) -> Result<Task, Failure> {
    let Invocation { args, reports, global, env, .. } = call;
    let mut plan = saved_plan::read(path, env.now()).map_err(failed)?;
    same_part(path, &plan, &args.app)?;
    let made_of: Vec<PathBuf> =
        plan.manifest.files.iter().map(|file| PathBuf::from(&file.path)).collect();
    Targets::of(global, reports.all()).reads("the plan's manifest", &made_of).check()?;
    clouds::of_plan(path, &plan, &args.tenant)?;
    let connected = Connected::open(&args.tenant, plan.tenant.id, args.write_quota, env).await?;
    let again = format!("consent apply {}{}", word(path), connected.flags);
    let place = history::of_plan(path, &plan.manifest);
    own_folders(&connected, &place)?;
    if let Some(note) = unfinished::of_another_manifest(&plan, &place) {
        // Nobody reading it is no reason to stop.
        drop(writeln!(streams.err, "note: {note}"));
    }
    let past = Past::of(&place, &plan.manifest);
    unfinished::refuse_under_way(&past, &*place.records(), &again)?;
    let (display, today) = (Display::new(global, env, streams.err), env.now().date());
    let proven = saved_plan::prove(&connected.session, &mut plan, today, &display.tell()).await;
    proven.map_err(|error| connected.failed(error))?;
    let is_here = history::is_here(&plan.manifest);
    last_day::judge(&mut plan, &place, is_here, env.now());
    unfinished::tell(&past, &plan, Above::Saved, connected.place(), global, streams);
    Ok(Task { connected, loaded: None, plan, place, past, again })
}

/// Whoever names a part means that nothing else is applied.
///
/// # Errors
/// When the plan is about more, or about less.
fn same_part(path: &Path, plan: &Plan, named: &[String]) -> Result<(), Failure> {
    let named: BTreeSet<&String> = named.iter().collect();
    if named.is_empty() || named.iter().copied().eq(plan.extent.only()) {
        return Ok(());
    }
    let about = match plan.extent.only() {
        [] => "the whole manifest".to_owned(),
        labels => labels.join(", "),
    };
    let title = format!("the plan {} is about {about}, and --app names another part", word(path));
    Err(Failure::new(Exit::NotAcceptable, "another_part", title)
        .help("leave --app out, or plan that part: consent plan --app LABEL --out FILE"))
}

/// The manifest is planned now.
async fn prepare_live(call: &Invocation<'_>, streams: &mut Streams<'_>) -> Result<Task, Failure> {
    let Invocation { args, global, env, .. } = call;
    let display = Display::new(global, env, streams.err).people(args.reports.people);
    let made = make(call, &display).await;
    drop(display);
    let task = made?;
    let Task { connected, plan, past, .. } = &task;
    let above = Above::Fresh(&plan.changes);
    unfinished::tell(past, plan, above, connected.place(), global, streams);
    Ok(task)
}

async fn make(call: &Invocation<'_>, display: &Display<'_>) -> Result<Task, Failure> {
    let Invocation { args, reports, env, .. } = call;
    let told = display.tell();
    let tell = reports.hearing(&told);
    let loaded = manifest::load(&args.manifest.file, &tell).map_err(failed)?;
    let id = loaded.manifest.tenant.id.value;
    let files = files(&args.manifest.file);
    clouds::of_manifest(&loaded, &args.tenant, &format!("consent apply{files}"))?;
    let connected = Connected::open(&args.tenant, id, args.write_quota, env).await?;
    let place = RecordPlace::of_manifest(&args.manifest.file);
    let again = format!("consent apply{files}{}{}", part(&args.app), connected.flags);
    own_folders(&connected, &place)?;
    let past = Past::of(&place, &loaded.summary);
    unfinished::refuse_under_way(&past, &*place.records(), &again)?;
    let (reader, last) = (&connected.session.graph.reader(), past.snapshot());
    let plan = operations::plan::make(reader, &loaded, &args.app, last, &***env, &tell).await;
    let mut plan = plan.map_err(|error| connected.failed(error))?;
    last_day::judge(&mut plan, &place, true, env.now());
    Ok(Task { connected, loaded: Some(loaded), plan, place, past, again })
}

/// Nobody approves what could not be put on record.
///
/// # Errors
/// When a folder that the run writes to is somebody else's, or others may write to it.
fn own_folders(connected: &Connected, place: &RecordPlace) -> Result<(), Failure> {
    place.records().check().map_err(stored)?;
    connected.session.can_keep().map_err(failed)
}

/// Nothing is written before this has an approval in hand.
async fn approve_and_run(
    call: &Invocation<'_>,
    task: &mut Task,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let Invocation { args, reports, global, env, stop } = call;
    let Task { connected, plan, past, again, .. } = &*task;
    let shown = planned_view::show(plan, args.drawing, None, reports, global, env, streams);
    if plan.changes.is_empty() {
        read_or_not(shown)?;
        if past.needs_record(plan) {
            return carry_out(call, task, ApprovedBy::NotNeeded, streams).await;
        }
        let nothing =
            RunReport { lines: Vec::new(), stopped: None, writes_sent: 0, remaining: Some(0) };
        let written = reports.write(streams, Reported::Run(&nothing, plan));
        read_or_not(written)?;
        return Ok(Exit::Done);
    }
    shown?;
    rails::stop(plan)?;
    // Before anybody approves in vain; whoever takes long to approve is looked at again.
    let may_write = operations::run::may_write(&connected.session.graph, plan, stop).await;
    may_write.map_err(|error| not_begun(error, plan, again))?;
    let digest = args.approve.as_deref();
    let asked = ApprovalQuestion { purpose: ApprovalPurpose::Apply, digest, again };
    let approval = approval::obtain(plan, &asked, global, env, stop, streams).await?;
    carry_out(call, task, approval, streams).await
}

async fn carry_out(
    call: &Invocation<'_>,
    task: &mut Task,
    approval: ApprovedBy,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let Invocation { args, reports, global, env, stop } = call;
    let Task { connected, loaded, plan, place, again, .. } = task;
    let records = place.records();
    let approved = Approved {
        session: &connected.session,
        manifest: loaded.as_ref(),
        records: &*records,
        home: place.home(),
        approval,
        clock: &***env,
        stop,
    };
    reports.begin(plan)?;
    let done = {
        let display = Display::new(global, env, streams.err).write_quota(args.write_quota);
        let told = display.tell();
        operations::run::run(&approved, plan, &reports.watching(&told)).await
    };
    let done = done.map_err(|error| not_begun(error, plan, again))?;
    let looked_at = if loaded.is_some() { LookedAt::FreshPlan } else { LookedAt::SavedPlan };
    let colour = env.colour(reports.people_on_stdout(), global);
    results::tell(plan, done, looked_at, again, reports, colour, streams)
}

/// Where nothing is to be done, nothing is kept from a reader who has gone.
fn read_or_not(written: Result<(), Failure>) -> Result<(), Failure> {
    written.or_else(|failure| if failure.is_closed_pipe() { Ok(()) } else { Err(failure) })
}
