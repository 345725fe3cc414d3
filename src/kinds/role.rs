//! Checks the name of an app role against what the live resource defines, for apps and for people.

use crate::manifest::suggest;
use crate::model::change::{Permission, PermissionSort};
use crate::model::directory::{PublishedRole, ServicePrincipal};
use crate::model::finding::{Finding, Findings, Place};
use crate::model::id::{ObjectId, PermissionId};
use crate::model::untrusted::shown;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[
    ("unknown_role", "an app role that the resource does not define"),
    ("role_id", "an id where an app role is named"),
    ("scope_for_role", "a delegated permission where an app role belongs"),
    ("role_for_people", "a role of people where one of apps belongs"),
    ("role_for_apps", "a role of apps where one of people belongs"),
    ("disabled_role", "an app role that the resource has switched off"),
];

/// Whom a role is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    App,
    Person,
}

impl Holder {
    fn takes(self, role: &PublishedRole) -> bool {
        match self {
            Self::App => role.for_applications,
            Self::Person => role.for_users,
        }
    }

    /// The role in words, as this holder has it.
    fn role(self) -> &'static str {
        match self {
            Self::App => "application permission",
            Self::Person => "role for people",
        }
    }
}

/// The roles that people can be given today.
pub(super) fn for_people(app: &ServicePrincipal) -> Vec<&PublishedRole> {
    app.roles.iter().filter(|role| role.for_users && role.enabled).collect()
}

/// The role of this exact name, or a finding that says what was meant. What the service would refuse
/// is an error: half a table is nothing to approve.
pub(super) fn named<'a>(
    text: &str,
    holder: Holder,
    resource: &'a ServicePrincipal,
    place: &Place,
    out: &mut Findings,
) -> Option<&'a PublishedRole> {
    let same = || resource.roles.iter().filter(|role| role.value == text && !text.is_empty());
    let Some(role) = same().find(|role| holder.takes(role)) else {
        if !out.is_full() {
            let other = same().next().is_some();
            out.push(missing(text, holder, resource, other).at(place));
        }
        return None;
    };
    if !role.enabled {
        let title = format!("{} has switched \"{}\" off", resource.name.shown(), shown(text));
        let help = "nobody can be given it before the resource's owner enables it again";
        out.push(Finding::error("disabled_role", title).at(place).help(help));
        return None;
    }
    Some(role)
}

fn missing(text: &str, holder: Holder, resource: &ServicePrincipal, other: bool) -> Finding {
    let (name, text_shown) = (resource.name.shown(), shown(text));
    if other {
        return match holder {
            Holder::App => Finding::error(
                "role_for_people",
                format!("\"{text_shown}\" of {name} is a role for people, not for apps"),
            )
            .help("people and groups get it in [[assignment]], with role"),
            Holder::Person => Finding::error(
                "role_for_apps",
                format!("\"{text_shown}\" of {name} is a role for apps, not for people"),
            )
            .help("apps get it in [[app_role]]"),
        };
    }
    if let Ok(id) = text.parse::<PermissionId>() {
        let finding = Finding::error("role_id", "a role is named here, not given by id");
        return match resource.roles.iter().find(|role| role.id == id) {
            Some(role) => finding.help(format!("that id is \"{}\"", shown(&role.value))),
            None => finding.help(format!("write the name that {name} defines")),
        };
    }
    let known = |text: &str| resource.roles.iter().any(|role| role.value == text);
    if text.chars().any(char::is_whitespace) && holder == Holder::App && !known(text.trim()) {
        return Finding::error("unknown_role", none(&name, holder, &text_shown))
            .help("write one list item per role: [\"User.Read.All\", \"Mail.Read\"]");
    }
    let like = resource.roles.iter().filter(|role| holder.takes(role));
    let close = suggest::close(text, like.map(|role| role.value.as_str()));
    if let Some(close) = close.as_ref().filter(|close| close.eq_ignore_ascii_case(text)) {
        return Finding::error("unknown_role", none(&name, holder, &text_shown))
            .help(format!("did you mean \"{}\"?", shown(close)));
    }
    if holder == Holder::App && resource.scopes.iter().any(|scope| scope.value == text) {
        let title = format!(
            "\"{text_shown}\" of {name} is a delegated permission, not an application permission"
        );
        return Finding::error("scope_for_role", title)
            .help("what an app does on behalf of users is granted in [[grant]]");
    }
    let finding = Finding::error("unknown_role", none(&name, holder, &text_shown));
    match close {
        Some(close) => finding.help(format!("did you mean \"{}\"?", shown(&close))),
        None => finding.help(listed(resource, holder)),
    }
}

fn none(name: &str, holder: Holder, text: &str) -> String {
    format!("{name} has no {} \"{text}\"", holder.role())
}

/// At most so many are listed; more are counted.
const LISTED: usize = 8;

/// `Orders defines: "Orders.Admin"`.
pub(super) fn listed(resource: &ServicePrincipal, holder: Holder) -> String {
    let name = resource.name.shown();
    let mut all: Vec<String> = resource
        .roles
        .iter()
        .filter(|role| holder.takes(role) && role.enabled && !role.value.is_empty())
        .map(|role| format!("\"{}\"", shown(&role.value)))
        .collect();
    all.sort();
    match all.len() {
        0 => format!("{name} defines none"),
        count if count > LISTED => format!(
            "{name} defines {count} of them: az ad sp show --id {} --query \"appRoles[].value\"",
            resource.app_id
        ),
        _ => format!("{name} defines {}", all.join(", ")),
    }
}

/// What the resource calls this role today; `None` for one that it does not define any more.
pub(super) fn name_of(resource: Option<&ServicePrincipal>, id: PermissionId) -> Option<String> {
    let role = resource?.roles.iter().find(|role| role.id == id)?;
    (!role.value.is_empty()).then(|| role.value.clone())
}

/// How a table names this role, so that [`named`] finds it again; `None` where none can.
pub(super) fn written(
    id: PermissionId,
    holder: Holder,
    resource: &ServicePrincipal,
) -> Option<&str> {
    let role = resource.roles.iter().find(|role| role.id == id)?;
    let same = |other: &&PublishedRole| other.value == role.value && holder.takes(other);
    let first = resource.roles.iter().find(same)?;
    (first.id == id && role.enabled && !role.value.is_empty()).then_some(role.value.as_str())
}

/// Why nothing can be written about a role that nobody can be given.
pub(super) fn not_given(id: PermissionId, resource: &ServicePrincipal) -> String {
    format!("{} gives nobody the role {id}", resource.name.shown())
}

/// That somebody may sign in to an app, or has this role there. `app`: its object id, or a placeholder.
pub(super) fn sign_in(app: &str, name: &str, gained: bool) -> Permission {
    Permission {
        by: app.parse().unwrap_or(ObjectId::from_u128(0)),
        resource: None,
        sort: PermissionSort::SignIn,
        name: name.to_owned(),
        admin_only: None,
        gained,
        lost: !gained,
    }
}

/// What everybody who is let in may do, whatever role he has.
pub(super) const SIGN_IN: &str = "sign in";

/// The default role, for whoever needs no other: it stands in where the app defines none for people.
pub(super) const DEFAULT: PermissionId = PermissionId::from_u128(0);

#[cfg(test)]
#[path = "role_tests.rs"]
mod tests;
