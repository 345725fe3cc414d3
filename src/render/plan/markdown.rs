//! The plan as a comment under a pull request: what takes access away and what gives it comes first, all else
//! app by app below. It keeps to a number of characters, and what does not fit is counted: least of all what
//! nobody may overlook.

mod details;
mod foot;
mod head;
mod lines;

use std::io::{self, Write};

use crate::plan::Plan;
use crate::render::budget::fitting;
use crate::render::formats::{PeopleTold, ReportOptions};
use crate::render::plan::moves::Moves;

/// How every comment begins, so that the one of yesterday is found and updated in place.
pub(crate) const MARK: &str = "<!-- consent:plan tenant=";

/// How much is told. What is not told is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    /// What is left as it is, name by name.
    unmanaged: bool,
    /// Why each change is planned.
    reasons: bool,
    /// What is of low risk.
    low: bool,
    /// People on one line.
    people: usize,
    /// Everything of each app.
    details: bool,
    each: Each,
    /// Warnings, and checks of each rule.
    notes: usize,
    /// Characters of a sentence.
    sentence: usize,
}

/// Which lines are told each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Each {
    All,
    /// What must be seen at every size.
    MustBeSeen,
    /// The same, app by app.
    ByApp,
    /// So many apps.
    Apps(usize),
}

const ALL: Share = Share {
    unmanaged: true,
    reasons: true,
    low: true,
    people: usize::MAX,
    details: true,
    each: Each::All,
    notes: usize::MAX,
    sentence: 100_000,
};

/// What is dropped, one after the other, until the rest fits.
const SHARES: [Share; 12] = [
    ALL,
    Share { unmanaged: false, ..ALL },
    NO_REASONS,
    Share { low: false, ..NO_REASONS },
    Share { low: false, people: 20, ..NO_REASONS },
    NO_DETAILS,
    Share { each: Each::MustBeSeen, notes: 10, sentence: 1_000, ..NO_DETAILS },
    Share { each: Each::MustBeSeen, people: 3, ..LITTLE },
    LITTLE,
    Share { each: Each::Apps(100), notes: 2, sentence: 200, ..LITTLE },
    Share { each: Each::Apps(5), notes: 1, sentence: 120, ..LITTLE },
    Share { each: Each::Apps(0), notes: 0, sentence: 120, ..LITTLE },
];

const NO_REASONS: Share = Share { unmanaged: false, reasons: false, ..ALL };
const NO_DETAILS: Share = Share { low: false, people: 20, details: false, ..NO_REASONS };

/// What must be seen is counted app by app.
const LITTLE: Share = Share { each: Each::ByApp, people: 3, notes: 3, sentence: 400, ..NO_DETAILS };

/// Draws the comment.
///
/// # Errors
/// When the writer fails.
pub(crate) fn plan(plan: &Plan, options: &ReportOptions, out: &mut dyn Write) -> io::Result<()> {
    let moves = Moves::of(plan);
    let most = options.comment_budget;
    let told = |share: &Share| match options.people {
        PeopleTold::Named => *share,
        PeopleTold::Counted => Share { people: 0, ..*share },
    };
    let text = fitting(&SHARES, most, |share| comment(plan, &moves, told(share), most));
    out.write_all(text.as_bytes())
}

/// `None` where it is longer than `most` before its end is reached.
fn comment(plan: &Plan, moves: &Moves<'_>, share: Share, most: usize) -> Option<String> {
    let mut text = head::text(plan, share);
    text.push_str(&lines::text(plan, moves, share));
    if share.details {
        text.push_str(&details::text(plan, share, most.saturating_sub(text.len() / 4))?);
    }
    text.push_str(&foot::text(plan, share));
    Some(text)
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
