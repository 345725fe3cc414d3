//! What a plan did not look at: consent of apps that are not in the manifest.

use serde::{Deserialize, Serialize};

use crate::model::schema::JsonSchema;

/// How much of it there is, each as far as the service told it at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// Apps that have any of it; null where there is more than one answer holds.
    pub(crate) apps: Option<usize>,
    /// The same of all apps of the tenant, those of the manifest among them.
    pub(crate) apps_in_all: Option<usize>,
    /// Delegated grants.
    pub(crate) grants: Option<usize>,
    /// Permissions of Microsoft Graph that apps have by themselves.
    pub(crate) app_roles: Option<usize>,
}

impl Outside {
    /// Nothing at all could be counted.
    pub(crate) fn is_unknown(&self) -> bool {
        let Self { apps, apps_in_all: _, grants, app_roles } = self;
        apps.is_none() && grants.is_none() && app_roles.is_none()
    }
}
