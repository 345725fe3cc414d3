//! Stops apply where the rules say so, or the plan is none to apply.

use crate::cli::output::failure::{Exit, Failure};
use crate::plan::{Extent, Plan};

/// # Errors
/// When the plan breaks a rule, or is only a part.
pub(crate) fn stop(plan: &Plan) -> Result<(), Failure> {
    let mut checks = plan.checks.iter().chain(&plan.identity_checks);
    if let Some(check) = checks.next() {
        let title = format!("{}: {}", check.rule, check.text);
        let failure = Failure::new(Exit::Rail, "safety_rail", title).help(check.help.clone());
        let rest = checks.map(|check| format!("also {}: {}", check.rule, check.text));
        return Err(rest.fold(failure, Failure::help));
    }
    match &plan.extent {
        Extent::Whole => Ok(()),
        Extent::Partial(apps) => Err(Failure::new(
            Exit::NotAcceptable,
            "partial_plan",
            format!("this plan is only about {}", apps.join(", ")),
        )
        .help("plan without --app and apply that")),
    }
}
