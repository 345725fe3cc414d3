//! What must hold of every text that people are shown.

use consent::model::untrusted::shown;
use unicode_width::UnicodeWidthChar;

/// Nothing in it draws, hides or reorders; lines may end.
pub(crate) fn draws_nothing(text: &str) {
    for line in text.split('\n') {
        assert_eq!(shown(line), line, "this text draws");
    }
}

/// The same, within the 80 columns that are promised.
pub(crate) fn fits_a_screen(text: &str) {
    draws_nothing(text);
    for line in text.lines() {
        let width: usize = line.chars().map(|c| c.width().unwrap_or(0)).sum();
        assert!(width <= 80, "{width} columns: {line:?}");
        // Marks have no width, and still could fill a screen.
        assert!(line.chars().count() <= 400, "marks pile up: {line:?}");
    }
}

/// No run of the characters of a token that begins as every token does.
pub(crate) fn holds_no_token(text: &str) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-_.~+/".contains(c);
    for word in text.split(|c| !is_token(c)) {
        // A text that was cut ends in dots.
        let word = word.trim_end_matches('.');
        assert!(!(word.len() > 16 && word.contains("eyJ")), "a token is shown: {word}");
    }
}
