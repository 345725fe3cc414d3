//! What a kind makes of two states that differ, and the one place where that becomes a change.

use crate::kinds::Pair;
use crate::model::audience::Audience;
use crate::model::change::{Change, Consent, FieldChange, Permission, Step, Subject, Verb};
use crate::model::untrusted::Untrusted;

/// The whole answer of a kind about one difference: what it is for people, for rules, and on the wire. The
/// difference itself is the pair that it is about. Inert data.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub(crate) verb: Verb,
    /// Somebody can do more afterwards.
    pub(crate) gives: bool,
    /// Somebody can do less afterwards.
    pub(crate) takes: bool,
    pub(crate) subject: Subject,
    pub(crate) fields: Vec<FieldChange>,
    /// In order. Each is proven before the next is sent.
    pub(crate) steps: Vec<Step>,
    /// Sentences a reviewer should read beside it. Safe text.
    pub(crate) notes: Vec<String>,
    pub(crate) permissions: Vec<Permission>,
    /// What it does to how people may consent.
    pub(crate) consent: Option<Consent>,
}

impl Proposal {
    /// About the tenant as such, or nobody's in particular: what more there is to say, a kind says.
    pub(super) fn of_tenant(verb: Verb, what: &str) -> Self {
        let (target, person) = (None, None);
        let what = what.to_owned();
        Self {
            verb,
            gives: false,
            takes: false,
            subject: Subject { what, target, audience: Audience::Tenant, person },
            fields: Vec::new(),
            steps: Vec::new(),
            notes: Vec::new(),
            permissions: Vec::new(),
            consent: None,
        }
    }

    /// The change of this pair: nothing waits for it or is rated yet.
    pub(super) fn change(self, pair: &Pair) -> Change {
        let Self { verb, gives, takes, subject, fields, steps, mut notes, permissions, consent } =
            self;
        notes.extend(pair.notes.iter().cloned());
        Change {
            address: pair.address.clone(),
            part: None,
            verb,
            gives,
            takes,
            subject,
            fields,
            before: pair.before.clone(),
            after: pair.after.clone(),
            steps,
            needs: Vec::new(),
            rests_on: Vec::new(),
            why: pair.why.to_vec(),
            notes,
            permissions,
            consent,
            risk: None,
        }
    }
}

/// A property of an object before and after; `None` where it stays as it is.
pub(super) fn property(
    name: &str,
    old: Option<String>,
    new: Option<String>,
) -> Option<FieldChange> {
    let words = |text: Option<String>| text.map(Untrusted::new).into_iter().collect();
    (old != new).then(|| FieldChange {
        name: name.to_owned(),
        kept: Vec::new(),
        gained: words(new),
        lost: words(old),
    })
}
