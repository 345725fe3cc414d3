//! What could not be done, for people: a sentence, an exit code, and what to do.

use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::{named, stored};
use crate::cli::output::{offline, saved};
use crate::graph::error::GraphError;
use crate::model::finding::{Findings, MOST_ERRORS, Severity, TOO_MANY};
use crate::model::untrusted::shown;
use crate::operations::Failed;

/// Nothing was written.
pub(crate) fn failed(error: Failed) -> Failure {
    match error {
        Failed::Graph(error) => told(error),
        Failed::Odd(_) => {
            Failure::new(Exit::Unexpected, "incomplete_read", format!("failed to {error}"))
                .help("nothing is decided on an answer that is not understood; run again with -v")
        }
        Failed::Unreadable(_) => {
            Failure::new(Exit::Unexpected, "state_unreadable", format!("failed to {error}"))
        }
        Failed::NoSuchDomain { tenant, domain } => Failure::new(
            Exit::NotAcceptable,
            "wrong_tenant",
            format!("the tenant {tenant} has no domain {}", shown(&domain)),
        )
        .help("write the domain in [tenant] as the portal shows it, or remove it"),
        Failed::UnknownApp { label, help } => {
            let title = format!("no app is declared as \"{}\"", shown(&label));
            Failure::new(Exit::Invalid, "unknown_app", title).help(help)
        }
        Failed::Mistakes(findings) => mistakes(&findings),
        Failed::NoLongerFits => {
            Failure::drawn(Exit::Invalid, "the manifest no longer fits the tenant")
        }
        Failed::Store(error) => stored(error),
        Failed::PlanFile { path, problem } => saved::unusable(&path, problem),
        Failed::NotShown { .. } => {
            Failure::new(Exit::Invalid, "not_shown", format!("failed to {error}")).help(
                "name a plan saved with `consent plan --out`, or a run's record in \
                 .consent/snapshots",
            )
        }
        Failed::NoResult { .. } => {
            Failure::new(Exit::Invalid, "no_result", format!("failed to {error}"))
                .help("the next `consent apply` finds out by reading what happened, and finishes")
        }
        Failed::Snapshot { path, problem } => offline::unusable(&path, &problem),
        Failed::TooMuch { .. } => {
            Failure::new(Exit::Unexpected, "snapshot_too_long", format!("failed to {error}"))
                .help("take one of fewer apps: name fewer files with -f")
        }
        Failed::Held { by } => locked(&by),
        Failed::NoLongerLifted { until } => saved::no_longer_lifted(&until),
        Failed::Misfit(problem) => saved::misfit(&problem),
        Failed::NoSeed(error) => named(error, SEED.to_owned()),
        Failed::Seed { told, is_manifest } => Failure::new(Exit::Invalid, "seed_invalid", told)
            .help(match is_manifest {
                true => {
                    "this is a manifest, which is named with -f; a seed holds a simulated tenant"
                }
                false => "see examples/outlook-tasks/tenant.toml for the form of a seed",
            }),
        Failed::Sandbox(_) | Failed::Address(_) => {
            Failure::new(Exit::Unexpected, "sandbox", format!("failed to {error}"))
        }
    }
}

/// Somebody else has the lock.
fn locked(by: &str) -> Failure {
    Failure::new(Exit::Locked, "locked", format!("another run is under way: {by}"))
        .help("wait until it has ended, then run the same command")
}

/// What a seed is, for who named one that is not there.
const SEED: &str =
    "name the TOML file of a simulated tenant, such as examples/outlook-tasks/tenant.toml";

/// A failed read or sign-in, before any write.
pub(crate) fn told(error: GraphError) -> Failure {
    let exit = match &error {
        GraphError::SignIn(_) | GraphError::Forbidden { .. } => Exit::NoRight,
        GraphError::WrongTenant { .. } => Exit::NotAcceptable,
        GraphError::NotRecorded { .. } => Exit::Invalid,
        GraphError::Network { .. }
        | GraphError::Untrusted { .. }
        | GraphError::LongPause { .. }
        | GraphError::Incomplete { .. }
        | GraphError::Refused { .. } => Exit::Unexpected,
    };
    let failure = Failure::new(exit, error.code(), format!("failed to {error}"));
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// The code of what a snapshot does not say.
const NOT_RECORDED: &str = "not_in_snapshot";

/// The last line under mistakes that are drawn already: exit code 3, or 4 when all that is wrong is that the
/// tenant refused to answer.
fn mistakes(findings: &Findings) -> Failure {
    let errors: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.code)
        .collect();
    if errors.is_empty() {
        return Failure::drawn(Exit::Invalid, "there is no manifest to work on");
    }
    if findings.is_only_refused() {
        let title = "the sign-in may not read what the manifest names";
        return Failure::drawn(Exit::NoRight, title)
            .help("give it the rights named above, sign in again, and run the same command");
    }
    if errors.iter().all(|code| *code == NOT_RECORDED) {
        let title = "the snapshot does not know all that the manifest is about";
        return Failure::drawn(Exit::Invalid, title)
            .help("nothing in the manifest need be wrong: only the tenant tells");
    }
    let title = match errors.len() {
        _ if errors.contains(&TOO_MANY) => {
            format!("more than {MOST_ERRORS} mistakes to mend in the manifest")
        }
        1 => "1 mistake to mend in the manifest".to_owned(),
        count => format!("{count} mistakes to mend in the manifest"),
    };
    Failure::drawn(Exit::Invalid, title)
        .help("mend it and run it again; consent validate needs no tenant")
}
