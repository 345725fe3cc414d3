//! Text as wide as it is on a terminal: measured, cut in its middle, broken into rows, counted. What comes
//! out is safe to show.

use unicode_width::UnicodeWidthChar;

use crate::model::untrusted::shown;

/// How far a list of items goes before the rest is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    All,
    /// At most so many lines, and one more for the count of the rest.
    Lines(usize),
}

/// Columns of a text on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The safe form of a name in at most so many columns. Runs of blanks become one, so that a name
/// cannot build columns of its own.
pub(crate) fn shorten(name: &str, columns: usize) -> String {
    let safe = shown(name);
    let words: Vec<&str> = safe.split_whitespace().collect();
    cut(&words.join(" "), columns)
}

/// Columns of a name. No name or permission of the service is longer: what is was made to be long.
const LONGEST: usize = 512;

/// The safe form of a name, all of it. Runs of blanks become one. Of what was made to be long, the end is
/// counted.
pub(crate) fn in_full(name: &str) -> String {
    let safe = shown(name);
    let words: Vec<&str> = safe.split_whitespace().collect();
    let text = words.join(" ");
    let kept = take(text.chars(), LONGEST);
    let left = text.chars().count() - kept.len();
    if left == 0 {
        return text;
    }
    let kept: String = kept.into_iter().collect();
    format!("{kept}... (and {} more characters)", grouped(left))
}

/// A name that stands beside words of ours: in quotes where it could pass for several names, or for such words.
pub(crate) fn called(name: &str) -> String {
    let name = in_full(name);
    let odd = name.contains([',', '[', ']', ':', '"', '='])
        || name.starts_with(['+', '-', '~'])
        || name.is_empty();
    if odd { format!("\"{}\"", name.replace('"', "'")) } else { name }
}

/// The middle of a long text becomes `...`, so that a name's beginning and a domain's end both stay
/// to be seen.
pub(super) fn cut(text: &str, columns: usize) -> String {
    // Marks without a width could still pile up without end.
    let crowded = text.len() > 4 * columns && text.chars().count() > 2 * columns;
    if width(text) <= columns && !crowded {
        return text.to_owned();
    }
    let room = columns.saturating_sub(3);
    let tail = room / 3;
    let head = take(text.chars(), room - tail);
    let tail: Vec<char> = take(text.chars().rev(), tail);
    format!("{}...{}", head.iter().collect::<String>(), tail.iter().rev().collect::<String>())
}

pub(super) fn take(chars: impl Iterator<Item = char>, columns: usize) -> Vec<char> {
    let mut used = 0;
    let mut taken = Vec::new();
    for c in chars {
        used += c.width().unwrap_or(0);
        if used > columns || taken.len() >= 2 * columns {
            break;
        }
        taken.push(c);
    }
    taken
}

/// The safe form of a text, broken at blanks; a word wider than a line is broken where it must be.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let text = shown(text);
    let mut rows = Vec::new();
    let mut row = Row::default();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !row.text.is_empty() && row.columns + 1 + width(word) > columns {
            rows.push(std::mem::take(&mut row).text);
        }
        if !row.text.is_empty() {
            row.push(' ');
        }
        for c in word.chars() {
            // Marks have no width, and still do not pile up without end.
            let full = row.columns + c.width().unwrap_or(0) > columns || row.marks > columns;
            if full && !row.text.is_empty() {
                rows.push(std::mem::take(&mut row).text);
            }
            row.push(c);
        }
    }
    if !row.text.is_empty() || rows.is_empty() {
        rows.push(row.text);
    }
    rows
}

/// A row that grows, measured as it does.
#[derive(Default)]
struct Row {
    text: String,
    columns: usize,
    /// Characters without a width.
    marks: usize,
}

impl Row {
    fn push(&mut self, c: char) {
        let width = c.width().unwrap_or(0);
        self.columns += width;
        self.marks += usize::from(width == 0);
        self.text.push(c);
    }
}

/// Words and items one after the other over rows, none of them cut. The first row is narrower: it shares its
/// line with something else.
pub(crate) struct Flow {
    rows: Vec<String>,
    first: usize,
    below: usize,
}

impl Flow {
    pub(crate) fn new(first: usize, below: usize) -> Self {
        Self { rows: vec![String::new()], first, below }
    }

    /// What is broken at no blank of its own.
    pub(crate) fn push(&mut self, text: &str) {
        let limit = if self.rows.len() == 1 { self.first } else { self.below };
        match self.rows.last_mut() {
            Some(row) if row.is_empty() && width(text) <= limit => row.push_str(text),
            Some(row) if !row.is_empty() && width(row) + 1 + width(text) <= limit => {
                row.push(' ');
                row.push_str(text);
            }
            _ => self.rows.extend(wrap(text, self.below)),
        }
    }

    /// Each word; `end` stays with the last one.
    pub(crate) fn words(&mut self, text: &str, end: &str) {
        let mut words = text.split(' ').peekable();
        while let Some(word) = words.next() {
            self.push(&if words.peek().is_some() {
                word.to_owned()
            } else {
                format!("{word}{end}")
            });
        }
    }

    pub(crate) fn into_rows(self) -> Vec<String> {
        self.rows
    }
}

/// Rows of a list, and how many items did not fit.
pub(super) fn rows(items: &[String], columns: usize, depth: Depth) -> (Vec<String>, usize) {
    let mut rows: Vec<String> = Vec::new();
    let mut row = String::new();
    for (at, item) in items.iter().enumerate() {
        let comma = if at + 1 == items.len() { "" } else { "," };
        let item = format!("{}{comma}", in_full(item));
        if !row.is_empty() && width(&row) + 1 + width(&item) > columns {
            rows.push(std::mem::take(&mut row));
            if depth == Depth::Lines(rows.len()) {
                return (rows, items.len() - at);
            }
        }
        if !row.is_empty() {
            row.push(' ');
        }
        row.push_str(&item);
        if width(&row) > columns {
            // Wider than a line: it goes on in the next ones.
            rows.extend(wrap(&std::mem::take(&mut row), columns));
            row = rows.pop().unwrap_or_default();
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    (rows, 0)
}

/// `10,000`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 grant`, `2 grants`, `3 policies`.
pub(crate) fn counted(number: usize, word: &str) -> String {
    let many = match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{word}s"),
    };
    format!("{} {}", grouped(number), if number == 1 { word } else { &many })
}

/// More than one word: among commas it could read as several items, or several as one.
pub(crate) fn is_sentence(item: &str) -> bool {
    item.contains([',', ' '])
}

/// Whether it would read as several items in a list with commas.
pub(crate) fn has_comma(item: &str) -> bool {
    item.contains(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns() {
        let name = "東京".repeat(40);
        assert_eq!(width(&name), 160);
        let short = shorten(&name, 31);
        assert!(
            width(&short) <= 31 && short.starts_with("東京") && short.ends_with("東京"),
            "{short}"
        );
        assert!(wrap(&name, 31).iter().all(|row| width(row) <= 31));
    }

    #[test]
    fn marks_without_width_cannot_pile_up() {
        let zalgo = format!("a{}", "\u{301}".repeat(10_000));
        assert!(shorten(&zalgo, 40).chars().count() < 200);
        let rows = wrap(&zalgo.repeat(100), 40);
        assert!(rows.len() > 1_000 && rows.iter().all(|row| row.chars().count() < 200));
    }

    #[test]
    fn an_item_that_fits_is_whole() {
        let items = ["x".repeat(19), "y".repeat(20)];
        assert_eq!(rows(&items, 20, Depth::All).0, [format!("{},", items[0]), items[1].clone()]);
    }

    #[test]
    fn nothing_is_lost_by_wrapping() {
        let text = format!("one two {} three", "x".repeat(50));
        let rows = wrap(&text, 20);
        assert!(rows.iter().all(|row| width(row) <= 20), "{rows:?}");
        assert_eq!(rows.concat().replace(' ', ""), text.replace(' ', ""));
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let items: Vec<String> = (0..100).map(|n| format!("user{n:02}@contoso.com")).collect();
        let (rows, left) = rows(&items, 60, Depth::Lines(3));
        assert_eq!((rows.len(), left), (3, 91));
        assert!(rows.iter().all(|row| row.ends_with(',')), "{rows:?}");
    }

    #[test]
    fn numbers_and_words_agree() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "policy"), "1 policy");
        assert_eq!(counted(2, "policy"), "2 policies");
        assert_eq!(counted(10_000, "user"), "10,000 users");
    }
}
