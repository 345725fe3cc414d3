//! The setting as `[user_consent]`.

use std::collections::BTreeSet;

use super::declare::{CHOICES, is_policy_id};
use super::{Spec, UserConsent, policy};
use crate::kinds::compose::keys;
use crate::kinds::{Compose, Composed, Scene};
use crate::model::untrusted::shown;

impl Compose for UserConsent {
    /// Entries that are not about users themselves are none of the manifest's: they are kept.
    fn compose(&self, _owner: &str, spec: &Spec, _scene: &Scene) -> Composed {
        let ids = || spec.assigned.iter().filter_map(|entry| policy(entry));
        if let Some(id) = ids().find(|id| !is_policy_id(id)) {
            return Composed::Never(format!("\"{}\" is no id of a consent policy", shown(id)));
        }
        let once: BTreeSet<String> = ids().map(str::to_lowercase).collect();
        let word = CHOICES.iter().find(|(_, id)| once.iter().map(String::as_str).eq(*id));
        let allow = match word {
            Some((word, _)) => (*word).into(),
            None => keys([("policies", once.into_iter().collect::<Vec<_>>().into())]).into(),
        };
        Composed::Whole(keys([("allow", allow)]))
    }
}
