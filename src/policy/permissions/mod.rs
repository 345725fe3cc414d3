//! How much one permission can do: ordered tables, first match wins. Names never seen before are rated by
//! their grammar (noun, verb, reach), and what no rule knows is high.

mod graph;
mod nouns;
mod other_apis;

#[cfg(test)]
mod tests;

use crate::model::change::PermissionSort::{self, Application, Delegated};
use crate::model::risk::Tier;

pub(super) use graph::rule;
pub(super) use other_apis::{Publisher, rule_of_other};

/// One row of a table.
pub(super) struct Rating {
    /// Stable: people write exceptions and dashboards with it.
    pub(super) id: &'static str,
    pub(super) tier: Tier,
    /// What the permission allows, for people.
    pub(super) says: &'static str,
    applies: fn(&Name<'_>) -> bool,
}

/// A permission taken apart: `Mail.ReadWrite.Shared` is noun, verb, reach.
struct Name<'a> {
    sort: PermissionSort,
    admin_only: bool,
    whole: &'a str,
    noun: &'a str,
    verb: &'a str,
    reach: &'a str,
}

macro_rules! rules {
    ($($id:literal $tier:ident $says:literal, $applies:expr;)*) => {
        &[$($crate::policy::permissions::Rating {
            id: $id,
            tier: $crate::model::risk::Tier::$tier,
            says: $says,
            applies: $applies,
        }),*]
    };
}
use rules;

fn first(rules: &'static [Rating], name: &Name<'_>) -> Option<&'static Rating> {
    rules.iter().find(|rule| (rule.applies)(name))
}

impl<'a> Name<'a> {
    /// `admin_only` is the live resource's own word; a name it does not publish counts as one that only
    /// administrators may consent to.
    fn read(sort: PermissionSort, name: &'a str, admin_only: Option<bool>) -> Self {
        let mut parts = name.splitn(3, '.');
        Self {
            sort,
            admin_only: admin_only.unwrap_or(true),
            whole: name,
            noun: parts.next().unwrap_or_default(),
            verb: parts.next().unwrap_or_default(),
            reach: parts.next().unwrap_or_default(),
        }
    }

    fn app(&self) -> bool {
        self.sort == Application
    }

    fn user(&self) -> bool {
        self.sort == Delegated
    }

    /// One of these names exactly.
    fn is(&self, names: &str) -> bool {
        listed(names, self.whole)
    }

    /// About one of these nouns exactly.
    fn about(&self, nouns: &str) -> bool {
        listed(nouns, self.noun)
    }

    /// With one of these verbs exactly.
    fn does(&self, verbs: &str) -> bool {
        listed(verbs, self.verb)
    }

    /// As far as one of these exactly.
    fn up_to(&self, reaches: &str) -> bool {
        listed(reaches, self.reach)
    }

    /// What comes after the noun.
    fn tail(&self) -> &str {
        self.whole.get(self.noun.len() + 1..).unwrap_or_default()
    }

    fn reads(&self) -> bool {
        self.verb.starts_with("Read")
    }

    fn writes(&self) -> bool {
        WRITES.iter().any(|word| self.verb.contains(word)) || self.verb == "Export"
    }
}

/// Whether the word is one of those that single blanks part. Every permission goes through many lists, so their
/// bytes are compared, not their characters.
fn listed(words: &str, word: &str) -> bool {
    words.as_bytes().split(|byte| *byte == b' ').any(|one| one == word.as_bytes())
}

/// Parts of a verb that change something, send something or carry it out.
#[rustfmt::skip]
const WRITES: &[&str] = &[
    "Write", "Manage", "FullControl", "Create", "Send", "Delete", "Remove", "Update", "Import",
    "Migrat", "EnableDisable", "Command", "Invite", "Start", "Activate", "PrivilegedOperations",
    "Archive", "Initiate", "Join", "Edit", "Submit", "Ingest", "Upload", "Revoke", "Approve", "Sign",
    "Consent", "Report",
];
