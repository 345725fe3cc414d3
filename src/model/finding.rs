//! What is wrong with what somebody wrote: data, collected, never one hiding another.

use std::ops::Range;

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
    /// One sentence without a full stop. Text from the tenant is already made safe.
    pub title: String,
    /// Where it is written; `None` when it concerns no line.
    pub place: Option<Place>,
    /// A few words under the underlined text.
    pub label: Option<String>,
    /// What to do, a runnable command where there is one.
    pub help: Option<String>,
}

impl Finding {
    pub fn error(code: &'static str, title: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            title: title.into(),
            place: None,
            label: None,
            help: None,
        }
    }

    pub fn warning(code: &'static str, title: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, title) }
    }

    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.place = Some(place.clone());
        self
    }

    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// All findings of a run, in the order they were made.
#[derive(Debug, Clone, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        if !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }

    pub fn extend(&mut self, other: Self) {
        other.0.into_iter().for_each(|finding| self.push(finding));
    }

    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// By file and position; what has no place comes last.
    pub fn sorted(&self) -> Vec<&Finding> {
        let mut all: Vec<&Finding> = self.0.iter().collect();
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
        self.0.iter()
    }
}
