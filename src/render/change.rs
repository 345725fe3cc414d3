//! A change in one line, and whom it concerns.

use crate::model::audience::Audience;
use crate::model::change::Change;
use crate::model::id::ObjectId;
use crate::render::page::{called, grouped, shorten};

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
    told_names(members.iter().map(|change| {
        let id = match change.subject.audience {
            Audience::One(id) | Audience::Group(id) => Some(id),
            Audience::Everyone | Audience::Tenant => None,
        };
        (id, person(change))
    }))
}

/// Names in people's order. Those who are not to be named are counted.
pub(crate) fn told_names(
    named: impl IntoIterator<Item = (Option<ObjectId>, String)>,
) -> Vec<String> {
    let mut hidden = 0;
    let mut names = Vec::new();
    for (id, name) in named {
        match id {
            Some(id) if id.is_hidden() => hidden += 1,
            _ => names.push(name),
        }
    }
    names.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
    match hidden {
        0 => {}
        1 => names.push("1 person".to_owned()),
        many => names.push(format!("{} people", grouped(many))),
    }
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
