//! A manifest with mistakes, as a comment under the pull request that brings them: the drawing of the terminal.

use std::io::{self, Write};

use crate::manifest::source::Sources;
use crate::model::finding::{Findings, Severity};
use crate::render::budget::fitting;
use crate::render::escape::markdown as escape;
use crate::render::finding::text;
use crate::render::options::ReportOptions;
use crate::render::page::counted;
use crate::render::page::style::Colour;

/// How it begins: as the comment of a plan, which it takes the place of.
pub(crate) const MARK: &str = "<!-- consent:plan tenant=unknown -->";

/// How many findings are drawn, one after the other, until they fit.
const SHARES: [usize; 5] = [200, 50, 20, 5, 1];

/// Draws the comment.
///
/// # Errors
/// When the writer fails.
pub(crate) fn findings(
    findings: &Findings,
    sources: &Sources,
    options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = fitting(&SHARES, options.comment_budget, |most| comment(findings, sources, *most));
    out.write_all(text.as_bytes())
}

/// `None` where it could not be drawn.
fn comment(findings: &Findings, sources: &Sources, most: usize) -> Option<String> {
    let errors = findings.sorted().iter().filter(|one| one.severity == Severity::Error).count();
    let mut drawn = Vec::new();
    // Secrets that are known are taken out where it is written.
    text::draw_first(most, findings, sources, Colour::Plain, &str::to_owned, &mut drawn).ok()?;
    let block = escape::block(&String::from_utf8(drawn).ok()?);
    let errors = counted(errors, "mistake");
    Some(format!(
        "{MARK}\n## consent plan: no plan, the manifest has {errors}\n\n\
         Nothing was planned, and the tenant is unchanged. `consent validate` tells most of them without \
         a tenant.\n\n{block}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::{Finding, Place};

    #[test]
    fn mistakes_stand_in_a_block_that_nothing_in_them_ends() {
        let sources = Sources::one("consent.toml", "name = \"```\\n</details> @adele\"\n");
        let mut found = Findings::default();
        let place = Place { file: 0, span: 7..12 };
        found.push(Finding::error("unknown_app", "no app ``` <b>").at(&place).help("name one"));
        let mut out = Vec::new();
        findings(&found, &sources, &ReportOptions::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with(MARK) && text.contains("has 1 mistake\n"), "{text}");
        assert!(text.contains("\n````text\n") && text.ends_with("\n````\n"), "{text}");
    }
}
