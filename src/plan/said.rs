//! What only the file of a saved plan says, as its words. Everything else that is drawn of it is derived
//! again from its states and the live directory; reasons, owners, notes and warnings cannot be, and
//! whoever wrote the file may have written anything.

use crate::kinds::{Pair, Unreadable};
use crate::model::change::Why;
use crate::model::untrusted::Untrusted;
use crate::plan::{Check, Plan, SaidBy, access, build};

/// Stands before words of the file.
pub(crate) const SAYS: &str = "the plan says: ";

/// In quotes that the text cannot close.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `the plan says: "..."`
pub(crate) fn says(text: &str) -> String {
    format!("{SAYS}{}", quoted(text))
}

/// The same of the changes, which are made of its pairs anew for it. Reasons decide nothing but what waits
/// for what, and in quotes they are as equal as without.
///
/// # Errors
/// When a state is not of its kind's form.
pub(crate) fn mark_all(plan: &mut Plan) -> Result<(), Unreadable> {
    mark(plan);
    let marked = build::changes(&plan.pairs, &plan.rests, &plan.names)?;
    for (change, marked) in plan.changes.iter_mut().zip(marked) {
        change.why = marked.why;
        change.notes = marked.notes;
    }
    access::note(&mut plan.changes, &plan.access);
    Ok(())
}

/// Turns what a plan has from its file into the file's words, for drawing. The changes are to be made
/// of its pairs anew.
fn mark(plan: &mut Plan) {
    plan.source = SaidBy::File;
    plan.pairs.iter_mut().for_each(mark_pair);
    for warning in &mut plan.warnings {
        *warning = says(warning);
    }
    for found in &mut plan.unmanaged {
        // How risky it is, is the file's word as well.
        let risk = found.risk.take().map(|tier| format!("{}: ", tier.word())).unwrap_or_default();
        found.text = Untrusted::new(says(&format!("{risk}{}", found.text.raw())));
    }
    plan.checks.iter_mut().for_each(mark_check);
}

fn mark_pair(pair: &mut Pair) {
    pair.notes = pair.notes.iter().map(|note| says(note)).collect();
    let word = |text: &Option<String>| text.as_deref().map(quoted);
    let mark = |why: &Why| Why {
        line: says(&why.line),
        reason: word(&why.reason),
        owner: word(&why.owner),
        until: word(&why.until),
        at: why.at.clone(),
    };
    pair.why = pair.why.iter().map(mark).collect();
}

/// What helps against a rule is never the file's to say.
fn mark_check(check: &mut Check) {
    let Check { rule, text, help } = check;
    *rule = says(rule);
    *text = quoted(text);
    *help = "mend that in the manifest, and make the plan anew: consent plan --out FILE".to_owned();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_closes_its_quotes() {
        assert_eq!(says(r#"x" and "y \"#), r#"the plan says: "x\" and \"y \\""#);
    }
}
