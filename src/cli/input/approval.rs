//! Approval of exactly one effect: typed at a terminal, or given as its digest.

use std::sync::Arc;

use crate::cli::input::args::Global;
use crate::cli::input::ask::{self, Reply};
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::process::env::Env;
use crate::cli::process::streams::Streams;
use crate::model::change::Change;
use crate::model::risk::Tier;
use crate::operations::stop::Stop;
use crate::plan::Plan;
use crate::render::plan::text::numbers;
use crate::store::snapshot::ApprovedBy;

/// More removals than these want the domain typed.
const MANY_REMOVALS: usize = 10;

/// # Errors
/// When it is not approved: exit 6 without a terminal or with another digest, 8 when declined.
pub(crate) async fn obtain(
    plan: &Plan,
    digest: Option<&str>,
    again: &str,
    global: &Global,
    env: &Arc<Env>,
    stop: &Stop,
    streams: &mut Streams<'_>,
) -> Result<ApprovedBy, Failure> {
    if let Some(digest) = digest {
        return by_digest(plan, digest, again);
    }
    if !env.can_ask(global) {
        return Err(Failure::new(
            Exit::NotAcceptable,
            "not_approved",
            "nobody can be asked here, and no digest was given",
        )
        .help(format!(
            "review the plan above, then run: {again} --approve {}",
            plan.effect.digest
        )));
    }
    let (question, wanted) = question(plan);
    match ask::word(streams.err, &question, &wanted, stop).await? {
        Reply::Yes => Ok(ApprovedBy::Terminal),
        Reply::Other(_) | Reply::None => {
            Err(Failure::new(Exit::Declined, "declined", "not approved, so nothing was changed")
                .help(format!("to be asked again, run: {again}")))
        }
    }
}

fn by_digest(plan: &Plan, digest: &str, again: &str) -> Result<ApprovedBy, Failure> {
    if digest.trim() == plan.effect.digest {
        return Ok(ApprovedBy::Digest);
    }
    Err(Failure::new(
        Exit::NotAcceptable,
        "other_effect",
        "the approved digest is not the digest of what would be applied now",
    )
    .help(format!(
        "approved: {}{}",
        crate::model::untrusted::shown(digest.trim()),
        short(plan, digest)
    ))
    .help(format!("now:      {}", plan.effect.digest))
    .help(format!(
        "the plan above is what would be applied now; review it, then run: {again} --approve {}",
        plan.effect.digest
    )))
}

/// A plan draws its digest shortened; copied like that it approves nothing.
fn short(plan: &Plan, digest: &str) -> &'static str {
    let digest = digest.trim();
    if digest.contains("...") || !digest.is_empty() && plan.effect.digest.starts_with(digest) {
        " (shortened; `consent plan --full` and --json show all of it)"
    } else {
        ""
    }
}

/// The question, and the word that is a yes.
fn question(plan: &Plan) -> (String, String) {
    let removes = |change: &&Change| change.verb.removes() || change.is_removal();
    let removals = plan.changes.iter().filter(removes).count();
    let high = plan
        .changes
        .iter()
        .any(|change| change.risk.as_ref().is_some_and(|risk| risk.tier >= Tier::High));
    let name = plan.tenant.name.shown();
    let domain = plan.tenant.domains.first().map(|domain| domain.shown());
    let (wanted, hint) = match domain {
        Some(domain) if high || removals > MANY_REMOVALS => {
            let hint = format!(
                "This plan has a change of high risk or many removals.\nType the tenant's domain, {domain}, to apply it: "
            );
            (domain, hint)
        }
        _ => ("yes".to_owned(), "Type yes to apply, anything else changes nothing: ".to_owned()),
    };
    let (changes, sides) = numbers(plan);
    let question = format!("\nApply {changes} to {name} ({})?\n{sides}\n{hint}", plan.tenant.id);
    (question, wanted)
}
