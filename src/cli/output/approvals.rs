//! Who approved a plan, for people, and what is wrong with it.

use std::io::{self, Write};
use std::path::Path;

use crate::approval::examine::{Examined, SignedDecision};
use crate::approval::judge::{Evidence, Shortage};
use crate::approval::statement::Decision;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::named;
use crate::model::clock::minute;
use crate::model::shell::word;
use crate::model::untrusted::{Untrusted, shown};
use crate::operations::approvals::NoApprovers;
use crate::plan::{Plan, file};
use crate::render::page::style::{Colour, Ink, Painter};
use crate::render::page::{COLUMNS, wrap};

/// One paragraph for each signature, below what they are about.
///
/// # Errors
/// When the writer fails.
pub(crate) fn draw(
    plan: &Plan,
    examined: &[Examined],
    colour: Colour,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (name, id) = (plan.tenant.name.shown(), plan.tenant.id);
    lines(out, "", &format!("{} of {name} ({id})", plan.effect.digest))?;
    writeln!(out, "good until {}", minute(file::expiry(plan)))?;
    for one in examined {
        writeln!(out)?;
        let (ink, head, text) = match &one.result {
            Ok(decision) => {
                let (ink, head) = match decision.decision {
                    Decision::Approve => (Ink::Give, "approved  "),
                    Decision::Reject => (Ink::Take, "REJECTED  "),
                };
                (ink, head, decided(decision))
            }
            Err(because) => (Ink::Take, "refused   ", because.to_string()),
        };
        Painter::new(colour).write(ink, head, out)?;
        let mut all = wrap(&text, COLUMNS - head.len()).into_iter();
        writeln!(out, "{}", all.next().unwrap_or_default())?;
        for line in all {
            writeln!(out, "          {line}")?;
        }
        if let Ok(SignedDecision { note: Some(note), .. }) = &one.result {
            lines(out, "          ", &format!("\"{}\"", note.shown()))?;
        }
        let of = match (&one.key, &one.result) {
            (Some(key), Ok(decision)) => format!("{} {key}", decision.key_type),
            (Some(key), Err(_)) => format!("{}, {key}", shown(&one.name)),
            (None, _) => shown(&one.name),
        };
        lines(out, "          ", &of)?;
    }
    Ok(())
}

fn lines(out: &mut dyn Write, lead: &str, text: &str) -> io::Result<()> {
    wrap(text, COLUMNS - lead.len()).iter().try_for_each(|line| writeln!(out, "{lead}{line}"))
}

fn decided(decision: &SignedDecision) -> String {
    let by: Vec<String> = decision.by.iter().map(Untrusted::shown).collect();
    format!("by {}, {}", by.join(", "), minute(decision.signed_at))
}

/// How the look at them ends.
///
/// # Errors
/// When not all of it speaks for the plan: exit code 6.
pub(crate) fn verdict(
    plan: &Path,
    examined: &[Examined],
    enough: &Result<Evidence, Shortage>,
) -> Result<Exit, Failure> {
    let refused = examined.iter().filter(|one| one.result.is_err()).count();
    let file = shown(&plan.display().to_string());
    let six = Exit::NotAcceptable;
    match enough {
        Err(Shortage::Rejected(by)) => {
            let by: Vec<String> = by.iter().map(decided).collect();
            Err(Failure::new(six, "rejected", format!("{file} was rejected {}", by.join(" and ")))
                .help("make a plan to which nobody objects: consent plan --out FILE"))
        }
        Err(Shortage::TooFew { .. }) if examined.is_empty() => {
            Err(Failure::new(six, "not_enough_approvals", format!("nobody has signed {file}"))
                .help(format!("to approve it: consent approve {}", word(plan))))
        }
        Err(Shortage::TooFew { wanted, people, .. }) => {
            let title = format!("{people} of {wanted} who have to approve {file} did");
            Err(Failure::new(six, "not_enough_approvals", title)
                .help("why a signature does not count stands above"))
        }
        Ok(_) if refused > 0 => {
            let all = examined.len();
            let title = format!("{refused} of {all} signatures of {file} are refused");
            Err(Failure::new(six, "signature_refused", title)
                .help("why stands above; take the file away, or let it be signed anew"))
        }
        Ok(_) => Ok(Exit::Done),
    }
}

/// Without knowing who may approve, nobody did.
pub(crate) fn no_approvers(path: &Path, error: NoApprovers) -> Failure {
    let file = shown(&path.display().to_string());
    let invalid = |title| {
        Failure::new(Exit::Invalid, "approvers_invalid", title).help(
            "a line is `NAME [OPTIONS] TYPE KEY`, such as: alice@contoso.com \
             namespaces=\"consent-approval@v1\" ssh-ed25519 AAAA…",
        )
    };
    match error {
        NoApprovers::Unread(error) => {
            named(error, "name the file of allowed signers with --approvers".to_owned())
        }
        NoApprovers::Nobody => invalid(format!("{file} names nobody who may approve")),
        NoApprovers::Mistakes(mistakes) => {
            let count = mistakes.len();
            let title = match count {
                1 => format!("1 line of {file} names nobody for certain"),
                count => format!("{count} lines of {file} name nobody for certain"),
            };
            let told = mistakes.iter().take(20);
            let told = told.map(|mistake| format!("{file}:{}: {mistake}", mistake.line));
            told.fold(invalid(title), |failure, line| failure.detail(vec![line]))
        }
    }
}
