//! `consent verify`: who approved a saved plan, by the signatures beside it. Asks nobody.

use std::sync::Arc;

use crate::approval::judge::{ApprovalRules, judge};
use crate::approval::verification;
use crate::cli::input::approval_args::VerifyArgs;
use crate::cli::input::args::Global;
use crate::cli::input::targets::Targets;
use crate::cli::output::approvals as drawn;
use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::cli::process::env::Env;
use crate::cli::process::streams::Streams;
use crate::model::clock::Clock;
use crate::operations::approvals;

/// # Errors
/// When a signature is refused, somebody rejected the plan, or nobody approved it.
pub(crate) fn run(
    args: &VerifyArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let read = [args.plan.clone(), args.approvers.clone()];
    Targets::of(global, &[]).reads("PLAN", &read[..1]).reads("--approvers", &read[1..]).check()?;
    let approvers = approvals::approvers(&args.approvers);
    let approvers = approvers.map_err(|error| drawn::no_approvers(&args.approvers, error))?;
    let plan = approvals::to_verify(&args.plan).map_err(failed)?;
    let files = approvals::beside(&args.plan).map_err(stored)?;
    let used = approvals::last_use(&args.plan, &plan).map_err(stored)?;
    let (approvable, highest) = (approvals::approvable(&plan, used), approvals::highest(&plan));
    let rules = ApprovalRules::ONE;
    let (examined, enough) = judge(&approvable, &files, &approvers, &rules, highest, env.now());
    if global.json {
        verification::write(&approvable, &examined, &enough, streams.out)?;
    }
    if !global.quiet {
        let colour = env.colour(!global.json, global);
        let to: &mut dyn std::io::Write = if global.json { streams.err } else { streams.out };
        drawn::draw(&plan, &examined, colour, to)?;
    }
    drawn::verdict(&args.plan, &examined, &enough)
}
