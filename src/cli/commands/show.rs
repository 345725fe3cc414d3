//! `consent show`: draws a saved plan, or the result of a run, again. Asks nobody.

use std::sync::Arc;

use crate::cli::commands::plan as planned_view;
use crate::cli::input::args::{Global, ShowArgs};
use crate::cli::input::targets::Targets;
use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::reporting::Reports;
use crate::cli::process::env::Env;
use crate::cli::process::streams::Streams;
use crate::model::clock::{Clock, stamp};
use crate::model::shell::word;
use crate::operations::shown::{self, Shown};
use crate::plan::{Plan, file};
use crate::render;
use crate::render::formats::Reported;
use crate::render::page::view::View;
use crate::render::run::text::LookedAt;

/// # Errors
/// When the file holds nothing that can be shown, or it cannot be written where it should go.
pub(crate) fn run(
    args: &ShowArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let reports = Reports::asked(&args.reports, global, env)?;
    let path = [args.path.clone()];
    Targets::of(global, reports.all()).reads("PATH", &path).check()?;
    match shown::read(&args.path).map_err(failed)? {
        Shown::Plan(plan) => {
            if !global.quiet {
                writeln!(streams.err, "note: {}", age(&plan, env))?;
            }
            let next = format!("consent apply {}", word(&args.path));
            let next = (env.now() <= file::expiry(&plan)).then_some(&*next);
            planned_view::show(&plan, args.drawing, next, &reports, global, env, streams)?;
            reports.write(streams, Reported::Plan(&plan))?;
        }
        Shown::Run(report, plan) => {
            let on_stdout = reports.people_on_stdout();
            let colour = env.colour(on_stdout, global);
            let view = View { full: args.drawing.full, by_person: false, next: None, colour };
            let to: &mut dyn std::io::Write = if on_stdout { streams.out } else { streams.err };
            let (told, of) = reports.told_run(&report, &plan);
            let looked_at = LookedAt::SavedPlan;
            render::run::text::run(&told, &of, looked_at, view, to)?;
            reports.write(streams, Reported::Run(&report, &plan))?;
        }
    }
    Ok(Exit::Done)
}

/// Whether the plan can still be applied.
fn age(plan: &Plan, env: &Env) -> String {
    let (made, until) = (stamp(plan.made_at), file::expiry(plan));
    let state = match env.now() <= until {
        true => format!("good until {}", stamp(until)),
        false => format!("expired at {}: it can be read, and no longer applied", stamp(until)),
    };
    format!("the plan was made at {made} and is {state}; nothing was compared with the tenant")
}
