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
use crate::plan::outage::OutageTotals;
use crate::render::page::{COLUMNS, shorten, wrap};
use crate::render::plan::head::numbers;
use crate::store::snapshot::ApprovedBy;

/// More removals than these, or more apps that all users or the app itself are cut off from, want the domain
/// typed.
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
    match ask(plan, stop, streams).await? {
        Reply::Yes => Ok(ApprovedBy::Terminal),
        Reply::Other(_) | Reply::None => {
            Err(Failure::new(Exit::Declined, "declined", "not approved, so nothing was changed")
                .help(format!("to be asked again, run: {again}")))
        }
    }
}

/// Asks, and once more where the domain that was typed is another one: it is typed to be read, and a slip of
/// the finger says neither yes nor no.
async fn ask(plan: &Plan, stop: &Stop, streams: &mut Streams<'_>) -> Result<Reply, Failure> {
    let Question { text, word, sort } = Question::of(plan);
    if sort == QuestionSort::Yes {
        return Ok(ask::word(streams.err, &text, &|typed| typed == word, stop).await?);
    }
    let is_it = |typed: &str| typed.to_lowercase() == word.to_lowercase();
    let reply = ask::word(streams.err, &text, &is_it, stop).await?;
    let Reply::Other(typed) = &reply else { return Ok(reply) };
    if typed.is_empty() || is_no(typed) {
        return Ok(reply);
    }
    let again = format!(
        "\"{}\" is not the tenant's domain, which is {word}.\n\
         Type it once more, anything else changes nothing: ",
        shorten(typed, 40)
    );
    Ok(ask::word(streams.err, &again, &is_it, stop).await?)
}

fn is_no(typed: &str) -> bool {
    ["n", "no"].iter().any(|no| typed.eq_ignore_ascii_case(no))
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

/// What must be typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QuestionSort {
    Yes,
    Domain,
}

struct Question {
    text: String,
    /// The word that is a yes.
    word: String,
    sort: QuestionSort,
}

impl Question {
    fn of(plan: &Plan) -> Self {
        let removes = |change: &&Change| change.verb.removes() || change.is_removal();
        let removals = plan.changes.iter().filter(removes).count();
        let tiers = plan.changes.iter().filter_map(|change| Some(change.risk.as_ref()?.tier));
        let high = tiers.max() >= Some(Tier::High);
        let name = plan.tenant.name.shown();
        let totals = OutageTotals::of(plan);
        let wide = totals.everybody + totals.others + totals.apps;
        let domain = plan.tenant.domains.first().map(|domain| domain.shown());
        let (sort, word, hint) = match domain {
            Some(domain) if high || removals > MANY_REMOVALS || wide > MANY_REMOVALS => {
                let hint = format!(
                    "This plan gives something of high risk, or takes from many.\n\
                     Type the tenant's domain, {domain}, to apply it: "
                );
                (QuestionSort::Domain, domain, hint)
            }
            _ => {
                let hint = "Type yes to apply, anything else changes nothing: ".to_owned();
                (QuestionSort::Yes, "yes".to_owned(), hint)
            }
        };
        let (changes, numbers) = numbers(plan);
        let numbers = wrap(&numbers, COLUMNS).join("\n");
        let simulated = if plan.simulated { "SIMULATED " } else { "" };
        let id = plan.tenant.id;
        let text = format!("\nApply {changes} to {simulated}{name} ({id})?\n{numbers}\n{hint}");
        Self { text, word, sort }
    }
}
