//! The id decides which app is meant, and a name that is written beside it must agree: a name is how
//! people notice that an id was swapped.

use crate::manifest::source::Located;
use crate::model::directory::ServicePrincipal;
use crate::model::finding::Finding;
use crate::model::untrusted::shown;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] =
    &[("name_mismatch", "an app or resource that the tenant calls by another name")];

/// A finding when the tenant calls it otherwise. `what` is `app` or `resource`.
pub(super) fn mismatch(
    what: &str,
    said: Option<&Located<String>>,
    found: &ServicePrincipal,
) -> Option<Finding> {
    let said = said.filter(|name| name.value != found.name.raw())?;
    let title = format!(
        "the {what} {} is called \"{}\" in the tenant, not \"{}\"",
        found.app_id,
        found.name.shown(),
        shown(&said.value)
    );
    let help =
        format!("check that the app_id is the {what} you mean, then write its name as it is");
    Some(Finding::error("name_mismatch", title).at(&said.place).help(help))
}
