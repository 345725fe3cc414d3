//! All that an app has, before and after a plan, whether the plan changes it or not.
//!
//! A change says what is gained and lost, and nothing about what stays. But an object that is there is
//! fully described by the change that would remove it, and one that shall be there by the change that
//! would make it: so rules can look at everything without knowing any kind.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::{self, Names, Pair, Unreadable};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::directory::Directory;
use crate::model::object_state::ObjectState;
use crate::plan::build;

/// Objects of an app: as changes from something to nothing, and from nothing to something.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Holdings {
    pub(crate) before: Vec<Change>,
    pub(crate) after: Vec<Change>,
}

/// Of the apps with these labels. `found` is everything there is, `pairs` what the plan makes of it.
///
/// # Errors
/// When a state is not of its kind's form.
pub(crate) fn of(
    owners: &BTreeSet<String>,
    found: &BTreeMap<Address, ObjectState>,
    pairs: &[Pair],
    directory: &Directory,
) -> Result<Holdings, Unreadable> {
    let own = |address: &&Address| owners.contains(&address.owner);
    let planned: BTreeSet<&Address> = pairs.iter().map(|pair| &pair.address).filter(own).collect();
    let mut holdings = Holdings::default();
    for (address, state) in found.iter().filter(|(address, _)| own(address)) {
        let object = object(address, state, &ObjectState::default())?;
        if !planned.contains(address) {
            holdings.after.extend(object.clone());
        }
        holdings.before.extend(object);
    }
    for pair in pairs.iter().filter(|pair| own(&&pair.address) && !pair.after.is_absent()) {
        holdings.after.extend(object(&pair.address, &ObjectState::default(), &pair.after)?);
    }
    build::annotate(&mut holdings.before, directory);
    build::annotate(&mut holdings.after, directory);
    Ok(holdings)
}

fn object(
    address: &Address,
    before: &ObjectState,
    after: &ObjectState,
) -> Result<Option<Change>, Unreadable> {
    let Some((_, kind)) = kinds::by_name(&address.kind) else { return Ok(None) };
    let pair = Pair::of(address, before, after);
    kind.change(&pair, &Names::default()).map(Some)
}
