//! Floor 6: what is done, without a screen: from a manifest and a tenant to a plan, what stops it, what
//! there is now, and a run of approved changes.
//!
//! Imports floors 0 to 5. Effects: those of the floors below. It takes what it needs as values, tells what
//! happens as an [`Event`], and gives data back: it prints nothing, asks nobody, and knows neither a
//! terminal nor a colour.

pub(crate) mod approvals;
pub(crate) mod approved;
pub(crate) mod failed;
pub(crate) mod freshness;
pub(crate) mod history;
pub(crate) mod last_day;
pub(crate) mod last_look;
pub(crate) mod lookup;
pub(crate) mod manifest;
pub(crate) mod notes;
pub(crate) mod offline;
pub(crate) mod outside;
pub(crate) mod plan;
pub(crate) mod rails;
pub(crate) mod record;
pub(crate) mod run;
pub(crate) mod saved_effect;
pub(crate) mod saved_plan;
pub(crate) mod session;
pub(crate) mod shown;
pub(crate) mod stop;
pub(crate) mod take;
pub(crate) mod watch;
pub(crate) mod witness;

use std::time::Duration;

use time::OffsetDateTime;

use crate::apply::progress::Progress;
use crate::graph::budget::Far;
use crate::graph::wait::Wait;
use crate::manifest::source::Sources;
use crate::model::finding::Findings;

pub(crate) use failed::Failed;

/// What happens on the way. Times are since the clock's start.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    /// Whatever there is to say about the manifest, mistakes among it or not.
    Findings(&'a Findings, &'a Sources),
    /// The tenant is read from now on.
    Reads { now: Duration },
    /// So many changes are made from now on. `origin`: the time of day when the clock started.
    Changes { all: usize, origin: OffsetDateTime },
    /// One more second of either has passed.
    Second(&'a Status),
    /// What was read, or changed, until now.
    Over,
    /// What became of requests and changes.
    Progress(&'a Progress<'a>, Duration),
    /// Somebody wants it to stop: what is under way has to come back first.
    Stopping,
}

/// How far it is, and what is waited for.
#[derive(Debug)]
pub(crate) struct Status {
    /// Changes are made; otherwise the tenant is read.
    pub(crate) changes: bool,
    pub(crate) now: Duration,
    /// The time of day when the clock started.
    pub(crate) origin: OffsetDateTime,
    pub(crate) wait: Option<Wait>,
    pub(crate) far: Far,
}

/// Whoever wants to know, of several operations at the same time.
pub(crate) type Tell<'a> = dyn Fn(Event<'_>) + Send + Sync + 'a;

/// Tells all findings; an error among them ends the operation.
pub(crate) fn told(
    findings: Findings,
    sources: &Sources,
    tell: &Tell<'_>,
) -> Result<Findings, Failed> {
    tell(Event::Findings(&findings, sources));
    if findings.has_errors() { Err(Failed::Mistakes(findings)) } else { Ok(findings) }
}

#[cfg(test)]
mod in_memory_tests;
