//! A change in one line, and whom it concerns.

use crate::model::audience::Audience;
use crate::model::change::Change;
use crate::render::page::{called, shorten};

/// `grant outlook-tasks: delegated, Microsoft Graph, adele@contoso.com`.
pub(crate) fn sentence(change: &Change) -> String {
    let subject = &change.subject;
    let target = subject.target.as_ref().map(|name| shorten(name.raw(), 40));
    let mut parts = vec![subject.what.clone()];
    parts.extend(target);
    if subject.person.is_some() || subject.audience != Audience::Tenant {
        parts.extend(names(&[change]));
    }
    format!("{} {}: {}", change.verb.word(), change.address.owner, parts.join(", "))
}

/// Whom changes concern, in people's order.
pub(crate) fn names(members: &[&Change]) -> Vec<String> {
    let mut names: Vec<String> = members.iter().map(|change| person(change)).collect();
    names.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
    names
}

fn person(change: &Change) -> String {
    match (&change.subject.person, change.subject.audience) {
        (Some(name), _) => called(name.raw()),
        (None, Audience::One(id) | Audience::Group(id)) => id.to_string(),
        (None, Audience::Everyone) => "all users".to_owned(),
        (None, Audience::Tenant) => "the tenant".to_owned(),
    }
}
