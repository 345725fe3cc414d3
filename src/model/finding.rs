//! What is wrong with what somebody wrote: data, collected, never one hiding another.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::safe::Safe;

/// A stretch of one manifest file, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which of the run's files, see `manifest::source::Sources`.
    pub file: usize,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// One mistake or one thing worth saying, with the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable id in snake case, listed in `docs/reference/findings.md`.
    pub code: &'static str,
    pub severity: Severity,
    /// One sentence without a full stop.
    pub(crate) title: Safe,
    /// Where it is written; `None` when it concerns no line.
    pub place: Option<Place>,
    /// A few words under the underlined text.
    pub(crate) label: Option<Safe>,
    /// What to do, a runnable command where there is one.
    pub(crate) help: Option<Safe>,
    /// More help, by which somebody would lose access. Given only where nothing else is wrong: what seems
    /// to be nobody's may only be misspelt elsewhere.
    pub(crate) taking: Option<Safe>,
    /// The tenant refused to answer: nothing is known to be wrong with what is written.
    pub(crate) refused: bool,
}

impl Finding {
    pub(crate) fn error(code: &'static str, title: impl Into<Safe>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            title: title.into(),
            place: None,
            label: None,
            help: None,
            taking: None,
            refused: false,
        }
    }

    pub(crate) fn warning(code: &'static str, title: impl Into<Safe>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, title) }
    }

    #[must_use]
    pub(crate) fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    #[must_use]
    pub(crate) fn label(mut self, label: impl Into<Safe>) -> Self {
        self.label = Some(label.into());
        self
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<Safe>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The way out by which somebody would lose access; follows the other help.
    #[must_use]
    pub(crate) fn taking(mut self, help: impl Into<Safe>) -> Self {
        self.taking = Some(help.into());
        self
    }

    /// The tenant did not let the identity read it.
    #[must_use]
    pub(crate) fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// All help there is to give; `alone` where nothing else is wrong.
    pub(crate) fn advice(&self, alone: bool) -> Option<String> {
        let all = self.help.iter().chain(self.taking.iter().filter(|_| alone));
        let all: Vec<&str> = all.map(|help| &**help).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

/// Errors told in all: nobody reads more of them, and a file of nothing but mistakes must not make
/// work without end.
pub(crate) const MOST_ERRORS: usize = 500;

/// The code of the one more that says so.
pub(crate) const TOO_MANY: &str = "too_many_mistakes";

/// All findings of a run, in the order they were made, each once.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    all: Vec<Finding>,
    errors: usize,
    /// Where each stands in `all`, by place and code, so that a double is found without comparing all.
    at: BTreeMap<(usize, usize, usize, &'static str), Vec<usize>>,
}

impl Findings {
    /// Adds a finding. Once there are [`MOST_ERRORS`], one more says so, and others are passed over:
    /// what has that many mistakes is used for nothing.
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.is_full() {
            return;
        }
        let place = finding.place.as_ref().map(|place| (place.file, place.span.clone()));
        let (file, span) = place.unwrap_or((usize::MAX, 0..0));
        let alike = self.at.entry((file, span.start, span.end, finding.code)).or_default();
        if alike.iter().any(|at| self.all.get(*at) == Some(&finding)) {
            return;
        }
        alike.push(self.all.len());
        self.errors += usize::from(finding.severity == Severity::Error);
        self.all.push(finding);
        if self.is_full() {
            let title = format!("more than {MOST_ERRORS} mistakes: the rest is not told");
            self.all.push(Finding::error(TOO_MANY, title));
        }
    }

    /// Whether one of this code is told at this place.
    pub(crate) fn has(&self, code: &'static str, place: &Place) -> bool {
        self.at.contains_key(&(place.file, place.span.start, place.span.end, code))
    }

    /// Whether no more are taken, so that nobody need look for them.
    pub(crate) fn is_full(&self) -> bool {
        self.errors >= MOST_ERRORS
    }

    pub(crate) fn extend(&mut self, other: Self) {
        other.all.into_iter().for_each(|finding| self.push(finding));
    }

    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether no more than one sort of mistake is in all of it. The same mistake made in several places is
    /// one decision; mistakes of two sorts may be each other's cause.
    pub(crate) fn is_one_mistake(&self) -> bool {
        let errors = || self.all.iter().filter(|one| one.severity == Severity::Error);
        errors().next().is_none_or(|first| errors().all(|one| one.code == first.code))
    }

    /// Whether all that is wrong is that the tenant refused to answer.
    pub(crate) fn is_only_refused(&self) -> bool {
        let mut errors = self.all.iter().filter(|one| one.severity == Severity::Error);
        self.has_errors() && errors.all(|one| one.refused)
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// By file and position; what has no place comes last.
    pub(crate) fn sorted(&self) -> Vec<&Finding> {
        let mut all: Vec<&Finding> = self.all.iter().collect();
        all.sort_by_key(|f| {
            (
                f.place.is_none(),
                f.place.as_ref().map(|p| (p.file, p.span.start, p.span.end)),
                f.code,
            )
        });
        all
    }

    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.all.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: usize) -> Place {
        Place { file: 0, span: start..start + 1 }
    }

    #[test]
    fn each_is_told_once() {
        let mut findings = Findings::default();
        for start in [1, 1, 2] {
            findings.push(Finding::warning("w", "same").at(&at(start)));
            findings.push(Finding::warning("w", "no place"));
        }
        findings.push(Finding::warning("w", "other").at(&at(1)));
        assert_eq!(findings.iter().count(), 4);
        assert!(!findings.has_errors());
    }

    #[test]
    fn a_crowd_of_mistakes_is_told_in_part_and_stays_an_error() {
        let mut findings = Findings::default();
        for start in 0..100_000 {
            findings.push(Finding::warning("w", "w").at(&at(start)));
        }
        assert!(!findings.is_full());
        for start in 0..100_000 {
            findings.push(Finding::error("e", "e").at(&at(start)));
        }
        assert!(findings.is_full() && findings.has_errors());
        assert_eq!(findings.iter().count(), 100_000 + MOST_ERRORS + 1);
        assert_eq!(findings.sorted().last().map(|last| last.code), Some("too_many_mistakes"));
    }
}
