//! What there is to say of a manifest that no plan could be made of.

use crate::manifest::source::Sources;
use crate::model::finding::{Finding, Findings, Severity};
use crate::model::safe::Safe;
use crate::model::secret;
use crate::model::written_at::WrittenAt;
use crate::render::finding::quote;
use crate::render::remarks::remark::{Level, Print, Remark, RemarkList, RemarkSort, beginning};

/// Each mistake and each warning at its line.
pub(crate) fn remarks(findings: &Findings, sources: &Sources) -> RemarkList {
    let alone = findings.is_one_mistake();
    let all = findings.sorted().into_iter().map(|one| remark(one, alone, sources)).collect();
    RemarkList::new("manifest", None, all)
}

fn remark(finding: &Finding, alone: bool, sources: &Sources) -> Remark {
    let level = match finding.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    };
    let mut text = without_secrets(&finding.title);
    if let Some(label) = &finding.label {
        text = format!("{text}: {}", without_secrets(label));
    }
    let at = place(finding, sources);
    // The line moves with every edit; the file and the words stay.
    let print = Print::of([&at.file, &text]);
    let help = finding.advice(alone).map(|help| Safe::from(without_secrets(&help)));
    let sort = RemarkSort::Finding(finding.code, level);
    Remark { help, ..Remark::new(sort, format!("{text}."), at, print) }
}

fn place(finding: &Finding, sources: &Sources) -> WrittenAt {
    let found = finding.place.as_ref().and_then(|place| sources.stretch(place));
    let first = || sources.get(0).map_or("consent.toml", |source| &source.path);
    found.unwrap_or_else(|| beginning(first()))
}

/// A key may have been pasted where a name belongs, and a report is read by many.
fn without_secrets(text: &str) -> String {
    quote::safe(text, &secret::redact)
}
