//! The disturbances that a path has had.

/// The disturbances of this path so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Spent {
    /// Another administrator did something.
    pub(super) others: bool,
    /// An answer was slow.
    pub(super) slow: bool,
    /// A request or a read had trouble.
    pub(super) trouble: bool,
    /// The run was killed or told to stop.
    pub(super) cut: bool,
}

impl Spent {
    pub(super) fn count(self) -> usize {
        [self.others, self.slow, self.trouble, self.cut].into_iter().filter(|one| *one).count()
    }
}
