//! Texts that have so much room and no more.

/// The first of these shares whose text has at most so many characters; of the last one, as much as fits, with
/// a word that says so.
pub(crate) fn fitting<S>(shares: &[S], most: usize, draw: impl Fn(&S) -> Option<String>) -> String {
    let mut last = String::new();
    for share in shares {
        let Some(text) = draw(share) else { continue };
        // Bytes are never fewer than characters.
        if text.len() <= most || text.chars().count() <= most {
            return text;
        }
        last = text;
    }
    cut(&last, most)
}

/// Says that the rest is missing.
const CUT: &str = "\n\n**The rest has no room here: see the plan itself.**\n";

/// Whole lines from the beginning: the most important stand there.
fn cut(text: &str, most: usize) -> String {
    let room = most.saturating_sub(CUT.chars().count());
    let mut kept = String::new();
    let mut used = 0;
    for line in text.split_inclusive('\n') {
        used += line.chars().count();
        if used > room {
            break;
        }
        kept.push_str(line);
    }
    kept + CUT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_fits_is_taken_and_the_last_is_cut_at_a_line() {
        let lines = |count: &usize| Some("é line\n".repeat(*count));
        assert_eq!(fitting(&[100, 30, 10], 210, lines), "é line\n".repeat(30));
        let cut = fitting(&[100], 210, lines);
        assert!(cut.ends_with(CUT) && cut.chars().count() <= 210, "{cut}");
        assert_eq!(fitting(&[1], 210, |_| None), CUT);
    }
}
