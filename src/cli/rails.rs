//! The rules that stop apply, gathered for a plan.

use time::Date;

use crate::cli::failure::{Exit, Failure};
use crate::cli::manifests::Loaded;
use crate::manifest::app::Protect;
use crate::model::finding::Findings;
use crate::plan::{Check, Extent, Plan};
use crate::policy::limits::{self, Limits};

/// Findings that are rails: they let a plan be read and not be applied.
const RAILS: [&str; 1] = ["principals_limit"];

/// Everything that stops this plan from being applied.
pub fn checks(
    plan: &Plan,
    loaded: &Loaded,
    findings: &Findings,
    managed: usize,
    today: Date,
) -> Vec<Check> {
    let stated = &loaded.manifest.limits;
    let accepted = loaded.manifest.accept.revoke_on(today);
    let limits = Limits {
        revoke: stated.revoke,
        revoke_percent: stated.revoke_percent,
        accepted: accepted.map(|accepted| accepted.max),
        managed,
    };
    let mut checks: Vec<Check> = limits::check(plan, &limits).into_iter().collect();
    checks.extend(protected(plan, loaded));
    checks.extend(findings.iter().filter(|finding| RAILS.contains(&finding.code)).map(|finding| {
        Check {
            rule: finding.code.to_owned(),
            text: finding.title.clone(),
            help: finding.help.clone().unwrap_or_default(),
        }
    }));
    checks
}

/// `protect = true`: nothing is taken from this app.
fn protected(plan: &Plan, loaded: &Loaded) -> Vec<Check> {
    let is_protected = |label: &&String| {
        let taken = plan.changes.iter().any(|change| change.takes && change.address.owner == **label);
        taken && loaded.manifest.apps.get(*label).is_some_and(|app| app.protect == Protect::Yes)
    };
    let check = |label: &String| Check {
        rule: "protected_app".to_owned(),
        text: format!("{label} is protected, and this plan takes access from it"),
        help: format!("remove protect = true from [app.{label}] in a change of its own"),
    };
    loaded.manifest.apps.keys().filter(is_protected).map(check).collect()
}

/// # Errors
/// When the plan breaks a rule, or is only a part.
pub fn stop(plan: &Plan) -> Result<(), Failure> {
    if let Some(check) = plan.checks.first() {
        let failure = Failure::new(Exit::Rail, "safety_rail", format!("{}: {}", check.rule, check.text));
        let rest = plan.checks.iter().skip(1).map(|check| format!("also {}: {}", check.rule, check.text));
        return Err(rest.fold(failure.help(check.help.clone()), Failure::help));
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
