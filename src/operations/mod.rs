//! Floor 6: what is done, without a screen: from a manifest and a tenant to a plan, what stops it, and what
//! there is now.
//!
//! Imports floors 0 to 5. Effects: those of the floors below. It takes what it needs as values, tells what
//! happens as an [`Event`], and gives data back: it prints nothing, asks nobody, and knows neither a
//! terminal nor a colour.

pub mod lookup;
pub mod manifest;
pub mod notes;
pub mod plan;
pub mod rails;

use crate::graph::error::GraphError;
use crate::kinds::{OddAnswer, Unreadable};
use crate::manifest::source::Sources;
use crate::model::finding::Findings;
use crate::model::id::TenantId;

/// What happens on the way.
#[derive(Debug)]
pub enum Event<'a> {
    /// Whatever there is to say about the manifest, mistakes among it or not.
    Findings(&'a Findings, &'a Sources),
}

/// Whoever wants to know.
pub type Tell<'a> = dyn FnMut(Event<'_>) + Send + 'a;

/// Why something could not be done. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// A read or the sign-in.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// An answer is not of the documented shape.
    #[error("read the tenant: {0}")]
    Odd(#[from] OddAnswer),
    /// A state is not of its kind's form.
    #[error("read the state of {0}")]
    Unreadable(#[from] Unreadable),
    /// The manifest names a domain that the tenant does not have.
    #[error("find the domain {domain} in the tenant {tenant}")]
    NoSuchDomain { tenant: TenantId, domain: String },
    /// `--app` names a label that the manifest does not have.
    #[error("find an app that is declared as {label:?}")]
    UnknownApp { label: String, help: String },
    /// The manifest has mistakes. They were told as [`Event::Findings`].
    #[error("use a manifest that has mistakes")]
    Mistakes(Findings),
    /// What was a manifest for this tenant is none any more.
    #[error("use the manifest: it no longer fits the tenant")]
    NoLongerFits,
}

/// Tells all findings; an error among them ends the operation.
pub(crate) fn told(
    findings: Findings,
    sources: &Sources,
    tell: &mut Tell<'_>,
) -> Result<Findings, Failed> {
    tell(Event::Findings(&findings, sources));
    if findings.has_errors() { Err(Failed::Mistakes(findings)) } else { Ok(findings) }
}
