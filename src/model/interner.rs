//! One copy of what thousands of objects have in common.

use std::collections::BTreeSet;

/// Values that are cheap to clone and dear to keep apart: sets of scopes, lists of reasons.
#[derive(Debug)]
pub(crate) struct Interner<V>(BTreeSet<V>);

impl<V> Default for Interner<V> {
    fn default() -> Self {
        Self(BTreeSet::new())
    }
}

impl<V: Ord + Clone> Interner<V> {
    /// The copy of this value that all share.
    pub(crate) fn shared(&mut self, value: V) -> V {
        if let Some(known) = self.0.get(&value) {
            return known.clone();
        }
        self.0.insert(value.clone());
        value
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn equal_values_become_one() {
        let mut interner = Interner::default();
        let (one, two): (Arc<str>, Arc<str>) = ("a".into(), "a".into());
        let (one, two) = (interner.shared(one), interner.shared(two));
        assert!(Arc::ptr_eq(&one, &two));
        assert_eq!(&*interner.shared("b".into()), "b");
    }
}
