//! Secrets that are known, found in texts in whatever form they travel.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::model::secret::REMOVED;
use crate::model::secret::forms::forms;

/// Shorter ones are no secrets: they would take out every second word.
const SHORTEST: usize = 6;
/// Shorter ones count only between what is no letter or digit.
const WITHIN_WORDS: usize = 8;
/// Of a long one every part of so many bytes is taken out: a service may cut what it repeats, or tell it
/// in pieces.
const PART: usize = 16;
/// Any part holds one of so many bytes at every place that is looked at.
const GRAM: usize = 8;
const STRIDE: usize = PART - GRAM + 1;
/// Places kept of a stretch that repeats itself.
const PLACES: usize = 8;
/// A stretch of hexadecimal digits and hyphens of at most so many bytes is an id, which may stand in a
/// secret as well as elsewhere.
const LONGEST_ID: usize = 36;

type Gram = [u8; GRAM];

/// `Debug` is not implemented: there is nothing to show.
pub(super) struct KnownSecrets {
    secrets: BTreeSet<String>,
    /// Forms that count in parts.
    long: Vec<Vec<u8>>,
    /// Forms that count only as a whole.
    short: BTreeSet<Vec<u8>>,
    /// Where each gram stands: form and byte.
    grams: BTreeMap<Gram, Vec<(usize, usize)>>,
    /// Nearly every gram of ordinary text is told from those above by one bit.
    marks: Vec<u64>,
}

const MARKS: usize = 1 << 14;

impl KnownSecrets {
    pub(super) const fn new() -> Self {
        Self {
            secrets: BTreeSet::new(),
            long: Vec::new(),
            short: BTreeSet::new(),
            grams: BTreeMap::new(),
            marks: Vec::new(),
        }
    }

    pub(super) fn knows(&self, secret: &str) -> bool {
        secret.len() < SHORTEST || self.secrets.contains(secret)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Longest form, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.long.iter().map(Vec::len).max().unwrap_or(PART)
    }

    pub(super) fn learn(&mut self, secret: &str) {
        if self.knows(secret) {
            return;
        }
        self.secrets.insert(secret.to_owned());
        for form in forms(secret) {
            match form.len() {
                0..SHORTEST => {}
                SHORTEST..PART => drop(self.short.insert(form)),
                _ => self.learn_long(form),
            }
        }
    }

    fn learn_long(&mut self, form: Vec<u8>) {
        self.marks.resize(MARKS, 0);
        let number = self.long.len();
        for (at, gram) in form.windows(GRAM).enumerate() {
            let Ok(gram) = Gram::try_from(gram) else { continue };
            let (word, bit) = mark(gram);
            if let Some(word) = self.marks.get_mut(word) {
                *word |= bit;
            }
            let places = self.grams.entry(gram).or_default();
            if places.len() < PLACES {
                places.push((number, at));
            }
        }
        self.long.push(form);
    }

    /// The bytes with [`REMOVED`] for every secret.
    pub(super) fn veiled<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let found = self.found(bytes);
        if found.is_empty() {
            return Cow::Borrowed(bytes);
        }
        let mut out = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for range in found {
            out.extend_from_slice(&bytes[from..range.start]);
            out.extend_from_slice(REMOVED.as_bytes());
            from = range.end;
        }
        out.extend_from_slice(&bytes[from..]);
        Cow::Owned(out)
    }

    /// Where secrets stand, in order, none touching another.
    pub(super) fn found(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = self.long_ones(text);
        found.extend(self.short.iter().flat_map(|form| whole(form, text)));
        found.sort_by_key(|range| range.start);
        let mut apart: Vec<Range<usize>> = Vec::new();
        for range in found {
            match apart.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => apart.push(range),
            }
        }
        apart.into_iter().map(|range| within_characters(text, range)).collect()
    }

    fn long_ones(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(gram) = text.get(at..at + GRAM).and_then(|gram| Gram::try_from(gram).ok()) {
            match self.around(text, at, gram) {
                Some(range) => {
                    at = range.end;
                    found.push(range);
                }
                None => at += STRIDE,
            }
        }
        found
    }

    /// The longest part of a secret that has this gram of the text in it.
    fn around(&self, text: &[u8], at: usize, gram: Gram) -> Option<Range<usize>> {
        let (word, bit) = mark(gram);
        if self.marks.get(word).is_none_or(|word| word & bit == 0) {
            return None;
        }
        let parts = self.grams.get(&gram)?.iter().filter_map(|(form, place)| {
            let form = self.long.get(*form)?;
            let range = widened(form, *place, text, at);
            counts(form, &text[range.clone()]).then_some(range)
        });
        parts.max_by_key(Range::len)
    }
}

/// The bit of a gram among the marks.
fn mark(gram: Gram) -> (usize, u64) {
    let mixed = u64::from_le_bytes(gram).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let word = usize::try_from(mixed >> 50).unwrap_or_default();
    (word % MARKS, 1 << (mixed >> 44 & 63))
}

/// How far text and form are the same around a gram.
fn widened(form: &[u8], place: usize, text: &[u8], at: usize) -> Range<usize> {
    let same = |(one, other): &(&u8, &u8)| one == other;
    let left = form[..place].iter().rev().zip(text[..at].iter().rev()).take_while(same).count();
    let right = form[place..].iter().zip(&text[at..]).take_while(same).count();
    at - left..at + right
}

fn counts(form: &[u8], part: &[u8]) -> bool {
    let of_an_id = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let is_id = part.len() <= LONGEST_ID && part.iter().all(of_an_id);
    part.len() >= PART && (!is_id || part.len() == form.len())
}

/// Every place of a form that counts as a whole.
fn whole<'a>(form: &'a [u8], text: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
    let in_word = |at: Option<usize>| {
        at.and_then(|at| text.get(at)).is_some_and(|byte| byte.is_ascii_alphanumeric())
    };
    let places = text.windows(form.len()).enumerate().filter(move |(_, part)| *part == form);
    places.map(|(at, _)| at..at + form.len()).filter(move |range| {
        let inside = in_word(range.start.checked_sub(1)) || in_word(Some(range.end));
        form.len() >= WITHIN_WORDS || !inside
    })
}

/// Neither half a character nor half of an escape of JSON is left behind.
fn within_characters(text: &[u8], range: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = range;
    let follows = |at: usize| text.get(at).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000);
    while start < end && follows(start) {
        start += 1;
    }
    while end > start && follows(end) {
        end -= 1;
    }
    start = behind_escape(text, start).min(end);
    let slashes = text[start..end].iter().rev().take_while(|byte| **byte == b'\\').count();
    start..end - slashes % 2
}

/// The same place, or the end of the escape that it is in the middle of.
fn behind_escape(text: &[u8], at: usize) -> usize {
    // The longest is \u and four digits.
    for back in 1..=5.min(at) {
        let (head, part) = (&text[..at - back], &text[at - back..at]);
        let slashes = head.iter().rev().take_while(|byte| **byte == b'\\').count();
        let begins = part.first() == Some(&b'\\') && slashes % 2 == 0;
        if !begins {
            continue;
        }
        let is_unicode = text.get(at - back + 1) == Some(&b'u');
        let length = if is_unicode { 6 } else { 2 };
        return (at - back + length).clamp(at, text.len());
    }
    at
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
