//! What a saved plan says of the tenant, where the tenant says something else of itself. Safe text.

use crate::model::untrusted::shown;

/// The name of `what`; `None` where both say the same.
pub(super) fn other_name(what: &str, live: Option<&str>, said: Option<&str>) -> Option<String> {
    let problem = match (live, said) {
        _ if live == said => return None,
        (Some(live), Some(said)) => {
            format!(
                "is called \"{}\" in the tenant, and \"{}\" in the plan",
                shown(live),
                shown(said)
            )
        }
        (None, said) => format!(
            "is called \"{}\" in the plan, and is not in the tenant",
            shown(said.unwrap_or_default())
        ),
        (Some(live), None) => {
            format!("is called \"{}\" in the tenant, and has no name in the plan", shown(live))
        }
    };
    Some(format!("{what} {problem}"))
}

/// The id of `what`; `None` where both say the same.
pub(super) fn other_id(what: &str, live: Option<String>, said: &str) -> Option<String> {
    let problem = match live {
        Some(live) if live == said => return None,
        Some(live) => format!("is {} in the tenant, and {} in the plan", shown(&live), shown(said)),
        None => format!("is {} in the plan, and the tenant has none", shown(said)),
    };
    Some(format!("{what} {problem}"))
}
