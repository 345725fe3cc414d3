//! The rules that stop apply, gathered for a plan.

use time::Date;

use crate::cli::failure::{Exit, Failure};
use crate::cli::manifests::Loaded;
use crate::manifest::app::Protect;
use crate::model::finding::Findings;
use crate::plan::{Check, Extent, Plan};
use crate::policy::limits::{Acceptance, RemovalLimit, removal_limit};

/// Findings that are rails: they let a plan be read and not be applied.
const RAILS: [&str; 1] = ["principals_limit"];

/// Everything that stops this plan from being applied.
pub fn checks(plan: &Plan, loaded: &Loaded, findings: &Findings, today: Date) -> Vec<Check> {
    let stated = &loaded.manifest.limits;
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let accept = loaded.manifest.accept.revoke.as_ref().map(|accepted| Acceptance {
        max: size(accepted.max),
        until: accepted.until,
        reason: accepted.reason.clone(),
    });
    let limit = RemovalLimit {
        revoke: size(stated.revoke),
        revoke_percent: size(stated.revoke_percent),
        accept,
    };
    let removals = removal_limit(plan, &limit, today).map(|blocked| Check {
        rule: blocked.rule.to_owned(),
        text: blocked.text,
        help: blocked.help,
    });
    let rails = findings.iter().filter(|finding| RAILS.contains(&finding.code));
    let rails = rails.map(|finding| Check {
        rule: finding.code.to_owned(),
        text: finding.title.clone(),
        help: finding.help.clone().unwrap_or_default(),
    });
    removals.into_iter().chain(protected(plan, loaded)).chain(rails).collect()
}

/// `protect = true`: nothing is taken from this app.
fn protected(plan: &Plan, loaded: &Loaded) -> Vec<Check> {
    let is_protected = |label: &&String| {
        let taken = |owner: &str| {
            plan.changes.iter().any(|change| change.takes && change.address.owner == owner)
        };
        let app = loaded.manifest.apps.get(*label);
        app.is_some_and(|app| app.protect == Protect::Yes) && taken(label)
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
        let title = format!("{}: {}", check.rule, check.text);
        let failure = Failure::new(Exit::Rail, "safety_rail", title).help(check.help.clone());
        let rest = plan.checks.iter().skip(1);
        let rest = rest.map(|check| format!("also {}: {}", check.rule, check.text));
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
