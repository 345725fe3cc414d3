//! What people read in the place of ids.

use std::collections::BTreeMap;

use crate::model::directory::Directory;
use crate::model::id::ObjectId;
use crate::model::untrusted::Untrusted;

/// Display names of people and service principals, by object id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(pub BTreeMap<ObjectId, Untrusted>);

impl Names {
    /// The name, or the id where the tenant has no name for it (any more).
    pub(crate) fn of(&self, id: ObjectId) -> Untrusted {
        self.0.get(&id).cloned().unwrap_or_else(|| Untrusted::new(id.to_string()))
    }

    /// Everything the directory has a name for.
    pub fn from_directory(directory: &Directory) -> Self {
        let mut names = BTreeMap::new();
        for sp in directory.service_principals.values() {
            names.insert(sp.id, sp.name.clone());
        }
        for user in directory.users.values() {
            names.insert(user.id, user.user_principal_name.clone());
        }
        for group in directory.groups.values() {
            names.insert(group.id, group.name.clone());
        }
        Self(names)
    }
}
