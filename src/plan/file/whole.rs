//! What every plan is that was made here, and a file need not be.

use std::collections::BTreeSet;

use time::Date;
use time::macros::format_description;

use crate::kinds::{Position, REGISTRY, Unreadable, by_name};
use crate::model::address::TENANT;
use crate::model::request::{Known, LATER};
use crate::plan::{AppHead, Extent, Lifted, Plan};

/// What is wrong with a plan, in words of ours.
///
/// # Errors
/// When a state is not of its kind's form.
pub(super) fn fault(plan: &Plan) -> Result<Option<String>, Unreadable> {
    let found =
        heads(plan).or_else(|| extent(plan)).or_else(|| owners(plan)).or_else(|| access(plan));
    let found =
        found.or_else(|| order(plan)).or_else(|| words(plan)).or_else(|| placeholders(plan));
    match found {
        Some(fault) => Ok(Some(fault)),
        None => idle(plan),
    }
}

fn heads(plan: &Plan) -> Option<String> {
    let ordered = plan.apps.is_sorted_by(|a, b| a.label < b.label);
    (!ordered).then(|| "its apps are not in the order of their labels".to_owned())
}

fn labels(plan: &Plan) -> BTreeSet<&str> {
    plan.apps.iter().map(|head: &AppHead| head.label.as_str()).collect()
}

/// A part is about its apps, and about the tenant as such only where it names that.
fn extent(plan: &Plan) -> Option<String> {
    let all = plan.manifest.apps;
    let fits = match &plan.extent {
        Extent::Whole => plan.apps.len() == all,
        Extent::Partial(only) => {
            let ordered = only.is_sorted_by(|a, b| a < b);
            let mut only: BTreeSet<&str> = only.iter().map(String::as_str).collect();
            let named = only.remove(TENANT);
            let settings = plan.pairs.iter().any(|pair| pair.address.owner == TENANT);
            let some = named || !only.is_empty();
            ordered && some && only == labels(plan) && plan.apps.len() <= all && named >= settings
        }
    };
    (!fits).then(|| "its apps are not those that it says it is about".to_owned())
}

fn owners(plan: &Plan) -> Option<String> {
    let labels = labels(plan);
    let changed = plan.pairs.iter().map(|pair| &pair.address);
    let left = plan.unmanaged.iter().map(|found| &found.address);
    let mut all = changed.chain(left);
    let stray = all.find(|at| at.owner != TENANT && !labels.contains(at.owner.as_str()))?;
    Some(format!("{stray} is of no app that it is about"))
}

/// Each holder once, and of the apps alone.
fn access(plan: &Plan) -> Option<String> {
    let labels = labels(plan);
    let entries = plan.access.entries();
    let ordered = entries.is_sorted_by(|a, b| a.place() < b.place());
    let known = entries.iter().all(|entry| labels.contains(&*entry.app));
    (!ordered || !known)
        .then(|| "it says who gets and loses what in a way that none is made".to_owned())
}

fn order(plan: &Plan) -> Option<String> {
    let place = |at: usize| {
        let address = &plan.pairs.get(at)?.address;
        Some((by_name(&address.kind).map(|(rank, _)| rank), address))
    };
    let wrong = (1..plan.pairs.len()).find(|at| place(at - 1) >= place(*at))?;
    let address = &plan.pairs.get(wrong)?.address;
    Some(format!("{address} stands at another place than it would have been written to"))
}

/// Words that are drawn as ours.
fn words(plan: &Plan) -> Option<String> {
    let nouns: BTreeSet<&str> = REGISTRY.iter().filter_map(|kind| kind.noun()).collect();
    let known = plan.live.objects.iter().all(|(noun, _)| nouns.contains(noun.as_str()));
    if !known {
        return Some("it says that something was read which nothing is called".to_owned());
    }
    let stray = plan.lifted.iter().any(|lifted| last_day(lifted).is_none());
    stray.then(|| "it lifts a rail until a day that is none".to_owned())
}

/// The last day on which a rail is lifted.
pub(crate) fn last_day(lifted: &Lifted) -> Option<Date> {
    Date::parse(&lifted.until, format_description!("[year]-[month]-[day]")).ok()
}

/// An id that nothing in the plan makes would never become known.
fn placeholders(plan: &Plan) -> Option<String> {
    let steps = || plan.changes.iter().flat_map(|change| &change.steps);
    let made = steps().filter_map(|step| Some((step.creates.clone()?, String::new())));
    let made: Known = made.collect();
    let stray = steps().find(|step| step.request.filled(&made).to_string().contains(LATER))?;
    Some(format!("nothing in it makes what this needs: {}", stray.request))
}

/// A change between two states that are the same would be drawn as one.
fn idle(plan: &Plan) -> Result<Option<String>, Unreadable> {
    for pair in &plan.pairs {
        let Some((_, kind)) = by_name(&pair.address.kind) else { continue };
        let standing = kind.standing(&pair.address, &pair.before, &pair.after, &pair.before)?;
        if standing == Position::Reached {
            return Ok(Some(format!("{} would stay as it is", pair.address)));
        }
    }
    Ok(None)
}
