//! What goes out before what: gives before takes, kinds in their order, then by address.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds;
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::request::{LATER, later};

/// Sorts for apply, and adds the needs that come from ids not known yet.
pub fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    add_needs(&mut changes);
    changes.sort_by_cached_key(|change| {
        let rank = kinds::by_name(&change.address.kind).map_or(usize::MAX, |(rank, _)| rank);
        let turn = turn(change);
        // What is taken goes in the reverse order of the kinds.
        let rank = if turn == Turn::Takes { usize::MAX - rank } else { rank };
        (turn, rank, change.address.clone())
    });
    changes
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Gives,
    Both,
    Takes,
}

fn turn(change: &Change) -> Turn {
    match (change.gives, change.takes) {
        (_, false) => Turn::Gives,
        (true, true) => Turn::Both,
        (false, true) => Turn::Takes,
    }
}

/// A request that holds the placeholder of a new object waits for the change that creates it.
fn add_needs(changes: &mut [Change]) {
    let creators: BTreeMap<String, Address> = changes
        .iter()
        .filter(|change| change.steps.iter().any(|step| step.creates.is_some()))
        .map(|change| (later(&change.address), change.address.clone()))
        .collect();
    if creators.is_empty() {
        return;
    }
    for change in changes {
        let sent: String = change.steps.iter().map(|step| step.request.to_string()).collect();
        let created: BTreeSet<&Address> =
            placeholders(&sent).filter_map(|found| creators.get(found)).collect();
        for address in created {
            if !change.needs.contains(address) {
                change.needs.push(address.clone());
            }
        }
    }
}

/// All placeholders in a text, see [`later`].
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(LATER).filter_map(|(start, _)| {
        let end = text[start..].find(')')?;
        text.get(start..=start + end)
    })
}
