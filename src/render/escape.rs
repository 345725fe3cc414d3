//! Text that others chose, made harmless for each format. For terminals that is
//! [`crate::model::untrusted::shown`]; for JSON the same characters are written as `\u202e`, so
//! that a report on a screen draws nothing and a program still reads the very name.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::model::untrusted::shown;

/// Writes a value as indented JSON with a line end. The same value is always the same bytes.
///
/// # Errors
/// When the writer fails.
pub fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut buffered = io::BufWriter::new(out);
    let mut serializer =
        Serializer::with_formatter(&mut buffered, Harmless(PrettyFormatter::new()));
    value.serialize(&mut serializer)?;
    buffered.write_all(b"\n")?;
    buffered.flush()
}

/// Indented JSON in which nothing draws.
struct Harmless(PrettyFormatter<'static>);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return out.write_all(text.as_bytes());
        }
        let mut buffer = [0; 4];
        for c in text.chars() {
            let same = c.encode_utf8(&mut buffer);
            if shown(same) == *same {
                out.write_all(same.as_bytes())?;
            } else {
                for unit in same.encode_utf16() {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_draws_nothing_and_reads_back_the_same() {
        let evil = "Az\u{1b}[31m\u{9b}2J\u{202e}\u{e0041}\n東京 \"q\" \u{7f}";
        let mut bytes = Vec::new();
        write_json(&vec![evil], &mut bytes).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let drawing: String = text.split('\n').map(shown).collect::<Vec<_>>().join("\n");
        assert_eq!(drawing, text, "{text:?}");
        assert!(text.contains("東京"), "{text}");
        assert_eq!(serde_json::from_slice::<Vec<String>>(&bytes).unwrap(), vec![evil]);
    }
}
