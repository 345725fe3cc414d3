//! What stands above everything: the verdict, the tenant, what blocks, what is lifted, and how much it is.

use super::{MARK, Share};
use crate::plan::access;
use crate::plan::readiness::{Readiness, by_rule};
use crate::plan::{Check, Plan};
use crate::render::escape::markdown as escape;
use crate::render::page::{counted, shorten};
use crate::render::plan::head;

/// There are not so many rails: only a file can say so.
const MOST_LIFTED: usize = 10;

/// A sentence, all of it where there is room.
pub(super) fn sentence(text: &str, share: Share) -> String {
    escape::text(&shorten(text, share.sentence))
}

pub(super) fn text(plan: &Plan, share: Share) -> String {
    let mut out = format!("{MARK}{} -->\n", plan.tenant.id);
    out.push_str(&format!("## consent plan: {}\n\n", sentence(&head::verdict_words(plan), share)));
    if !plan.changes.is_empty() {
        let (_, numbers) = head::numbers(plan);
        out.push_str(&format!("**{}**: {numbers}\n\n", head::extent(plan)));
    }
    out.push_str(&alerts(plan, share));
    out.push_str(&about(plan, share));
    out
}

/// What stops apply, what is lifted, and where the plan does not do what its manifest seems to mean.
fn alerts(plan: &Plan, share: Share) -> String {
    let mut out = String::new();
    if Readiness::of(plan) == Readiness::Blocked {
        for (rule, checks) in by_rule(plan) {
            out.push_str(&format!("> [!CAUTION]\n> **BLOCKED by {}**\n", escape::text(rule)));
            for Check { rule: _, text, help } in checks.iter().take(share.notes) {
                let (text, help) = (sentence(text, share), sentence(help, share));
                out.push_str(&format!(">\n> - {text}. What to do: {help}\n"));
            }
            if checks.len() > share.notes {
                let word = if share.notes == 0 { "reason" } else { "more reason" };
                let more = counted(checks.len() - share.notes, word);
                out.push_str(&format!(">\n> - and {more}\n"));
            }
            out.push('\n');
        }
    }
    for lifted in plan.lifted.iter().take(MOST_LIFTED) {
        let lifted = head::lifted_words(plan, lifted);
        out.push_str(&format!("> [!WARNING]\n> **LIFTED** {}\n\n", sentence(&lifted, share)));
    }
    let pointless = access::pointless(plan);
    for warning in pointless.iter().take(share.notes) {
        out.push_str(&format!("> [!WARNING]\n> {}\n\n", sentence(warning, share)));
    }
    out
}

/// Which tenant, by which manifest, read when.
fn about(plan: &Plan, share: Share) -> String {
    let tenant = plan.tenant.domains.first().unwrap_or(&plan.tenant.name);
    let lead = if plan.simulated { "**SIMULATED** tenant" } else { "Tenant" };
    // What is never applied has nothing to approve.
    let effect = match plan.changes.is_empty() || plan.offline.is_some() {
        true => String::new(),
        false => format!("- Effect `{}`\n", plan.effect.digest),
    };
    let offline = plan.offline.as_ref().map(|offline| {
        format!("- **OFFLINE** {}: to review, never to apply\n", escape::text(&offline.told()))
    });
    format!(
        "{}- {lead} {} (`{}`)\n- Manifest {}\n- Live {}\n{effect}\n",
        offline.unwrap_or_default(),
        escape::name(tenant),
        plan.tenant.id,
        sentence(&head::manifest_words(plan), share),
        sentence(&head::live_words(plan), share),
    )
}
