//! What is wrong with a saved plan, for people.

use std::path::Path;

use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::named;
use crate::model::clock::stamp;
use crate::model::shell::word;
use crate::model::untrusted::shown;
use crate::operations::failed::{Misfit, PlanProblem};

/// A file that is no plan to apply.
pub(crate) fn unusable(path: &Path, problem: PlanProblem) -> Failure {
    let file = shown(&path.display().to_string());
    let expired = |title: String| Failure::new(Exit::NotAcceptable, "plan_expired", title);
    match problem {
        PlanProblem::Unread(error) => named(error, first(path)),
        PlanProblem::NotText { .. } | PlanProblem::Content(_) => {
            let title = format!("{file} cannot be applied: {problem}");
            Failure::new(Exit::NotAcceptable, "plan_file", title).help(remedy(path))
        }
        PlanProblem::StillToCome { made_at } => {
            let at = stamp(made_at);
            expired(format!("{file} says that it was made at {at}, which is still to come"))
                .help("see that the clock is right, and make it anew with: consent plan --out FILE")
        }
        PlanProblem::Expired { at } => expired(format!("{file} expired at {}", stamp(at)))
            .help("a plan is good for 24 hours; make it anew with: consent plan --out FILE"),
    }
}

/// How a plan comes to be there.
fn first(path: &Path) -> String {
    match path.extension().is_some_and(|end| end == "toml") {
        true => remedy(path),
        false => format!("make it first: consent plan --out {}", word(path)),
    }
}

/// Whoever names a manifest where a plan stands means the manifest.
fn remedy(path: &Path) -> String {
    if path.extension().is_some_and(|end| end == "toml") {
        return format!("to apply a manifest: consent apply -f {}", word(path));
    }
    "make it anew with: consent plan --out FILE".to_owned()
}

/// A plan that says what the tenant does not.
pub(crate) fn misfit(problem: &Misfit) -> Failure {
    Failure::new(Exit::NotAcceptable, "plan_stale", problem.to_string())
        .help("make the plan anew and review it: consent plan --out FILE")
}

/// A plan that needs a rail lifted which stands again.
pub(crate) fn no_longer_lifted(until: &str) -> Failure {
    let until = shown(until);
    let title = format!("removal_limit: the plan needs an [accept] that counted until {until}");
    Failure::new(Exit::Rail, "safety_rail", title)
        .help("make the plan anew and review it: consent plan --out FILE")
}
