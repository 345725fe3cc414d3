//! Approval of exactly one effect: typed at a terminal, or given as its digest. What is approved is that it is
//! applied now, or that one's name is put to it.

use std::sync::Arc;

use crate::approval::statement::Decision;
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

/// What happens once it is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApprovalPurpose {
    Apply,
    Sign(Decision),
}

/// What somebody is asked for, and how he may have answered already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApprovalQuestion<'a> {
    pub(crate) purpose: ApprovalPurpose,
    pub(crate) digest: Option<&'a str>,
    /// The command that leads here.
    pub(crate) again: &'a str,
}

impl ApprovalPurpose {
    /// What was not done where nobody approves.
    fn nothing(self) -> &'static str {
        match self {
            Self::Apply => "nothing was changed",
            Self::Sign(_) => "nothing was signed",
        }
    }

    /// What anything but a yes does to nothing.
    fn verb(self) -> &'static str {
        match self {
            Self::Apply => "changes",
            Self::Sign(_) => "signs",
        }
    }

    /// What the plan above is.
    fn now(self) -> &'static str {
        match self {
            Self::Apply => "what would be applied now",
            Self::Sign(_) => "what would be signed now",
        }
    }
}

/// # Errors
/// When it is not approved: exit 6 without a terminal or with another digest, 8 when declined.
pub(crate) async fn obtain(
    plan: &Plan,
    asked: &ApprovalQuestion<'_>,
    global: &Global,
    env: &Arc<Env>,
    stop: &Stop,
    streams: &mut Streams<'_>,
) -> Result<ApprovedBy, Failure> {
    let ApprovalQuestion { purpose, digest, again } = *asked;
    if let Some(digest) = digest {
        return by_digest(plan, digest, asked);
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
    match ask(plan, purpose, stop, streams).await? {
        Reply::Yes => Ok(ApprovedBy::Terminal),
        Reply::Other(_) | Reply::None => {
            let title = match purpose {
                ApprovalPurpose::Apply | ApprovalPurpose::Sign(Decision::Approve) => "not approved",
                ApprovalPurpose::Sign(Decision::Reject) => "not rejected",
            };
            let title = format!("{title}, so {}", purpose.nothing());
            Err(Failure::new(Exit::Declined, "declined", title)
                .help(format!("to be asked again, run: {again}")))
        }
    }
}

/// Asks, and once more where the domain that was typed is another one: it is typed to be read, and a slip of
/// the finger says neither yes nor no.
async fn ask(
    plan: &Plan,
    purpose: ApprovalPurpose,
    stop: &Stop,
    streams: &mut Streams<'_>,
) -> Result<Reply, Failure> {
    let Question { text, word, sort } = Question::of(plan, purpose);
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
         Type it once more, anything else {} nothing: ",
        shorten(typed, 40),
        purpose.verb()
    );
    Ok(ask::word(streams.err, &again, &is_it, stop).await?)
}

fn is_no(typed: &str) -> bool {
    ["n", "no"].iter().any(|no| typed.eq_ignore_ascii_case(no))
}

fn by_digest(
    plan: &Plan,
    digest: &str,
    asked: &ApprovalQuestion<'_>,
) -> Result<ApprovedBy, Failure> {
    let ApprovalQuestion { purpose, again, digest: _ } = *asked;
    let now = purpose.now();
    if digest.trim() == plan.effect.digest {
        return Ok(ApprovedBy::Digest);
    }
    Err(Failure::new(
        Exit::NotAcceptable,
        "other_effect",
        format!("the approved digest is not the digest of {now}"),
    )
    .help(format!(
        "approved: {}{}",
        crate::model::untrusted::shown(digest.trim()),
        short(plan, digest)
    ))
    .help(format!("now:      {}", plan.effect.digest))
    .help(format!(
        "the plan above is {now}; review it, then run: {again} --approve {}",
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
    fn of(plan: &Plan, purpose: ApprovalPurpose) -> Self {
        let removes = |change: &&Change| change.verb.removes() || change.is_removal();
        let removals = plan.changes.iter().filter(removes).count();
        let tiers = plan.changes.iter().filter_map(|change| Some(change.risk.as_ref()?.tier));
        let high = tiers.max() >= Some(Tier::High);
        let name = plan.tenant.name.shown();
        let totals = OutageTotals::of(plan);
        let wide = totals.everybody + totals.others + totals.apps;
        let domain = plan.tenant.domains.first().map(|domain| domain.shown());
        let (sort, word, hint) = match domain {
            Some(domain)
                if purpose != ApprovalPurpose::Sign(Decision::Reject)
                    && (high || removals > MANY_REMOVALS || wide > MANY_REMOVALS) =>
            {
                let to = if purpose == ApprovalPurpose::Apply { "apply" } else { "approve" };
                let hint = format!(
                    "This plan gives something of high risk, or takes from many.\n\
                     Type the tenant's domain, {domain}, to {to} it: "
                );
                (QuestionSort::Domain, domain, hint)
            }
            _ => {
                let to = if purpose == ApprovalPurpose::Apply { "apply" } else { "sign" };
                let hint = format!("Type yes to {to}, anything else {} nothing: ", purpose.verb());
                (QuestionSort::Yes, "yes".to_owned(), hint)
            }
        };
        let (changes, numbers) = numbers(plan);
        let numbers = wrap(&numbers, COLUMNS).join("\n");
        let simulated = if plan.simulated { "SIMULATED " } else { "" };
        let id = plan.tenant.id;
        let what = match purpose {
            ApprovalPurpose::Apply => "Apply",
            ApprovalPurpose::Sign(Decision::Approve) => "Sign that you approve",
            ApprovalPurpose::Sign(Decision::Reject) => "Sign that you reject",
        };
        let text = format!("\n{what} {changes} to {simulated}{name} ({id})?\n{numbers}\n{hint}");
        Self { text, word, sort }
    }
}
