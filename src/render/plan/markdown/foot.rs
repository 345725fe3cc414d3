//! What stands below everything: what is left alone, what was not looked at, warnings, and the effect that is
//! approved.

use super::Share;
use super::head::sentence;
use crate::plan::{Plan, access};
use crate::render::escape::markdown as escape;
use crate::render::page::counted;
use crate::render::page::style::risk_label;
use crate::render::plan::foot::{by_app, last_line, outside_words};

pub(super) fn text(plan: &Plan, share: Share) -> String {
    let mut out = unmanaged(plan, share);
    if let Some(outside) = outside_words(plan) {
        out.push_str(&format!("Outside this manifest: {}\n\n", sentence(&outside, share)));
    }
    out.push_str(&warnings(plan, share));
    out.push_str(&format!("Plan: {}\n", last_line(plan).join(" ")));
    out
}

fn unmanaged(plan: &Plan, share: Share) -> String {
    let all = &plan.unmanaged;
    if all.is_empty() {
        return String::new();
    }
    let what = format!("Unmanaged, left as it is: {}", counted(all.len(), "object"));
    if !share.unmanaged {
        return format!("{what} ({})\n\n", escape::text(&by_app(all)));
    }
    let line = |found: &crate::plan::Unmanaged| {
        let risk = found.risk.map(|tier| format!("{} ", risk_label(tier))).unwrap_or_default();
        let (app, text) = (escape::code(&found.address.owner), escape::name(&found.text));
        format!("- {risk}{app}: {text}\n")
    };
    let lines: String = all.iter().map(line).collect();
    format!("<details><summary>{what}</summary>\n\n{lines}\n</details>\n\n")
}

fn warnings(plan: &Plan, share: Share) -> String {
    // Those that come first stand in the head.
    let first = access::pointless(plan);
    let all: Vec<&String> = plan.warnings.iter().filter(|one| !first.contains(one)).collect();
    let mut out = String::new();
    for warning in all.iter().take(share.notes) {
        out.push_str(&format!("- Warning: {}\n", sentence(warning, share)));
    }
    if all.len() > share.notes {
        out.push_str(&format!("- and {}\n", counted(all.len() - share.notes, "more warning")));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}
