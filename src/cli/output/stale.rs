//! What changed under a plan since it was made, for people.

use crate::cli::output::failure::{Exit, Failure};
use crate::kinds::Unreadable;
use crate::plan::fresh::Stale;
use crate::plan::{Plan, rests};
use crate::render::plan::stale::{SHOWN, paragraph, paragraph_of_rest, rest};

/// Each object with what the plan was made on, what it leads to, and what is there now.
///
/// # Errors
/// When a state is not of its kind's form.
pub(crate) fn changed(plan: &Plan, stale: &[Stale]) -> Result<Failure, Unreadable> {
    let count = stale.len();
    let title = match count {
        1 => "an object of the plan changed in the tenant since the plan was made".to_owned(),
        _ => format!("{count} objects of the plan changed in the tenant since it was made"),
    };
    let mut failure = Failure::new(Exit::NotAcceptable, "plan_stale", title);
    for stale in stale.iter().take(SHOWN) {
        let difference = stale.difference(&plan.names)?;
        let own = plan.changes.iter().find(|change| *change.object() == stale.address);
        let paragraph = own.map(|change| paragraph(change, &difference)).or_else(|| {
            let (change, rest) = rests::on(&plan.changes, &stale.address)?;
            Some(paragraph_of_rest(rest, change, &difference))
        });
        failure = paragraph.into_iter().fold(failure, Failure::detail);
    }
    if let Some(rest) = rest(count) {
        failure = failure.detail(vec![rest]);
    }
    Ok(failure.help("make the plan anew and review it: consent plan"))
}
