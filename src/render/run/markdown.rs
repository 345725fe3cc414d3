//! What became of a run, as a comment: what stands now, then all that is not as planned.

use std::io::{self, Write};

use crate::model::outcome::RunReport;
use crate::plan::Plan;
use crate::render::budget::fitting;
use crate::render::escape::markdown as escape;
use crate::render::formats::ReportOptions;
use crate::render::page::Page;
use crate::render::run::text;

/// How every comment begins, so that the one of yesterday is found and updated in place.
pub(crate) const MARK: &str = "<!-- consent:run tenant=";

/// How many unsettled changes are told, one after the other, until they fit.
const SHARES: [usize; 5] = [usize::MAX, 200, 50, 20, 3];

/// Draws the comment.
///
/// # Errors
/// When the writer fails.
pub(crate) fn run(
    report: &RunReport,
    plan: &Plan,
    options: &ReportOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let most = options.comment_budget;
    let text = fitting(&SHARES, most, |share| Some(comment(report, plan, *share)));
    out.write_all(text.as_bytes())
}

fn comment(report: &RunReport, plan: &Plan, most: usize) -> String {
    let tenant = plan.tenant.domains.first().unwrap_or(&plan.tenant.name);
    let mut out = format!(
        "{MARK}{} -->\n## consent apply: {}\n\n",
        plan.tenant.id,
        escape::text(&text::counts_text(report, &plan.changes)),
    );
    out.push_str(&format!("- Tenant {} (`{}`)\n", escape::name(tenant), plan.tenant.id));
    out.push_str(&format!("- {}\n", escape::text(&text::tenant_words(report, plan))));
    if let Some(stopped) = &report.stopped {
        out.push_str(&format!("- **Stopped** {}\n", escape::text(&text::because(stopped))));
    }
    if let Some(left) = report.remaining {
        out.push_str(&format!("- Check: {}\n", remaining(left)));
    }
    let mut page = Page::default();
    text::unsettled(report, &plan.changes, most, &mut page);
    if page.len() > 0 {
        let block = escape::block(&page.plain());
        out.push_str(&format!("\n### Not as planned\n\n{block}"));
    }
    out.push_str(&format!("\nEffect `{}`\n", plan.effect.digest));
    out
}

fn remaining(left: usize) -> String {
    match left {
        0 => "read again, and nothing is left to do".to_owned(),
        1 => "read again, and 1 object is not as it should be".to_owned(),
        many => format!("read again, and {many} objects are not as they should be"),
    }
}
