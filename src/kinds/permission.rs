//! Checks a permission's name against what the live resource publishes: the service itself accepts
//! and stores any text, so this is the only safety net.

use crate::manifest::suggest;
use crate::model::directory::ServicePrincipal;
use crate::model::finding::{Finding, Findings, Place};
use crate::model::id::PermissionId;
use crate::model::scope::ScopeName;
use crate::model::untrusted::shown;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[
    ("unknown_scope", "a permission that the resource does not publish"),
    ("permission_id", "an id where a permission is named"),
    ("role_for_scope", "an application role where a delegated permission belongs"),
    ("invalid_scope", "a published name that no grant can hold"),
    ("disabled_scope", "a permission that the resource has switched off"),
];

/// The scope of this exact name, or a finding that says what was meant.
pub(super) fn scope(
    text: &str,
    resource: &ServicePrincipal,
    place: &Place,
    out: &mut Findings,
) -> Option<ScopeName> {
    let Some(published) = resource.scopes.iter().find(|scope| scope.value == text) else {
        if !out.is_full() {
            out.push(unknown(text, resource).at(place));
        }
        return None;
    };
    if !published.enabled {
        out.push(
            Finding::warning(
                "disabled_scope",
                format!("{} has switched \"{}\" off", resource.name.shown(), shown(text)),
            )
            .at(place)
            .help("a grant of it has no effect until the resource's owner enables it again"),
        );
    }
    // A name that is published and cannot be sent must not drop out: its absence would be planned.
    ScopeName::parse(text)
        .map_err(|problem| {
            out.push(
                Finding::error("invalid_scope", format!("\"{}\": {problem}", shown(text)))
                    .at(place)
                    .help("the resource publishes a name that no grant can hold: ask its owner"),
            );
        })
        .ok()
}

fn unknown(text: &str, resource: &ServicePrincipal) -> Finding {
    let (name, text_shown) = (resource.name.shown(), shown(text));
    let title = format!("{name} has no delegated permission \"{text_shown}\"");
    if let Ok(id) = text.parse::<PermissionId>() {
        let scope = resource.scopes.iter().find(|scope| scope.id == id);
        let finding =
            Finding::error("permission_id", "a permission is named here, not given by id");
        return match scope {
            Some(scope) => finding.help(format!("that id is \"{}\"", shown(&scope.value))),
            None => finding.help(format!("write the name that {name} publishes")),
        };
    }
    let known = |text: &str| resource.scopes.iter().any(|scope| scope.value == text);
    if text.chars().any(char::is_whitespace) && !known(text.trim()) {
        return Finding::error("unknown_scope", title)
            .help("write one list item per permission: [\"User.Read\", \"Mail.Read\"]");
    }
    if resource.roles.iter().any(|role| role.value == text) {
        return Finding::error(
            "role_for_scope",
            format!(
                "\"{text_shown}\" of {name} is an application role, not a delegated permission"
            ),
        )
        .help("it is granted in [[app_role]]: not on behalf of users, but to the app itself");
    }
    let candidates = resource.scopes.iter().map(|scope| scope.value.as_str());
    let finding = Finding::error("unknown_scope", title);
    // As it stands in a request for a token, behind the address of its resource.
    let last = text.rsplit('/').next().filter(|last| *last != text && known(last));
    if let Some(last) = last {
        return finding.help(format!("write its name alone: \"{}\"", shown(last)));
    }
    if text.ends_with(".default") {
        return finding
            .help("an app asks for that when it signs in; here each permission is listed");
    }
    match suggest::close(text, candidates) {
        Some(close) => finding.help(format!("did you mean \"{}\"?", shown(&close))),
        None => finding.help(format!(
            "{name} publishes {} permissions: az ad sp show --id {} --query \
             \"oauth2PermissionScopes[].value\"",
            resource.scopes.len(),
            resource.app_id
        )),
    }
}

#[cfg(test)]
#[path = "permission_tests.rs"]
mod tests;
