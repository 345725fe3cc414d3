//! "Did you mean".

use similar::get_close_matches;

/// How alike two texts must be, from 0 to 1. Below 0.6 the guesses are more odd than helpful.
const ALIKE: f32 = 0.6;

/// Longest text worth comparing, in characters: no name that people write is longer, and a longer one is
/// no slip of the fingers.
const LONGEST: usize = 80;
/// Bytes of the longest character in UTF-8.
const LONGEST_CHAR: usize = 4;

/// Most candidates that are looked at. Microsoft Graph publishes fewer permissions; among more, something
/// is alike by chance.
const MOST: usize = 1_000;

/// Most candidates that are compared letter by letter, which costs the product of both lengths: those
/// that share the most letters. A manifest of many labels and many mistakes must not take for ever.
const FINALISTS: usize = 32;

/// The candidate that was probably meant: the same but for letter case, else the most alike.
pub(crate) fn close<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    if text.is_empty() || text.chars().count() > LONGEST {
        return None;
    }
    let mut all: Vec<&str> =
        candidates.into_iter().filter(|one| *one != text).take(MOST + 1).collect();
    if all.len() > MOST {
        return None;
    }
    all.retain(|one| one.len() <= LONGEST * LONGEST_CHAR);
    all.sort_unstable();
    let lower = text.to_lowercase();
    let lowered: Vec<String> = all.iter().map(|one| one.to_lowercase()).collect();
    if let Some(at) = lowered.iter().position(|one| *one == lower) {
        return all.get(at).map(|one| (*one).to_owned());
    }
    let pool = finalists(&lower, &lowered);
    #[cfg(test)]
    work::add(pool.iter().map(|one| one.len() * lower.len()).sum());
    let best = *get_close_matches(lower.as_str(), &pool, 1, ALIKE).first()?;
    let index = lowered.iter().position(|one| one == best)?;
    all.get(index).map(|one| (*one).to_owned())
}

/// Those that could be alike enough, by how many letters they share whatever their order.
fn finalists<'a>(text: &str, candidates: &'a [String]) -> Vec<&'a str> {
    let own = letters(text);
    let mut scored: Vec<(f32, &str)> = candidates
        .iter()
        .map(|one| (shared(&own, &letters(one)), one.as_str()))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    // Stable: of those that share as many, the first by name.
    scored.sort_by(|one, other| other.0.total_cmp(&one.0));
    scored.into_iter().take(FINALISTS).map(|(_, one)| one).collect()
}

/// How often each letter stands in a text; those beyond the first table share a place, which can only
/// make texts look more alike than they are.
fn letters(text: &str) -> [u16; 64] {
    let mut counts = [0_u16; 64];
    for c in text.chars() {
        if let Some(count) = counts.get_mut(c as usize % 64) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// What two texts are at most alike, as the comparison letter by letter would have it.
fn shared(one: &[u16; 64], other: &[u16; 64]) -> f32 {
    let sum = |counts: &[u16; 64]| counts.iter().copied().map(f32::from).sum::<f32>();
    let both: f32 = one.iter().zip(other).map(|(a, b)| f32::from(*a.min(b))).sum();
    2.0 * both / (sum(one) + sum(other)).max(1.0)
}

/// `did you mean "X"?`, where something is close.
pub(crate) fn did_you_mean<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let meant = close(text, candidates)?;
    Some(format!("did you mean \"{}\"?", crate::model::untrusted::shown(&meant)))
}

/// What comparing letter by letter has cost this thread, in pairs of letters.
#[cfg(test)]
pub(crate) mod work {
    use std::cell::Cell;

    std::thread_local! {
        static PAIRS: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn add(pairs: usize) {
        PAIRS.set(PAIRS.get() + pairs);
    }

    pub(crate) fn of(look: impl FnOnce()) -> usize {
        PAIRS.set(0);
        look();
        PAIRS.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPES: [&str; 4] = ["Mail.Read", "Mail.ReadWrite", "Tasks.ReadWrite", "User.Read"];

    #[test]
    fn slips_and_letter_case_are_seen_through() {
        assert_eq!(close("Tasks.ReadWrit", SCOPES).as_deref(), Some("Tasks.ReadWrite"));
        assert_eq!(close("mail.raed", SCOPES).as_deref(), Some("Mail.Read"));
        assert_eq!(close("USER.READ", SCOPES).as_deref(), Some("User.Read"));
    }

    #[test]
    fn nothing_is_better_than_nonsense() {
        assert_eq!(close("Sites.Selected", SCOPES), None);
        assert_eq!(close("", SCOPES), None);
        assert_eq!(close(&"x".repeat(1000), SCOPES), None);
        assert_eq!(close("Mail.Read", ["Mail.Read"]), None);
    }

    #[test]
    fn the_work_is_bounded_whatever_there_is_to_compare() {
        let alike = |i: usize| format!("{i:0>4}{}", "abcd".repeat(19));
        let all: Vec<String> = (0..MOST).map(alike).collect();
        let text = "dcba".repeat(20);
        let pairs = work::of(|| drop(close(&text, all.iter().map(String::as_str))));
        assert_eq!(pairs, FINALISTS * 80 * 80);
        let long = ["x".repeat(1 << 20)];
        assert_eq!(work::of(|| drop(close("x", long.iter().map(String::as_str)))), 0);
    }

    #[test]
    fn the_right_one_is_found_among_many() {
        let mut all: Vec<String> = (0..900).map(|i| format!("Resource{i}.Read.All")).collect();
        all.push("Tasks.ReadWrite".to_owned());
        let found = close("Taks.ReadWirte", all.iter().map(String::as_str));
        assert_eq!(found.as_deref(), Some("Tasks.ReadWrite"));
    }
}
