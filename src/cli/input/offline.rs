//! Whether a plan is made of a snapshot: what goes together on the command line, and what does not.

use std::path::Path;

use crate::cli::input::args::PlanArgs;
use crate::cli::output::failure::{Exit, Failure};

/// The snapshot to plan by, if it is to be one.
///
/// # Errors
/// When one of the two flags stands alone, or beside a way to a tenant, or the plan shall be saved: it would
/// never be applied.
pub(crate) fn snapshot(args: &PlanArgs) -> Result<Option<&Path>, Failure> {
    let wrong =
        |title: &str, help: &str| Err(Failure::new(Exit::Invalid, "usage", title).help(help));
    let from = match (args.offline, &args.from) {
        (false, None) => return Ok(None),
        (true, Some(from)) => from,
        (true, None) => {
            return wrong(
                "--offline asks no tenant, and nothing says what to plan by instead",
                "name a snapshot that was taken with `consent snapshot take`: --offline --from FILE",
            );
        }
        (false, Some(_)) => {
            return wrong(
                "--from names a snapshot, and without --offline the tenant itself is asked",
                "to plan by the snapshot and without a token, add --offline; else leave --from out",
            );
        }
    };
    let ways = [
        ("--sandbox", "CONSENT_SANDBOX", args.tenant.sandbox.is_some()),
        ("--graph-url", "CONSENT_GRAPH_URL", args.tenant.graph_url.is_some()),
    ];
    if let Some((flag, variable, _)) = ways.iter().find(|(_, _, named)| *named) {
        return wrong(
            &format!("--offline asks no tenant, and {flag} names one"),
            &format!("leave one of them out; {flag} may also come from the variable {variable}"),
        );
    }
    if args.out.is_some() {
        return wrong(
            "a plan of a snapshot is never applied, so --out saves none",
            "keep it for reviewers with --report json=FILE; to apply, plan against the tenant",
        );
    }
    Ok(Some(from))
}
