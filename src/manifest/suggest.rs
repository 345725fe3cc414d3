//! "Did you mean".

use similar::get_close_matches;

/// How alike two texts must be, from 0 to 1. Below 0.6 the guesses are more odd than helpful.
const ALIKE: f32 = 0.6;

/// Longest text worth comparing: a longer one is no slip of the fingers.
const LONGEST: usize = 200;

/// Most candidates that are compared. Among more, something is alike by chance, and a manifest of
/// many labels and many mistakes must not take for ever.
const MOST: usize = 2_000;

/// The candidate that was probably meant: the same but for letter case, else the most alike.
pub fn close<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if text.is_empty() || text.chars().count() > LONGEST {
        return None;
    }
    let mut all: Vec<&str> =
        candidates.into_iter().filter(|one| *one != text).take(MOST + 1).collect();
    if all.len() > MOST {
        return None;
    }
    all.sort_unstable();
    let lower = text.to_lowercase();
    if let Some(same) = all.iter().find(|one| one.to_lowercase() == lower) {
        return Some((*same).to_owned());
    }
    let lowered: Vec<String> = all.iter().map(|one| one.to_lowercase()).collect();
    let pool: Vec<&str> = lowered.iter().map(String::as_str).collect();
    let best = *get_close_matches(lower.as_str(), &pool, 1, ALIKE).first()?;
    let index = pool.iter().position(|one| *one == best)?;
    all.get(index).map(|one| (*one).to_owned())
}

/// `did you mean "X"?`, where something is close.
pub fn did_you_mean<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let meant = close(text, candidates)?;
    Some(format!("did you mean \"{}\"?", crate::model::untrusted::shown(&meant)))
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
}
