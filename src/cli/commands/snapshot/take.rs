//! `consent snapshot take`: notes what a plan needs to know of the tenant, and changes nothing there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::input::args::{Global, TakeArgs};
use crate::cli::input::clouds;
use crate::cli::input::targets::{SNAPSHOTS, Targets};
use crate::cli::output::display::Display;
use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::cli::process::connect::Connected;
use crate::cli::process::env::Env;
use crate::cli::process::signals;
use crate::cli::process::streams::Streams;
use crate::graph::quota::WRITES;
use crate::model::clock::{Clock, minute};
use crate::model::json::write_pretty;
use crate::model::shell::{files, word};
use crate::operations::{manifest, take};
use crate::render::page::COLUMNS;
use crate::render::page::wrap;
use crate::store::place::RecordPlace;
use crate::store::report_file;
use crate::store::taken::{self, Taken};

/// # Errors
/// When the tenant could not be read, or the snapshot cannot be written.
pub(super) async fn run(
    args: &TakeArgs,
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
    args: &TakeArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    Targets::of(global, &[])
        .writes("--to", args.to.as_deref(), Some(SNAPSHOTS))
        .reads("-f", &args.manifest.file)
        .reads("--sandbox", &args.tenant.sandbox)
        .check()?;
    args.to.as_deref().map_or(Ok(()), spares_runs)?;
    let display = Display::new(global, env, streams.err);
    let loaded = manifest::load(&args.manifest.file, &display.tell()).map_err(failed)?;
    let again = format!("consent snapshot take{}", files(&args.manifest.file));
    clouds::of_manifest(&loaded, &args.tenant, &again)?;
    let tenant = loaded.manifest.tenant.id.value;
    let connected = Connected::open(&args.tenant, tenant, WRITES, env).await?;
    let clock: Arc<dyn Clock> = Arc::<Env>::clone(env);
    let reader = connected.session.graph.reader();
    let taken = take::take(reader, &loaded, &clock, &display.tell()).await;
    let taken = taken.map_err(|error| connected.failed(error))?;
    drop(connected);
    let path = keep(&taken, args, &*clock)?;
    if global.json {
        write_pretty(&taken, streams.out)?;
    } else {
        streams.out.write_all(told(&taken, &path, args).as_bytes())?;
    }
    Ok(Exit::Done)
}

/// A snapshot of a run is of the same format, and cannot be made again.
///
/// # Errors
/// When such a one would be replaced.
fn spares_runs(path: &Path) -> Result<(), Failure> {
    let held = report_file::held(path).map_err(stored)?;
    if held == report_file::Holds::Nothing {
        return Ok(());
    }
    let bytes = report_file::read_snapshot(path).map_err(stored)?;
    if taken::is_taken(&bytes) {
        return Ok(());
    }
    let title = format!("--to {} is the record of a run; it is left as it is", word(path));
    Err(Failure::new(Exit::Invalid, "not_ours", title)
        .help("--to replaces nothing but a snapshot that was taken: name another file"))
}

fn keep(taken: &Taken, args: &TakeArgs, clock: &dyn Clock) -> Result<PathBuf, Failure> {
    match &args.to {
        Some(path) => {
            report_file::write(path, &|out| write_pretty(taken, out)).map_err(stored)?;
            Ok(path.clone())
        }
        None => {
            let place = RecordPlace::of_manifest(&args.manifest.file);
            take::keep(taken, &*place.records(), clock).map_err(failed)
        }
    }
}

fn told(taken: &Taken, path: &Path, args: &TakeArgs) -> String {
    let answers = taken.answers.asked.len();
    let simulated = if taken.simulated { "SIMULATED " } else { "" };
    let mut text = format!(
        "Taken     {}: {simulated}tenant {}, {answers} answers\nSnapshot  {}\n",
        minute(taken.taken_at),
        taken.tenant,
        word(path)
    );
    for (what, why) in taken.refused() {
        let row = format!(
            "the tenant refused to show {what} ({why}); nobody plans about it by this snapshot"
        );
        for (at, row) in wrap(&row, COLUMNS - 10).iter().enumerate() {
            let lead = if at == 0 { "Not read" } else { "" };
            text.push_str(&format!("{lead:<10}{row}\n"));
        }
    }
    let files = files(&args.manifest.file);
    text.push_str(&format!("Next      consent plan{files} --offline --from {}\n", word(path)));
    text
}
