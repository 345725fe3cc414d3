//! How reports are drawn, whatever they are about.

use crate::render::repository::Repository;

/// How reports are drawn, whatever they are about.
#[derive(Debug, Clone)]
pub(crate) struct ReportOptions {
    /// Characters that a comment may have.
    pub(crate) comment_budget: usize,
    pub(crate) people: PeopleTold,
    pub(crate) repository: Repository,
}

/// What is said of people. What is drawn for everybody to read has no names in it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PeopleTold {
    Named,
    /// They are only counted.
    Counted,
}

/// The longest comment that every version of every platform takes, in characters. GitHub keeps 65,536 in
/// the body of a pull request, and no platform less of a comment.
pub(crate) const COMMENT_BUDGET: usize = 65_000;

/// Half of what GitHub shows of one step, in characters: 1 MiB, of which others may have written some.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>
pub(crate) const SUMMARY_BUDGET: usize = 250_000;

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            comment_budget: COMMENT_BUDGET,
            people: PeopleTold::Named,
            repository: Repository::default(),
        }
    }
}
