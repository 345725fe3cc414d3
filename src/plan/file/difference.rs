//! Where a file and what would have been written part, for people.

use crate::model::untrusted::Untrusted;

/// The first line of the effect that is not as it would have been written.
pub(crate) fn first(found: &str, expected: &str) -> String {
    let (mut found, mut expected) = (found.lines(), expected.lines());
    for at in 0.. {
        match (found.next(), expected.next()) {
            (None, None) => break,
            (found, expected) if found == expected => {}
            (found, expected) => {
                return differs(at, found.unwrap_or_default(), expected.unwrap_or_default());
            }
        }
    }
    "the digest is not that of its text".to_owned()
}

/// How much of a line is shown, in characters, and how much of that before the first difference.
const SHOWN: usize = 100;
const BEFORE: usize = 30;

/// Two lines from shortly before the place where they part. The file cannot be trusted, so nothing
/// of it may draw.
pub(super) fn differs(at: usize, found: &str, expected: &str) -> String {
    let same = found.chars().zip(expected.chars()).take_while(|(one, other)| one == other).count();
    let start = same.saturating_sub(BEFORE);
    let part = |line: &str| {
        let all = line.chars().count();
        let part: String = line.chars().skip(start).take(SHOWN).collect();
        let (head, tail) = (if start > 0 { "..." } else { "" }, all > start + SHOWN);
        let tail = if tail { "..." } else { "" };
        format!("\"{head}{}{tail}\"", Untrusted::new(part.trim()).shown())
    };
    let line = at + 1;
    match (found.is_empty(), expected.is_empty()) {
        (true, true) => format!("line {line}, an empty one, is too many"),
        (false, true) => format!("line {line}, {}, is too many", part(found)),
        _ => format!("line {line} is {}, and should be {}", part(found), part(expected)),
    }
}
