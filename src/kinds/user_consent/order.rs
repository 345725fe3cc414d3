//! What users may consent to, and what that rests on: nobody is without a way to the consent that
//! somebody meant them to keep, and at no moment may more be consented to than before or after.

use super::{UserConsent, named_in};
use crate::kinds::classification::Classifications;
use crate::kinds::consent_requests::{self, ConsentRequests};
use crate::kinds::state_json::rest;
use crate::kinds::{Kind, Order, Staying};
use crate::model::address::{Address, TENANT};
use crate::model::change::{Change, Rest};

/// What a way to consent goes by: the classes of permissions, or anything else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::kinds) struct Basis {
    pub(crate) classes: bool,
    pub(crate) otherwise: bool,
}

/// A way to consent before and after a change of it: the setting, or a policy that is used.
#[derive(Debug, Clone, Copy)]
pub(in crate::kinds) struct ConsentWay {
    pub(crate) before: Basis,
    pub(crate) after: Basis,
    /// Something that goes by classes is there no longer afterwards.
    pub(crate) drops_classes: bool,
    pub(crate) gives: bool,
    pub(crate) takes: bool,
}

/// Who waits for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiter {
    Way,
    Other,
    Neither,
}

impl Order for UserConsent {
    /// Adds `needs` between the setting and changes of other kinds.
    fn interlock(&self, changes: &mut Vec<Change>, staying: Staying<'_>) {
        let Some(at) = changes.iter().position(|change| change.address.kind == UserConsent::NAME)
        else {
            return;
        };
        let setting = &changes[at];
        let (before, after) = (named_in(&setting.before), named_in(&setting.after));
        let goes = |id: &&String| !after.iter().any(|kept| kept.eq_ignore_ascii_case(id));
        let way = ConsentWay {
            before: basis(&before),
            after: basis(&after),
            drops_classes: before.iter().filter(goes).any(|id| basis_of(id).classes),
            gives: setting.gives,
            takes: setting.takes,
        };
        queue(at, way, changes, staying);
    }
}

/// Adds `needs` between the way that the change at this place is about, and what it rests on; and what of
/// that stays as it is.
pub(in crate::kinds) fn queue(
    at: usize,
    way: ConsentWay,
    changes: &mut [Change],
    staying: Staying<'_>,
) {
    let address = changes[at].address.clone();
    let mut first: Vec<Address> = Vec::new();
    for other in changes.iter_mut() {
        match waits(way, other) {
            Waiter::Way => first.push(other.address.clone()),
            Waiter::Other => other.needs.push(address.clone()),
            Waiter::Neither => {}
        }
    }
    changes[at].needs.extend(first);
    changes[at].rests_on.extend(stays(way, staying));
}

/// What is left to those who can no longer consent as before.
fn stays(way: ConsentWay, staying: Staying<'_>) -> Vec<Rest> {
    if !way.takes {
        return Vec::new();
    }
    let by_class = way.after.classes && way.before.otherwise;
    let classes = staying.of::<Classifications>(TENANT).filter(|_| by_class);
    let classes = classes
        .filter_map(|(address, found)| rest(&Classifications, address, &found.spec, staying.names));
    let requests = staying.of::<ConsentRequests>(TENANT).filter(|(_, found)| found.spec.enabled);
    let requests = requests.map(|(address, found)| {
        consent_requests::encode::enabled(address, &found.spec, staying.names)
    });
    classes.chain(requests).collect()
}

fn waits(way: ConsentWay, other: &Change) -> Waiter {
    match other.address.kind.as_str() {
        Classifications::NAME => class_waits(way, other),
        // Whoever can no longer consent can ask by then.
        ConsentRequests::NAME if way.takes && other.gives => Waiter::Way,
        ConsentRequests::NAME if way.gives && other.takes => Waiter::Other,
        _ => Waiter::Neither,
    }
}

fn class_waits(
    ConsentWay { before, after, drops_classes, gives, takes }: ConsentWay,
    class: &Change,
) -> Waiter {
    match () {
        // What could be consented to anyhow goes by the class from now on.
        () if class.gives && takes && after.classes && before.otherwise => Waiter::Way,
        // What goes shall not let the class through in its last moment.
        () if class.gives && drops_classes => Waiter::Other,
        // Nor shall what comes in its first.
        () if class.takes && after.classes && !before.classes => Waiter::Way,
        () if class.takes && gives && before.classes => Waiter::Other,
        () => Waiter::Neither,
    }
}

fn basis(policies: &[String]) -> Basis {
    let all = policies.iter().map(|id| basis_of(id));
    all.fold(Basis::default(), |a, b| Basis {
        classes: a.classes || b.classes,
        otherwise: a.otherwise || b.otherwise,
    })
}

/// By its id nobody can tell what a policy of the tenant's own goes by: perhaps by both.
fn basis_of(policy: &str) -> Basis {
    match policy.to_lowercase().as_str() {
        "microsoft-user-default-low" => Basis { classes: true, otherwise: false },
        "microsoft-user-default-recommended" | "microsoft-user-default-legacy" => {
            Basis { classes: false, otherwise: true }
        }
        _ => Basis { classes: true, otherwise: true },
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
