//! Delegated permissions by their claim value, and sets of them.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::schema::form;

/// Longest `scope` string of an oauth2PermissionGrant, in characters.
/// Source: the `scope` property of
/// <https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>.
pub(crate) const MAX_SCOPE_CHARS: usize = 3_850;

/// One permission as it stands in a token's `scp` claim. Letter case matters to the service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeName(String);

/// Why a text is no scope name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    #[error("a permission name cannot be empty")]
    Empty,
    #[error("a permission name cannot hold blanks: write one list item per permission")]
    Blank,
    #[error("a permission name is at most 120 characters of the set Microsoft Entra allows")]
    Character,
}

impl ScopeName {
    /// # Errors
    /// When the text breaks the rules of `permissionScope.value`
    /// (<https://learn.microsoft.com/graph/api/resources/permissionscope>).
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::Empty);
        }
        if text.chars().any(char::is_whitespace) {
            return Err(ScopeError::Blank);
        }
        let allowed =
            |c: char| c.is_ascii_alphanumeric() || "!#$%&'()*+,-./:;=?@[]^_{}~".contains(c);
        if text.starts_with('.') || text.chars().count() > 120 || !text.chars().all(allowed) {
            return Err(ScopeError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

// What `parse` takes: the printable characters of ASCII without `"<>\`|`, and no `.` at the start.
form!(ScopeName, {
    "type": "string",
    "pattern": r"^[!#-\-/-;=?-\[\]-_a-{}~][!#-;=?-\[\]-_a-{}~]{0,119}$",
});

impl fmt::Display for ScopeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::model::untrusted::shown(&self.0))
    }
}

/// The permissions of one grant: sorted, each once. Clones share one set, because thousands of people
/// are granted the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ScopeSet(Arc<BTreeSet<ScopeName>>);

// The service may hold names that `ScopeName::parse` refuses.
form!(ScopeSet, { "type": "array", "items": { "type": "string" }, "uniqueItems": true });

impl ScopeSet {
    /// From the service's own string. Real data has leading and double blanks and any order, and
    /// may hold names that nobody publishes: nothing is refused.
    pub(crate) fn from_wire(scope: &str) -> Self {
        scope.split_whitespace().map(|name| ScopeName(name.to_owned())).collect()
    }

    /// Sorted and single-spaced: the same set is always the same bytes.
    pub(crate) fn to_wire(&self) -> String {
        self.0.iter().map(ScopeName::as_str).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        if other.is_subset(self) {
            return self.clone();
        }
        self.0.union(&other.0).cloned().collect()
    }

    /// What `self` has and `other` lacks.
    pub(crate) fn without(&self, other: &Self) -> Self {
        self.0.difference(&other.0).cloned().collect()
    }

    /// What both have.
    #[must_use]
    pub(crate) fn in_common(&self, other: &Self) -> Self {
        self.without(&self.without(other))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ScopeName> {
        self.0.iter()
    }

    pub(crate) fn insert(&mut self, name: ScopeName) -> bool {
        Arc::make_mut(&mut self.0).insert(name)
    }
}

impl FromIterator<ScopeName> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = ScopeName>>(names: I) -> Self {
        Self(Arc::new(names.into_iter().collect()))
    }
}

/// For people: names joined by comma and blank.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_odd_spacing_is_the_same_set() {
        let odd = ScopeSet::from_wire(" Calendars.Read  User.Read ");
        assert_eq!(odd, ScopeSet::from_wire("User.Read Calendars.Read"));
        assert_eq!(odd.to_wire(), "Calendars.Read User.Read");
    }

    #[test]
    fn a_copy_that_is_added_to_leaves_the_other_as_it_was() {
        let one = ScopeSet::from_wire("A B");
        let mut two = one.clone();
        assert!(two.insert(ScopeName::parse("C").unwrap()));
        assert!(!two.insert(ScopeName::parse("C").unwrap()));
        assert_eq!((one.to_wire(), two.to_wire()), ("A B".to_owned(), "A B C".to_owned()));
        assert_eq!(one.union(&two), two);
        assert_eq!(two.union(&one), two);
        assert_eq!(ScopeSet::from_wire("A").union(&ScopeSet::from_wire("B")), one);
    }

    #[test]
    fn letter_case_is_kept_and_distinct() {
        assert_eq!(ScopeSet::from_wire("user.read User.Read").len(), 2);
    }

    #[test]
    fn names_follow_the_documented_characters() {
        assert_eq!(ScopeName::parse(""), Err(ScopeError::Empty));
        assert_eq!(ScopeName::parse("User.Read Mail.Read"), Err(ScopeError::Blank));
        assert_eq!(ScopeName::parse("\u{1b}[31m"), Err(ScopeError::Character));
        assert!(ScopeName::parse("https://contoso.com/user_impersonation").is_ok());
    }
}
