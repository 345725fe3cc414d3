//! What goes out before what: gives before takes, kinds in their order, then by address. What another
//! change needs goes before it, whatever it does.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds;
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::request::{LATER, later};

/// Sorts for apply, and adds the needs that come from ids not known yet.
pub(crate) fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    add_needs(&mut changes);
    changes.sort_by_cached_key(|change| {
        let rank = kinds::by_name(&change.address.kind).map_or(usize::MAX, |(rank, _)| rank);
        let turn = turn(change);
        // What is taken goes in the reverse order of the kinds.
        let rank = if turn == Turn::Takes { usize::MAX - rank } else { rank };
        (turn, rank, change.address.clone())
    });
    needed_first(changes)
}

/// Moves what is needed in front of the first change that needs it. Where changes need each other
/// in a circle, one of them goes first, and is not attempted.
fn needed_first(changes: Vec<Change>) -> Vec<Change> {
    let at: BTreeMap<Address, usize> =
        changes.iter().enumerate().map(|(at, change)| (change.address.clone(), at)).collect();
    let needs: Vec<Vec<usize>> = changes
        .iter()
        .map(|change| change.needs.iter().filter_map(|need| at.get(need).copied()).collect())
        .collect();
    let mut order = Vec::with_capacity(changes.len());
    let mut begun = vec![false; changes.len()];
    for first in 0..changes.len() {
        // Places that are waited for, each with how many of its needs were looked at.
        let mut waiting = vec![(first, 0)];
        while let Some((place, looked)) = waiting.pop() {
            if looked == 0 && std::mem::replace(&mut begun[place], true) {
                continue;
            }
            match needs[place].get(looked) {
                Some(need) => waiting.extend([(place, looked + 1), (*need, 0)]),
                None => order.push(place),
            }
        }
    }
    let mut changes: Vec<Option<Change>> = changes.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| changes[place].take()).collect()
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
