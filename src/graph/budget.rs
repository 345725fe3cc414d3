//! How much one reading of the tenant may take, how much it has taken, and what it is at.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most bytes of answers, after decompression. A million grants and as many people are less. What is
/// read is kept until it is compared, so this is the bound of the memory, too.
const MOST_BYTES: usize = 512 * 1024 * 1024;
/// Most pages of all lists together.
const MOST_PAGES: usize = 100_000;

/// More came than one reading may take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMuch {
    #[error("its answers are more than {} MiB, the most that one reading takes", .0 >> 20)]
    Bytes(usize),
    #[error("its lists have more than {0} pages, the most that one reading takes")]
    Pages(usize),
}

/// How far a reading is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Far {
    pub(crate) pages: usize,
    pub(crate) objects: usize,
    /// What is asked for at present and was asked first: safe to show.
    pub(crate) what: Option<String>,
}

/// The budget of one connection, for one reading at a time.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<BudgetState>);

#[derive(Debug)]
struct BudgetState {
    most_bytes: usize,
    most_pages: usize,
    bytes: usize,
    pages: usize,
    objects: usize,
    /// What was asked and has no answer, by number.
    open: BTreeMap<u64, String>,
    number: u64,
}

/// A question that is open until this is dropped.
pub(crate) struct OpenQuestion<'a> {
    budget: &'a Budget,
    number: u64,
}

impl Drop for OpenQuestion<'_> {
    fn drop(&mut self) {
        self.budget.state().open.remove(&self.number);
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self(Mutex::new(BudgetState {
            most_bytes: MOST_BYTES,
            most_pages: MOST_PAGES,
            bytes: 0,
            pages: 0,
            objects: 0,
            open: BTreeMap::new(),
            number: 0,
        }))
    }
}

impl Budget {
    /// Another reading begins: nothing of it is used up.
    pub(crate) fn begin(&self) {
        let mut state = self.state();
        (state.bytes, state.pages, state.objects) = (0, 0, 0);
    }

    /// `what`: safe to show.
    pub(crate) fn open(&self, what: String) -> OpenQuestion<'_> {
        let mut state = self.state();
        state.number += 1;
        let number = state.number;
        state.open.insert(number, what);
        OpenQuestion { budget: self, number }
    }

    /// So many bytes came.
    ///
    /// # Errors
    /// When they are more than one reading may take.
    pub(crate) fn bytes(&self, count: usize) -> Result<(), TooMuch> {
        let mut state = self.state();
        state.bytes = state.bytes.saturating_add(count);
        let most = state.most_bytes;
        if state.bytes > most { Err(TooMuch::Bytes(most)) } else { Ok(()) }
    }

    /// A page of a list came, with so many objects.
    ///
    /// # Errors
    /// As above.
    pub(crate) fn page(&self, objects: usize) -> Result<(), TooMuch> {
        let mut state = self.state();
        state.pages += 1;
        state.objects += objects;
        let most = state.most_pages;
        if state.pages > most { Err(TooMuch::Pages(most)) } else { Ok(()) }
    }

    /// Objects came that are no page.
    pub(crate) fn objects(&self, count: usize) {
        self.state().objects += count;
    }

    pub(crate) fn far(&self) -> Far {
        let state = self.state();
        let what = state.open.first_key_value().map(|(_, what)| what.clone());
        Far { pages: state.pages, objects: state.objects, what }
    }

    /// Allows less, so that a test need not read so much.
    #[cfg(test)]
    pub(crate) fn shrink(&self, bytes: usize, pages: usize) {
        let mut state = self.state();
        (state.most_bytes, state.most_pages) = (bytes, pages);
    }

    fn state(&self) -> MutexGuard<'_, BudgetState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_has_an_end_and_the_next_one_begins_anew() {
        let budget = Budget::default();
        assert_eq!(budget.bytes(MOST_BYTES), Ok(()));
        assert_eq!(budget.bytes(1), Err(TooMuch::Bytes(MOST_BYTES)));
        assert!((0..MOST_PAGES).all(|_| budget.page(999).is_ok()));
        assert_eq!(budget.page(0), Err(TooMuch::Pages(MOST_PAGES)));
        assert_eq!(budget.far().objects, 999 * MOST_PAGES);
        budget.begin();
        assert_eq!((budget.bytes(1), budget.page(1)), (Ok(()), Ok(())));
        assert!(TooMuch::Bytes(MOST_BYTES).to_string().contains("512 MiB"));
    }

    #[test]
    fn what_was_asked_first_and_is_open_is_what_it_is_at() {
        let budget = Budget::default();
        let first = budget.open("/users".into());
        let second = budget.open("/groups".into());
        assert_eq!(budget.far().what.as_deref(), Some("/users"));
        drop(first);
        assert_eq!(budget.far().what.as_deref(), Some("/groups"));
        drop(second);
        assert_eq!(budget.far(), Far::default());
    }
}
