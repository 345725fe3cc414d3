//! Stops apply where the rules say so.

use crate::cli::output::failure::{Exit, Failure};
use crate::plan::Plan;

/// # Errors
/// When the plan breaks a rule.
pub(crate) fn stop(plan: &Plan) -> Result<(), Failure> {
    let mut checks = plan.checks.iter().chain(&plan.identity_checks);
    if let Some(check) = checks.next() {
        let title = format!("{}: {}", check.rule, check.text);
        let failure = Failure::new(Exit::Rail, "safety_rail", title).help(check.help.clone());
        let rest = checks.map(|check| format!("also {}: {}", check.rule, check.text));
        return Err(rest.fold(failure, Failure::help));
    }
    Ok(())
}
