//! Text that may be drawn.

use std::fmt;
use std::ops::Deref;

use crate::model::untrusted::shown;

/// Text in which nothing draws, whoever wrote it: every way to make one passes [`shown`], so there is
/// none that holds a control character, a line end or anything that hides or reorders. What people read
/// on a terminal takes it by type.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Safe(String);

impl Safe {
    pub(crate) fn new(text: &str) -> Self {
        Self(shown(text))
    }
}

impl<T: AsRef<str>> From<T> for Safe {
    fn from(text: T) -> Self {
        Self::new(text.as_ref())
    }
}

impl From<Safe> for String {
    fn from(text: Safe) -> Self {
        text.0
    }
}

impl Deref for Safe {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl PartialEq<str> for Safe {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Safe {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_to_make_one_leaves_anything_that_draws() {
        let evil = "a\u{1b}[2J\u{9b}\u{202e}\r\n\tPlan: 0";
        let told = "a<U+001B>[2J<U+009B><U+202E><U+000D><U+000A><U+0009>Plan: 0";
        assert_eq!(Safe::new(evil), *told);
        assert_eq!(Safe::from(evil.to_owned()), told);
        assert_eq!(Safe::from(format!("{}", Safe::from(evil))), told, "twice is once");
    }
}
