//! Changes inputs by chance, the same chance for the same seed. It knows bytes, words and numbers, and
//! nothing of grammars.

/// Longest input that is made, in bytes. What a large one does is tried with [`giants`].
const LONGEST: usize = 16 * 1024;

/// Texts on which parsers of any sort have failed.
const ODD: &[&str] = &[
    "0",
    "-1",
    "1",
    "255",
    "256",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "18446744073709551615",
    "1e400",
    "NaN",
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "\\u0000",
    "\\ud800",
    "\\\"",
    "\u{0}",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{9b}",
    "\u{e9}",
    "\u{301}",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\u{1f600}",
    "\u{6771}\u{4eac}",
    "\r\n",
    "\t",
    " ",
    "\"",
    "'",
    "\\",
    "/",
    "=",
    ",",
];

/// A source of chance: splitmix64.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        Self(name.bytes().fold(seed, |all, byte| all.wrapping_mul(31).wrapping_add(byte.into())))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to `end`, without it; 0 for an `end` of 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end as u64).max(1)).unwrap_or(0)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn range(&mut self, of: &[u8], most: usize) -> std::ops::Range<usize> {
        let start = self.below(of.len() + 1);
        start..(start + self.below(most)).min(of.len())
    }
}

/// One of the inputs, changed in one to eight ways.
pub(crate) fn mutant(chance: &mut Chance, inputs: &[Vec<u8>], words: &[String]) -> Vec<u8> {
    let mut bytes = chance.one(inputs).clone();
    for _ in 0..=chance.below(8) {
        change(chance, &mut bytes, inputs, words);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn change(chance: &mut Chance, bytes: &mut Vec<u8>, inputs: &[Vec<u8>], words: &[String]) {
    let at = chance.range(bytes, 24);
    match chance.below(10) {
        0 => bytes.iter_mut().skip(at.start).take(1).for_each(|byte| *byte ^= 1 << chance.below(8)),
        1 => drop(bytes.splice(at, [])),
        2 => drop(bytes.splice(at.start..at.start, chance.one(ODD).bytes())),
        3 => drop(bytes.splice(at, chance.one(ODD).bytes())),
        4 => drop(bytes.splice(at.start..at.start, chance.one(words).bytes())),
        5 => number(chance, bytes),
        6 => {
            let again = bytes[at.clone()].repeat(1 + chance.below(40));
            drop(bytes.splice(at.start..at.start, again));
        }
        7 => {
            let other = chance.one(inputs);
            let part = chance.range(other, 200);
            drop(bytes.splice(at, other[part].iter().copied()));
        }
        8 => quoted(chance, bytes, words),
        _ => line(chance, bytes),
    }
}

/// Another number in the place of one.
fn number(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let from = chance.below(bytes.len());
    let digit = |byte: &u8| byte.is_ascii_digit();
    let Some(start) = bytes.iter().skip(from).position(digit).map(|at| from + at) else { return };
    let length = bytes[start..].iter().take_while(|byte| digit(byte)).count();
    drop(bytes.splice(start..start + length, chance.one(&ODD[..11]).bytes()));
}

/// Another text between two quotes.
fn quoted(chance: &mut Chance, bytes: &mut Vec<u8>, words: &[String]) {
    let from = chance.below(bytes.len());
    let quote = |byte: &u8| *byte == b'"';
    let Some(start) = bytes.iter().skip(from).position(quote).map(|at| from + at + 1) else {
        return;
    };
    let Some(length) = bytes[start..].iter().position(quote) else { return };
    let new = if chance.below(2) == 0 { *chance.one(ODD) } else { chance.one(words).as_str() };
    drop(bytes.splice(start..start + length, new.bytes()));
}

/// A line goes, or comes again somewhere else.
fn line(chance: &mut Chance, bytes: &mut Vec<u8>) {
    let mut lines: Vec<Vec<u8>> =
        bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return;
    }
    let (from, to) = (chance.below(lines.len()), chance.below(lines.len()));
    if chance.below(2) == 0 {
        lines.remove(from);
    } else {
        lines.insert(to, lines[from].clone());
    }
    *bytes = lines.concat();
}

/// Large inputs, in which one thing stands again and again: whoever looks at all of it for each of
/// its parts does not come to an end.
#[cfg(test)]
pub(crate) fn giants(inputs: &[Vec<u8>], words: &[String], size: usize) -> Vec<Vec<u8>> {
    let units = [
        "[",
        "{",
        "(",
        "[{\"a\":",
        "\"",
        "\\",
        "a.",
        ",",
        "\n",
        "\u{301}",
        "\u{1f600}",
        "not ",
        "a",
    ];
    let mut giants = Vec::new();
    for unit in units.into_iter().chain(words.iter().map(String::as_str)) {
        giants.push(unit.repeat(size / unit.len()).into_bytes());
    }
    // In the middle of something that makes sense.
    for input in inputs.iter().take(2) {
        for unit in units {
            let (head, tail) = input.split_at(input.len() / 2);
            giants.push([head, unit.repeat(size / unit.len()).as_bytes(), tail].concat());
        }
        giants.push(input.repeat(size / input.len().max(1)));
    }
    giants
}
